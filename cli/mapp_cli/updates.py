"""Shows what an update did, or could do, for one installed app."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from mapp.model.question_text import visible
from mapp_cli.console import Console

if TYPE_CHECKING:
    from mapp.ops.share.update import Row


def show_update(console: Console, row: Row) -> None:
    """Writes one line for an app; errors and what must be decided go to standard error."""
    if row.error is not None:
        console.error(f"{row.app} stays at {row.version}: {row.error.message} [{row.error.code}]")
        if row.error.hint:
            console.hint(row.error.hint)
        return
    move = f"{row.app} {row.version}" + (f" -> {row.to}" if row.to != row.version else "")
    match row.state:
        case "updated":
            console.result(f"updated {move} ({row.commit[:10]})")
        case "held":
            console.result(f"held {move}: {visible(row.reason)}")
        case "available":
            console.result(f"available {move}")
        case _:
            console.result(f"current {move}")
    for fate in row.local:
        console.result(
            f"  {fate.operation} {fate.commit[:10]} of this library {fate.state}: {visible(fate.why)}"
        )
    if row.forked:
        console.result(f"  your version goes on as {row.forked}")
    if row.yanked is not None and row.state != "updated":
        console.warn(f"{row.app} {row.version} was yanked: {row.yanked}")


def end_with_failure(rows: Iterable[Row]) -> None:
    """Ends the command with the exit code of the first app that failed, if one did."""
    for row in rows:
        if row.error is not None:
            sys.exit(row.error.exit_code)
