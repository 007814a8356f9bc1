"""`mapp restore`: takes a removed app back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from mapp_cli.context import Context, pass_context

if TYPE_CHECKING:
    from mapp.library.removed import Removed


@click.command("restore")
@click.argument("app", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def command(context: Context, app: str | None, as_json: bool) -> None:
    """Take the removed APP back into the library, as it was; without APP, list what can be restored."""
    from mapp.library.removed import removed_apps
    from mapp.library.restore import restore

    console, workspace = context.console, context.ready
    if app is not None:
        found = restore(workspace.home, app, tell=console.tell)
        version = None if found.entry is None else found.entry.version
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
        console.tell("no removed app is kept")


def _version(row: Removed) -> str | None:
    return None if row.entry is None else row.entry.version


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
