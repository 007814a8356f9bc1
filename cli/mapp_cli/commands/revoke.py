"""`mapp revoke`: revokes an app's capabilities."""

from __future__ import annotations

import click

from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context


@click.command("revoke")
@click.argument("app", shell_complete=app_names)
@click.argument("capabilities", nargs=-1, metavar="[CAPABILITY]...")
@click.option("--json", "as_json", is_flag=True, help="Print the remaining capabilities as JSON.")
@pass_context
def command(context: Context, app: str, capabilities: tuple[str, ...], as_json: bool) -> None:
    """Revoke capabilities of APP; without CAPABILITY, revoke all."""
    from mapp.ops.run.permissions import revoke

    left = revoke(context.ready.home, app, capabilities)
    if as_json:
        context.console.json({"app": app, "granted": list(left)})
    else:
        context.console.result(f"{app} may use {', '.join(left) or 'nothing'}")
