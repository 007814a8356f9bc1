"""`mapp update`: updates installed apps to their newest releases."""

from __future__ import annotations

import click

from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context
from mapp_cli.permissions import permit_by_asking
from mapp_cli.rendering import show_check
from mapp_cli.updates import Limits, end_with_failure, limit_options, show_update


@click.command("update")
@click.argument("apps", nargs=-1, metavar="[APP]...", shell_complete=app_names)
@click.option("--yes", "-y", is_flag=True, help="Grant the capabilities that newer versions add.")
@click.option("--discard", is_flag=True, help="Give up changes of this library that are in the way.")
@click.option("--fork", default="", metavar="NAME", help="Keep your version as an app of its own.")
@limit_options
@click.option("--dry-run", is_flag=True, help="Show what would be updated.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def command(
    context: Context,
    apps: tuple[str, ...],
    yes: bool,
    discard: bool,
    fork: str,
    dry_run: bool,
    as_json: bool,
    limits: Limits,
) -> None:
    """Update installed apps, all or the named ones, to their newest releases.

    A version that wants more capabilities is stored, but the old one keeps running until you agree. A version
    that was yanked is replaced by the newest one that was not.

    A heal or an extension of yours is dropped if the new version passes its tests, and kept if it passes the
    gate on the new version. Otherwise the app stays as it is, until you decide.
    """
    from mapp.errors import UsageError
    from mapp.ops.share.update import Options, update

    console = context.console
    if discard and (fork or not apps):
        raise UsageError("--discard needs the names of apps, and no --fork", hint="mapp update APP --discard")
    options = Options(
        yes=yes,
        permit=permit_by_asking(console, as_json=as_json),
        dry_run=dry_run,
        locked=limits.keeps_lock,
        offline=limits.stays_local,
        local="discard" if discard else "keep",
        fork=fork,
        watch=None if as_json else lambda result: show_check(console, result, details=False),
    )
    rows = []
    for row in update(context.ready, apps, options):
        rows.append(row)
        if not as_json:
            show_update(console, row)
    if as_json:
        console.json({"updated": [row.to_dict() for row in rows]})
    end_with_failure(rows)
