"""What a person allows an app to do: in one run by options, or for good when asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from mapp_cli.console import Console
from mapp_cli.option_groups import option_group

if TYPE_CHECKING:
    from mapp.ops.run.permissions import Permit
    from mapp_cli.context import Context


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowed:
    """What the command line allows for one run."""

    grants: tuple[str, ...]
    loopback: bool

    def apply(self, context: Context) -> None:
        """Lets apps reach services on this machine if that is allowed, and prints a warning."""
        if self.loopback:
            context.console.warn(
                "--allow-loopback: in this run the app may reach services on this machine"
                " (127.0.0.0/8 and ::1) that it declares"
            )
            context.workspace.allow_loopback = True


permission_options = option_group(
    "allowed",
    Allowed,
    click.option(
        "--grant",
        "grants",
        multiple=True,
        metavar="CAPABILITY",
        help="Grant the app this capability for this run only; can be repeated.",
    ),
    click.option(
        "--allow-loopback",
        "loopback",
        is_flag=True,
        help="For development: let your own app reach services on this machine, in this run only.",
    ),
)


def permit_by_asking(console: Console, *, as_json: bool) -> Permit | None:
    """Returns a function that asks the person for missing capabilities, or None if nobody can be asked."""
    if as_json or not console.can_ask:
        return None
    return lambda app, missing: console.confirm(f"let {app} use {', '.join(missing)}, from now on?")
