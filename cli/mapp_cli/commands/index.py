"""`mapp index`: rebuilds the index, or shows its state."""

from __future__ import annotations

import click

from mapp_cli.context import Context, pass_context


@click.group("index", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print the state as JSON.")
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """Rebuild the index, or show its state.

    The index is derived from the repositories: it refreshes on its own, and can be deleted at any time.
    Without a command its state is shown.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(status, as_json=as_json)


@command.command("rebuild")
@click.option("--fresh", is_flag=True, help="Take nothing over from the index in use.")
@click.option("--json", "as_json", is_flag=True, help="Print the new state as JSON.")
@pass_context
def rebuild(context: Context, fresh: bool, as_json: bool) -> None:
    """Build the index anew; only what changed is read and embedded."""
    from mapp.ops.index.refresh import rebuild as build

    found = build(context.ready, fresh=fresh, progress=context.console.progress)
    if as_json:
        context.console.json(found.to_dict())
    else:
        context.console.result(f"{found.apps} apps indexed ({found.embedder}, {found.store})")


@command.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print the state as JSON.")
@pass_context
def status(context: Context, as_json: bool) -> None:
    """Show how the index stands against the repositories."""
    from mapp.ops.index.refresh import status as look

    found = look(context.ready)
    if as_json:
        context.console.json(found.to_dict())
        return
    rows = [(name, str(value)) for name, value in found.to_dict().items() if value != ""]
    context.console.table(rows, ("WHAT", "VALUE"))
