"""How the person is asked for capabilities, and gives them for one run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mapp_cli.console import Console

if TYPE_CHECKING:
    from mapp.ops.grants import Permit

grant_option = click.option(
    "--grant",
    "grants",
    multiple=True,
    metavar="CAPABILITY",
    help="Let the app use this in this run only; can be repeated.",
)


def asking(console: Console, *, as_json: bool) -> Permit | None:
    """Returns how to ask the person at the terminal, or None where there is nobody."""
    if as_json or not console.can_ask:
        return None
    return lambda app, missing: console.confirm(f"let {app} use {', '.join(missing)}, from now on?")
