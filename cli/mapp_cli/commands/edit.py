"""`mapp edit`: an app in the person's editor."""

from __future__ import annotations

import click

from mapp_cli.context import Context, pass_context
from mapp_cli.rendering import show_added, show_check

FILES = ("main.js", "mapp.toml", "tests/examples.jsonl", "tests/properties.js", "tests/requests.jsonl")


@click.command("edit")
@click.argument("app")
@click.option(
    "--file",
    "name",
    type=click.Choice(FILES),
    default=FILES[0],
    show_default=True,
    help="Which file to open.",
)
@click.option("--force", is_flag=True, help="Commit although a check fails; the commit says so.")
@pass_context
def command(context: Context, app: str, name: str, force: bool) -> None:
    """Open APP's checkout in your editor ($VISUAL, $EDITOR), then check and commit what changed."""
    from mapp.ops.add import add
    from mapp.ops.checkout import checkout

    console = context.console
    workspace = context.ready
    found = checkout(workspace, app)
    click.edit(filename=str(found.folder / name))
    if not checkout(workspace, app).edited:
        console.tell("nothing changed")
        return
    added = add(
        workspace, found.folder, force=force, watch=lambda result: show_check(console, result, details=False)
    )
    show_added(console, added, force=force)
