"""What `propose` and `report` share: their options, and the question before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from mapp.errors import PermissionNeeded
from mapp_cli.context import Context

if TYPE_CHECKING:
    from mapp.ops.share.upstream import Sending

to_option = click.option(
    "--to", default="", metavar="URL", help="Push there, such as to a fork, not to the author's repository."
)
push_option = click.option(
    "--push-option",
    "push_options",
    multiple=True,
    metavar="OPTION",
    help="Passed to the server, as by git push -o.",
)
plain_option = click.option(
    "--allow-git", is_flag=True, help="Allow plain http and git for --to, which are not encrypted."
)
dry_run_option = click.option("--dry-run", is_flag=True, help="Show what would be sent; send nothing.")
yes_option = click.option("--yes", is_flag=True, help="Send it without asking.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def confirmation(context: Context, *, as_json: bool) -> Callable[[Sending], bool]:
    """Returns what shows a person all that would be sent, and asks."""

    def confirm(sending: Sending) -> bool:
        if as_json or not context.console.can_ask:
            raise PermissionNeeded(
                f"this sends a change or a failure of {sending.app} to {sending.place.remote}",
                hint="to see what: --dry-run; to do it: --yes",
                code="MAPP-0749",
            )
        context.console.tell(sending.request)
        return context.console.confirm(f"send it to {sending.place.remote}?")

    return confirm
