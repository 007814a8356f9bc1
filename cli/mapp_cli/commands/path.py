"""`mapp path`: prints the folder of an app's checkout."""

from __future__ import annotations

import click

from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context


@click.command("path")
@click.argument("app", shell_complete=app_names)
@click.option("--json", "as_json", is_flag=True, help="Print the path and its state as JSON.")
@pass_context
def command(context: Context, app: str, as_json: bool) -> None:
    """Print the folder of APP's checkout; create the checkout if there is none.

    Edit it with any editor; `mapp add "$(mapp path APP)"` checks and commits the changes.
    """
    from mapp.ops.manage.checkout import checkout

    opened = checkout(context.ready, app)
    if as_json:
        state = {"edited": opened.edited, "behind": opened.behind}
        context.console.json({"app": app, "path": str(opened.folder), "commit": opened.commit, **state})
    else:
        context.console.result(str(opened.folder))
        if opened.edited and opened.behind:
            context.console.tell(
                f"{app} has changed since you edited this checkout; compare: mapp show {app} --source"
            )
