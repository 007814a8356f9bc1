"""`mapp test`: puts apps through the gate, as `mapp add` does."""

from __future__ import annotations

import click

from mapp_cli.context import Context, pass_context
from mapp_cli.rendering import show_check

FAILED = 8


@click.command("test")
@click.argument("apps", nargs=-1, metavar="[APP|FOLDER]...")
@click.option(
    "--inputs",
    default=100,
    show_default=True,
    type=click.IntRange(1, 100_000),
    help="How many inputs are drawn for each property.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the verdicts as JSON.")
@pass_context
def command(context: Context, apps: tuple[str, ...], inputs: int, as_json: bool) -> int:
    """Put APPS (names, or folders with an app), or all apps of the library, through the gate."""
    from mapp.library import catalogue
    from mapp.ops.gate import Options, examined, report
    from mapp.ops.trials import files_of

    workspace = context.ready
    verdicts = []
    for name in apps or catalogue.names(workspace.home):
        context.console.tell(name)
        _, verdict = examined(
            workspace,
            files_of(workspace, name),
            options=Options(inputs=inputs),
            watch=lambda result: show_check(context.console, result),
        )
        verdicts.append(verdict)
    passed = all(verdict.passed for verdict in verdicts)
    if as_json:
        context.console.json({"passed": passed, "apps": [report(verdict) for verdict in verdicts]})
    return 0 if passed else FAILED
