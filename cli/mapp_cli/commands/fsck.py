"""`mapp fsck`: recomputes the installed apps and compares them with the lock file."""

from __future__ import annotations

import sys

import click

from mapp.errors import IntegrityError
from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context


@click.command("fsck")
@click.argument("apps", nargs=-1, metavar="[APP]...", shell_complete=app_names)
@click.option("--json", "as_json", is_flag=True, help="Print every app as JSON.")
@pass_context
def command(context: Context, apps: tuple[str, ...], as_json: bool) -> None:
    """Check every byte of the apps, all or the named ones, against the lock file; needs no network."""
    from mapp.ops.share.fsck import fsck

    rows = list(fsck(context.opened.home, apps))
    wrong = [row for row in rows if row.problems]
    if as_json:
        context.console.json({"apps": [row.to_dict() for row in rows], "ok": not wrong})
        sys.exit(IntegrityError.exit_code if wrong else 0)
    for row in wrong:
        for problem in row.problems:
            context.console.result(f"{row.app}: {problem}")
    if wrong:
        raise IntegrityError(
            f"{len(wrong)} of {len(rows)} apps are not what mapp.lock says",
            hint="if you changed one with git: mapp relock APP; otherwise remove it and install it again",
            code="MAPP-0656",
        )
    context.console.tell(f"{len(rows)} apps are exactly what mapp.lock says")
