"""`mapp relock`: accept an app that something other than mapp has changed."""

from __future__ import annotations

import click

from mapp_cli.context import Context, pass_context
from mapp_cli.rendering import show_check


@click.command("relock")
@click.argument("app")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def command(context: Context, app: str, as_json: bool) -> None:
    """Check what APP's main is at, and write it into the lock file.

    For an app that was changed by git instead of by mapp: it does not run until its checks pass here.
    """
    from mapp.ops.manage.relock import relock

    console = context.console
    watch = None if as_json else lambda result: show_check(console, result, details=False)
    found = relock(context.ready, app, watch=watch)
    if as_json:
        console.json(found.to_dict())
    elif found.committed is None:
        console.result(f"{app} is locked at {found.app.commit[:10]} already")
    else:
        console.result(f"{app} {found.app.manifest.version} is locked at {found.app.commit[:10]}")
