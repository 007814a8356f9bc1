"""`mapp grant`: grants an app capabilities."""

from __future__ import annotations

import click

from mapp.errors import UsageError
from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context


@click.command("grant")
@click.argument("app", shell_complete=app_names)
@click.argument("capabilities", nargs=-1, metavar="[CAPABILITY]...")
@click.option("--all", "everything", is_flag=True, help="Grant everything that the app declares.")
@click.option("--json", "as_json", is_flag=True, help="Print the granted capabilities as JSON.")
@pass_context
def command(
    context: Context, app: str, capabilities: tuple[str, ...], everything: bool, as_json: bool
) -> None:
    """Grant APP capabilities that it declares; `mapp show APP` lists them.

    \b
    mapp grant weather http:api.example.com secret:EXAMPLE_KEY
    """
    from mapp.library import read
    from mapp.ops.run.permissions import grant

    home = context.ready.home
    if everything:
        capabilities = read.load_runnable(home, app).manifest.capabilities.names
    elif not capabilities:
        raise UsageError("no capability was named", hint=f"mapp grant {app} --all grants all it declares")
    now = grant(home, app, capabilities)
    if as_json:
        context.console.json({"app": app, "granted": list(now)})
    else:
        context.console.result(f"{app} may use {', '.join(now) or 'nothing'}")
