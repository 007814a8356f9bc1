"""`mapp outdated`: lists installed apps that have newer releases."""

from __future__ import annotations

import click

from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context
from mapp_cli.updates import end_with_failure, show_update


@click.command("outdated")
@click.argument("apps", nargs=-1, metavar="[APP]...", shell_complete=app_names)
@click.option("--offline", is_flag=True, help="Use the registries as they were last seen.")
@click.option("--json", "as_json", is_flag=True, help="Print all installed apps as JSON.")
@pass_context
def command(context: Context, apps: tuple[str, ...], offline: bool, as_json: bool) -> None:
    """List the installed apps that have a newer release, or whose version was yanked or deprecated."""
    from mapp.ops.share.update import outdated

    rows = list(outdated(context.opened, apps, offline=offline))
    if as_json:
        context.console.json({"outdated": [row.to_dict() for row in rows]})
    else:
        for row in rows:
            if row.state != "current" or row.yanked is not None or row.note:
                show_update(context.console, row)
    end_with_failure(rows)
