"""`mapp pin`: keeps an installed app at its version."""

from __future__ import annotations

import click

from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context
from mapp_cli.permissions import permit_by_asking
from mapp_cli.rendering import show_check


@click.command("pin")
@click.argument("app", metavar="APP[@VERSION]", shell_complete=app_names)
@click.option("--yes", "-y", is_flag=True, help="Grant the capabilities that the version declares.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def command(context: Context, app: str, yes: bool, as_json: bool) -> None:
    """Keep APP at the version that is installed, or install VERSION and keep that.

    `mapp update` and `mapp sync` leave a pinned app alone; `mapp outdated` shows what is newer, and whether
    the version was yanked. `mapp unpin APP` ends it.
    """
    from mapp.ops.share.install import Options
    from mapp.ops.share.pin import pin_app

    console = context.console
    options = Options(
        yes=yes,
        permit=permit_by_asking(console, as_json=as_json),
        watch=None if as_json else lambda result: show_check(console, result, details=False),
    )
    found = pin_app(context.ready, app, options)
    if as_json:
        console.json(found.to_dict())
        return
    console.result(f"pinned {found.entry.name} {found.entry.version} ({found.entry.commit[:10]})")
    if found.yanked is not None:
        console.warn(f"{found.entry.name} {found.entry.version} was yanked: {found.yanked}")
