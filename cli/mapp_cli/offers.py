"""Offers apps that registries list, before an app is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mapp_cli.console import Console
from mapp_cli.context import Context
from mapp_cli.permissions import permit_by_asking
from mapp_cli.rendering import show_check

if TYPE_CHECKING:
    from mapp.ops.share.search_registries import Listed


def listed_lines(rows: Sequence[Listed]) -> tuple[str, ...]:
    """Returns lines that say which listed apps may do what was asked, and how to install each."""
    from mapp.suggested_commands import suggested_command

    return tuple(
        f"not installed, but listed: {row.place} ({row.description}); to install it:"
        f" {suggested_command('install', row.place)}"
        for row in rows
    )


def install_offered(context: Context, rows: Sequence[Listed]) -> str | None:
    """Asks the person which of the listed apps to install, installs it, and returns its name; None for none.

    Raises as `mapp.ops.share.install.install` does.
    """
    console = context.console
    chosen = _chosen(console, rows)
    if chosen is None:
        return None
    from mapp.ops.share.install import Options, install

    options = Options(
        permit=permit_by_asking(console, as_json=False),
        watch=lambda result: show_check(console, result, details=False),
    )
    (placed,) = install(context.ready, [chosen.place], options).rows
    console.tell(f"installed {placed.entry.name} {placed.entry.version} ({placed.entry.commit[:10]})")
    return placed.entry.name


def _chosen(console: Console, rows: Sequence[Listed]) -> Listed | None:
    console.tell("not installed, but listed:")
    for number, row in enumerate(rows, start=1):
        may = f" (may use {', '.join(row.capabilities)})" if row.capabilities else ""
        console.tell(f"  {number}  {row.place} {row.version}: {row.description}{may}")
        if row.note:
            console.tell(f"     {row.note}")
    which = "1" if len(rows) == 1 else f"1 to {len(rows)}"
    answer = console.prompt(f"Install one of them? Type {which}, or nothing for none:")
    number = int(answer) if answer.isascii() and answer.isdigit() else 0
    return rows[number - 1] if 0 < number <= len(rows) else None
