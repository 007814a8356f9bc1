"""Shows what a registry's checks say, and the options that its commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from mapp_cli.console import Console

if TYPE_CHECKING:
    from mapp.share.checks.all_checks import Review

_MARKS: Final = {
    "passed": "ok        ",
    "refused": "REFUSED   ",
    "warned": "warning   ",
    "overridden": "overridden",
    "skipped": "-         ",
}

direct_option = click.option(
    "--direct", is_flag=True, help="Commit to the registry's main, if you may push to it."
)
override_option = click.option(
    "--override", multiple=True, metavar="CHECK", help="Let this check object; recorded in the commit."
)
registry_option = click.option(
    "--to",
    "registry",
    required=True,
    metavar="REGISTRY",
    help="A configured registry, or an address.",
)
plain_option = click.option(
    "--allow-git", is_flag=True, help="Allow plain http and git, which are not encrypted."
)
remote_option = click.option(
    "--allow-git", is_flag=True, help="Allow a path on this machine, or plain http or git."
)


def show_review(console: Console, review: Review, *, passed: bool = True) -> None:
    """Shows each check, and what it objects with the fix; with `passed` off, only those that object."""
    for row in review.results:
        if passed or row.objections:
            console.tell(f"  {_MARKS[row.status]} {row.check}")
        for objection in row.objections:
            console.tell(f"             {objection.message}")
            console.tell(f"             fix: {objection.fix}")
