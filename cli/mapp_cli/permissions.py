"""How the person is asked for capabilities, and gives them for one run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mapp_cli.console import Console

if TYPE_CHECKING:
    from mapp.ops.run.permissions import Permit
    from mapp_cli.context import Context

grant_option = click.option(
    "--grant",
    "grants",
    multiple=True,
    metavar="CAPABILITY",
    help="Let the app use this in this run only; can be repeated.",
)


loopback_option = click.option(
    "--allow-loopback",
    "loopback",
    is_flag=True,
    help="For development: let your own app reach services on this machine, in this run only.",
)


def allow_loopback(context: Context) -> None:
    """Lets apps reach services on this machine, and says so loudly."""
    context.console.warn(
        "--allow-loopback: in this run the app may reach services on this machine"
        " (127.0.0.0/8 and ::1) that it declares"
    )
    context.workspace.allow_loopback = True


def asking(console: Console, *, as_json: bool) -> Permit | None:
    """Returns how to ask the person at the terminal, or None where there is nobody."""
    if as_json or not console.can_ask:
        return None
    return lambda app, missing: console.confirm(f"let {app} use {', '.join(missing)}, from now on?")
