"""Shows what an update did, or could do, for an installed app; and the options that limit such commands."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from mapp.model.question_text import visible
from mapp_cli.completers import files
from mapp_cli.console import Console
from mapp_cli.option_groups import option_group

if TYPE_CHECKING:
    from mapp.ops.share.update import Row


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What a command must not do: change a lock file, use a network, or both (`frozen`)."""

    locked: bool
    offline: bool
    frozen: bool

    @property
    def keeps_lock(self) -> bool:
        """Returns whether a lock file must stay as it is."""
        return self.locked or self.frozen

    @property
    def stays_local(self) -> bool:
        """Returns whether no registry and no remote may be asked."""
        return self.offline or self.frozen


@dataclass(frozen=True, kw_only=True, slots=True)
class Sources(Limits):
    """The same, and the only file that apps may come from."""

    mirror: Path | None


_LIMITS: Final = (
    click.option("--locked", is_flag=True, help="Fail with exit code 5 if the lock would change."),
    click.option("--offline", is_flag=True, help="Use no network, only what the library has."),
    click.option("--frozen", is_flag=True, help="Both --locked and --offline."),
)
source_options: Final = option_group(
    "limits",
    Sources,
    *_LIMITS,
    click.option(
        "--mirror",
        type=click.Path(path_type=Path),
        metavar="FILE",
        shell_complete=files,
        help="Take apps only from a file of `mapp mirror`.",
    ),
)
limit_options: Final = option_group(
    "limits",
    Limits,
    *_LIMITS,
)


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
        case "waiting":
            console.result(f"waiting {move}: {visible(row.reason)}")
        case "pinned":
            console.result(f"pinned {move}: {visible(row.reason)}")
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
    if row.note:
        console.warn(visible(row.note))
    if row.yanked is not None and row.state not in ("updated", "pinned"):
        console.warn(f"{row.app} {row.version} was yanked: {row.yanked}")


def end_with_failure(rows: Iterable[Row]) -> None:
    """Ends the command with the exit code of the first app that failed, if one did."""
    for row in rows:
        if row.error is not None:
            sys.exit(row.error.exit_code)
