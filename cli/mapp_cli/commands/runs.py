"""`mapp runs`: the journal."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from mapp_cli.context import Context, pass_context


@click.command("runs")
@click.option("--app", help="Only the runs of one app.")
@click.option("--failed", is_flag=True, help="Only runs that ended in no value.")
@click.option("--most", "-n", default=20, show_default=True, type=click.IntRange(1), help="How many runs.")
@click.option("--json", "as_json", is_flag=True, help="Print the runs as JSON, with input and output.")
@pass_context
def command(context: Context, app: str | None, failed: bool, most: int, as_json: bool) -> None:
    """Show the journal: what ran, on what, with which outcome."""
    found = list(context.workspace.journal.runs(app=app, failed=failed, most=most))
    if as_json:
        context.console.json({"runs": [run.to_dict() for run in found]})
        return
    rows = []
    for run in found:
        moment = datetime.fromtimestamp(run.started, UTC).strftime("%Y-%m-%d %H:%M:%S")
        shown = run.output if run.output is not None else run.detail
        pair = f"{run.input or '-'} -> {shown or '-'}"
        rows.append((run.id, moment, run.app, run.outcome, f"{run.wall_ms:.1f} ms", pair))
    context.console.table(rows, ("RUN", "STARTED (UTC)", "APP", "OUTCOME", "TIME", "INPUT -> OUTPUT"))
    if not rows:
        context.console.tell("no runs yet" if not (app or failed) else "no such runs")
