"""`mapp unpin`: lets updates move an app again."""

from __future__ import annotations

import click

from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context


@click.command("unpin")
@click.argument("app", shell_complete=app_names)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def command(context: Context, app: str, as_json: bool) -> None:
    """Let `mapp update` and `mapp sync` move APP again."""
    from mapp.ops.share.pin import unpin_app

    found = unpin_app(context.ready, app)
    if as_json:
        context.console.json(found.to_dict())
    else:
        context.console.result(f"unpinned {found.entry.name}, which is at {found.entry.version}")
