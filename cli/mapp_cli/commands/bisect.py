"""`mapp bisect`: finds the commit that changed the outcome of a recorded run."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from mapp_cli.completers import app_names
from mapp_cli.console import Console
from mapp_cli.context import Context, pass_context

if TYPE_CHECKING:
    from mapp.ops.manage.bisect import Bisected

UNCHANGED = 1


@click.command("bisect")
@click.argument("app", shell_complete=app_names)
@click.option("--run", required=True, metavar="RUN", help="The run, or the beginning of its id.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def command(context: Context, app: str, run: str, as_json: bool) -> int:
    """Find the commit that changed the outcome of a recorded RUN of APP.

    Commits on main are tried with the recorded input, time, seed and answers; nothing outside is
    contacted. If main gives another outcome today, mapp finds the first commit that changed it, otherwise
    the commit that brought it.
    """
    from mapp.ops.manage.bisect import bisect

    console = context.console
    with console.progress("trying commits") as advance:
        found = bisect(context.ready, app, run, advance=advance)
    if as_json:
        console.json(found.to_dict())
    else:
        _show(console, found)
    return UNCHANGED if found.commit is None else 0


def _show(console: Console, found: Bisected) -> None:
    commit = found.commit
    if commit is None:
        console.result(f"no commit changed it: {found.commits} on main give {found.after}")
        return
    moment = datetime.fromtimestamp(commit.time, UTC).strftime("%Y-%m-%d %H:%M")
    console.result(f"commit {commit.id[:10]} changed it: {commit.subject}")
    console.result(f"  {moment} by {commit.author}, version {found.version or 'unknown'}")
    for name, value in commit.trailers.items():
        if name in ("Mapp-Operation", "Mapp-Request", "Mapp-Incident", "Mapp-Reason"):
            console.result(f"  {name}: {value}")
    console.result(f"  before {found.before}")
    console.result(f"  after  {found.after}")
    if found.changes > 1:
        nearest = "the first after the run" if found.direction == "later" else "the last before the run"
        console.tell(f"the outcome changed {found.changes} times; this is {nearest}")
    if not found.complete:
        console.tell(f"{found.tried} of {found.commits} commits were tried; there may be a nearer change")
    console.hint(f"mapp diff {found.app} {commit.id[:10]}~ {commit.id[:10]} shows what it did")
