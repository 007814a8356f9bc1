"""`mapp relock`: accepts an app that was changed without mapp."""

from __future__ import annotations

import click

from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context
from mapp_cli.rendering import show_check


@click.command("relock")
@click.argument("app", shell_complete=app_names)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def command(context: Context, app: str, as_json: bool) -> None:
    """Check the commit on APP's main and write it into the lock file.

    Use it for an app that was changed with git instead of mapp. The app does not run until its checks pass.
    """
    from mapp.ops.manage.relock import relock

    console = context.console
    watch = None if as_json else lambda result: show_check(console, result, details=False)
    relocked = relock(context.ready, app, watch=watch)
    commit = relocked.app.commit[:10]
    if as_json:
        console.json(relocked.to_dict())
    elif relocked.committed is None:
        console.result(f"{app} is already locked at {commit}")
    else:
        console.result(f"{app} {relocked.app.manifest.version} is locked at {commit}")
