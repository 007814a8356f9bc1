"""`mapp remove`: removes an app from the library."""

from __future__ import annotations

import click

from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context


@click.command("remove")
@click.argument("app", shell_complete=app_names)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def command(context: Context, app: str, as_json: bool) -> None:
    """Remove APP from the library; `mapp restore APP` restores it.

    Removed apps are kept for keep_removed days, a setting.
    """
    from mapp.library.commit_app import remove
    from mapp.library.removed import clean

    workspace = context.ready
    operation = workspace.operation("remove", app)
    kept = remove(workspace.home, app, operation=operation, tell=context.console.tell)
    clean(workspace.home, days=max(1, context.config.keep_removed), now=workspace.clock())
    if as_json:
        context.console.json({"app": app, "kept": str(kept), "undo": f"mapp restore {app}"})
    else:
        context.console.tell(f"removed {app}; its repository is kept at {kept}")
        context.console.hint(f"to restore it: mapp restore {app}")
