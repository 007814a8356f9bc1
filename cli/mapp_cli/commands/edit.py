"""`mapp edit`: opens an app in your editor."""

from __future__ import annotations

import click

from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context
from mapp_cli.questions import HOW_TO_ANSWER, asking
from mapp_cli.rendering import Checks, show_added

FILES = ("main.js", "mapp.toml", "tests/examples.jsonl", "tests/properties.js", "tests/requests.jsonl")


@click.command("edit")
@click.argument("app", shell_complete=app_names)
@click.option(
    "--file",
    "name",
    type=click.Choice(FILES),
    default=FILES[0],
    show_default=True,
    help="The file to open.",
)
@click.option("--force", is_flag=True, help="Commit even if a check fails; the commit records it.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@pass_context
def command(context: Context, app: str, name: str, force: bool, as_json: bool) -> None:
    """Open APP's checkout in your editor ($VISUAL, $EDITOR), then check and commit the changes."""
    from mapp.ops.check.gate import Options
    from mapp.ops.manage.add import add
    from mapp.ops.manage.checkout import checkout

    console = context.console
    workspace = context.ready
    opened = checkout(workspace, app)
    click.edit(filename=str(opened.folder / name))
    if not checkout(workspace, app).edited:
        if as_json:
            console.json({"app": app, "commit": opened.commit, "changed": False})
        else:
            console.tell("nothing changed")
        return
    if as_json:
        console.json(add(workspace, opened.folder, force=force).to_dict())
        return
    checks = Checks(console, details=False)
    try:
        options = Options(starting=checks.starting)
        added = add(workspace, opened.folder, force=force, options=options, watch=checks, ask=asking(console))
    finally:
        checks.conclude(HOW_TO_ANSWER)
    show_added(console, added, force=force)
