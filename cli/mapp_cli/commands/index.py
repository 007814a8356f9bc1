"""`mapp index`: rebuilds the index or shows its state."""

from __future__ import annotations

import click

from mapp_cli.context import Context, pass_context


@click.group("index", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print the state as JSON.")
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """Rebuild the index or show its state; without a command, show its state.

    The index is derived from the repositories. mapp refreshes it automatically, and you can delete it at
    any time.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(status, as_json=as_json)


@command.command("rebuild")
@click.option("--fresh", is_flag=True, help="Reuse nothing from the current index.")
@click.option("--json", "as_json", is_flag=True, help="Print the new state as JSON.")
@pass_context
def rebuild(context: Context, fresh: bool, as_json: bool) -> None:
    """Rebuild the index; reads and embeds only what changed."""
    from mapp.ops.index.refresh import rebuild as build

    state = build(context.ready, fresh=fresh, progress=context.console.progress)
    if as_json:
        context.console.json(state.to_dict())
    else:
        context.console.result(f"{state.apps} apps indexed ({state.embedder}, {state.store})")


@command.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print the state as JSON.")
@pass_context
def status(context: Context, as_json: bool) -> None:
    """Show whether the index matches the repositories."""
    from mapp.ops.index.refresh import status as read_state

    state = read_state(context.ready)
    if as_json:
        context.console.json(state.to_dict())
        return
    rows = [(name, str(value)) for name, value in state.to_dict().items() if value != ""]
    context.console.table(rows, ("WHAT", "VALUE"))
