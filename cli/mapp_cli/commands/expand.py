"""`mapp expand`: extends an app to cover a new request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mapp_cli.approval import TerminalApprover, show_changed, watching
from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context

if TYPE_CHECKING:
    from mapp.ops.compile.second_opinion import Side


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
@click.option(
    "--prefer",
    type=click.Choice(["contract", "check"]),
    help="Whose examples count where a second opinion on the contract differs.",
)
@click.option("--dry-run", is_flag=True, help="Print the first prompt for the coder; spend nothing.")
@click.option("--yes", "-y", is_flag=True, help="Approve cost, contract and merge without asking.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def command(
    context: Context,
    app: str,
    request: tuple[str, ...],
    examples: tuple[str, ...],
    prefer: Side | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Extend APP so that it also covers REQUEST, as a minor version.

    Its old tests must still pass, and recorded runs must give the same results.
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
        person=TerminalApprover(console=console, yes=yes, merge=context.config.merge, prefer=prefer),
        watch=watching(console),
        stated=[parse_example(row) for row in examples],
    )
    return show_changed(console, workspace, changed, as_json=as_json)
