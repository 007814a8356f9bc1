"""`mapp restore`: restores a removed app."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from mapp_cli.completers import removed_app_names
from mapp_cli.context import Context, pass_context

if TYPE_CHECKING:
    from mapp.library.removed import Removed


@click.command("restore")
@click.argument("app", required=False, shell_complete=removed_app_names)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def command(context: Context, app: str | None, as_json: bool) -> None:
    """Restore the removed APP as it was; without APP, list the apps that can be restored."""
    from mapp.library.removed import removed_apps
    from mapp.library.restore import restore

    console, workspace = context.console, context.ready
    if app is not None:
        operation = workspace.operation("restore", app)
        restored = restore(workspace.home, app, operation=operation, tell=console.tell)
        version = _version(restored)
        if as_json:
            console.json({"app": app, "version": version})
        else:
            console.tell(f"restored {app}" + (f" {version}" if version else ""))
        return
    rows = removed_apps(workspace.home)
    if as_json:
        console.json({"removed": [{"app": row.name, "version": _version(row), "at": row.at} for row in rows]})
        return
    console.table(
        [(row.name, _version(row) or "-", _moment(row.at)) for row in rows],
        ("APP", "VERSION", "REMOVED (UTC)"),
    )
    if not rows:
        console.tell("there are no removed apps")


def _version(row: Removed) -> str | None:
    return None if row.entry is None else row.entry.version


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
