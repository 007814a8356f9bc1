"""`mapp operations`: lists what was done to the library."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context

if TYPE_CHECKING:
    from mapp.library.operations import Logged, Step


@click.command("operations")
@click.option("--app", shell_complete=app_names, help="Only operations that changed this app.")
@click.option("--most", "-n", default=20, show_default=True, type=click.IntRange(1), help="How many.")
@click.option("--json", "as_json", is_flag=True, help="Print the operations as JSON.")
@pass_context
def command(context: Context, app: str | None, most: int, as_json: bool) -> None:
    """List the operations on the library, newest first, each with the apps that it changed.

    `mapp undo OPERATION` takes one back.
    """
    from mapp.ops.share.undo import operations

    console = context.console
    found = operations(context.opened, app=app, most=most)
    if as_json:
        console.json({"operations": [_document(row) for row in found]})
        return
    console.table(
        [(row.id, _moment(row.at), row.kind, ", ".join(map(_move, row.steps))) for row in found],
        ("OPERATION", "TIME (UTC)", "KIND", "APPS"),
    )
    if not found:
        console.tell("no operations yet" if app is None else f"no operations on {app}")


def _document(row: Logged) -> dict[str, Any]:
    return {
        "operation": row.id,
        "kind": row.kind,
        "at": row.at,
        "undoes": row.undoes or None,
        "apps": [
            {
                "app": step.app,
                "before": None if step.before is None else step.before.to_dict(),
                "after": None if step.after is None else step.after.to_dict(),
            }
            for step in row.steps
        ],
    }


def _move(step: Step) -> str:
    ends = [entry.version for entry in (step.before, step.after) if entry is not None]
    match (step.before, step.after):
        case (None, _):
            return f"+{step.app} {ends[-1]}"
        case (_, None):
            return f"-{step.app} {ends[0]}"
        case _:
            return f"{step.app} {' -> '.join(ends)}"


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
