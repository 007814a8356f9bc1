"""`mapp blame`: shows what introduced each line of an app's source."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context

if TYPE_CHECKING:
    from mapp.ops.manage.blame import SourceLine

ABOUT = 32
"""The widest column that says who or what introduced a line, in characters."""


@click.command("blame")
@click.argument("app", shell_complete=app_names)
@click.option("--at", "revision", metavar="REV", help="A version, branch or commit; main by default.")
@click.option("--json", "as_json", is_flag=True, help="Print the lines as JSON.")
@pass_context
def command(context: Context, app: str, revision: str | None, as_json: bool) -> None:
    """Show for each line of APP's main.js the request, heal or person that introduced it.

    A rollback introduces nothing: its lines keep their origin.
    """
    from mapp.ops.manage.blame import blame_source

    found = blame_source(context.ready, app, revision)
    if as_json:
        context.console.json(found.to_dict())
        return
    origins = [_origin(row) for row in found.lines]
    width = max(map(len, origins), default=0)
    digits = len(str(len(found.lines)))
    for row, origin in zip(found.lines, origins, strict=True):
        moment = datetime.fromtimestamp(row.commit.time, UTC).strftime("%Y-%m-%d")
        line = f"{row.commit.id[:10]}  {moment}  {origin:{width}}  {row.number:{digits}}  {row.text}"
        context.console.result(line.rstrip() or "\n")


def _origin(row: SourceLine) -> str:
    about = " ".join(f"{row.about}{' (edited)' if row.edited else ''}".split())
    shown = f"{row.by} {about}".rstrip()
    return shown if len(shown) <= ABOUT else f"{shown[: ABOUT - 1]}…"
