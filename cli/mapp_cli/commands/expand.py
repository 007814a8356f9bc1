"""`mapp expand`: an app learns to do more, and goes on doing what it did."""

from __future__ import annotations

import click

from mapp_cli.approval import Decider, show_changed, watching
from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context


@click.command("expand")
@click.argument("app", shell_complete=app_names)
@click.argument("request", nargs=-1, required=True)
@click.option(
    "--example",
    "examples",
    multiple=True,
    metavar="JSON",
    help='An example that must hold, {"input": …, "output": …}; can be repeated.',
)
@click.option("--dry-run", is_flag=True, help="Print what the coder would be told; spend nothing.")
@click.option("--yes", "-y", is_flag=True, help="Allow the spending, the contract and the merge beforehand.")
@click.option("--json", "as_json", is_flag=True, help="Print what came of it as JSON.")
@pass_context
def command(
    context: Context,
    app: str,
    request: tuple[str, ...],
    examples: tuple[str, ...],
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Have APP widened so that it does what REQUEST asks for as well, as a minor version.

    Its old tests stay and pass, and recorded runs come out as they did.
    """
    from mapp.ops.compile.compile import expand_app
    from mapp.ops.compile.lifecycle import parse_example
    from mapp.ops.compile.preview import planned_expansion

    console, workspace = context.console, context.ready
    if dry_run:
        brief = planned_expansion(workspace, app, " ".join(request))
        said = {"app": app, "request": " ".join(request), "brief": brief}
        console.json(said) if as_json else console.result(brief)
        return 0
    changed = expand_app(
        workspace,
        app,
        " ".join(request),
        person=Decider(console=console, yes=yes, merge=context.config.merge),
        watch=watching(console),
        stated=[parse_example(row) for row in examples],
    )
    return show_changed(console, workspace, changed, as_json=as_json)
