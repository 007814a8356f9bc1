"""`mapp verify`: derives an app's verdict again and compares it with the recorded one."""

from __future__ import annotations

import click

from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context
from mapp_cli.rendering import show_check

DISAGREES = 6


@click.command("verify")
@click.argument("app", shell_complete=app_names)
@click.argument("revision", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print both verdicts and their differences as JSON.")
@pass_context
def command(context: Context, app: str, revision: str | None, as_json: bool) -> int:
    """Derive the verdict on APP again, at main or at REVISION, and compare it with the recorded one.

    Exits with 6 if the verdicts differ, and with 8 if both say that the app fails.
    """
    from mapp.ops.check.verify import verify

    console = context.console
    found = verify(
        context.ready, app, revision, watch=None if as_json else lambda result: show_check(console, result)
    )
    if as_json:
        console.json(found.to_dict())
    else:
        for row in found.notes:
            console.tell(f"{row.where} was {row.recorded}, is now {row.derived}")
        for row in found.discrepancies:
            console.error(f"{row.where}: recorded as {row.recorded}, now {row.derived}")
        status = "passed" if found.derived.passed else "failed"
        agrees = "as recorded" if found.agrees else "which differs from the recorded verdict"
        console.result(f"{app} {found.derived.version}: {status}, {agrees}")
    if not found.agrees:
        return DISAGREES
    return 0 if found.derived.passed else 8
