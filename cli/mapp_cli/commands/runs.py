"""`mapp runs`: the journal."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from mapp_cli.context import Context, pass_context


@click.command("runs")
@click.option("--app", help="Only the runs of one app.")
@click.option("--failed", is_flag=True, help="Only runs that ended in no value.")
@click.option("--maps", is_flag=True, help="Show what `mapp map` did, one entry a map.")
@click.option("--most", "-n", default=20, show_default=True, type=click.IntRange(1), help="How many runs.")
@click.option("--json", "as_json", is_flag=True, help="Print the runs as JSON, with input and output.")
@pass_context
def command(context: Context, app: str | None, failed: bool, maps: bool, most: int, as_json: bool) -> None:
    """Show the journal: what ran, on what, with which outcome."""
    if maps:
        _show_maps(context, app, failed, most, as_json=as_json)
        return
    found = list(context.opened.journal.runs(app=app, failed=failed, most=most))
    if as_json:
        context.console.json({"runs": [run.to_dict() for run in found]})
        return
    rows = []
    for run in found:
        moment = _moment(run.started)
        shown = run.output if run.output is not None else run.detail
        pair = f"{run.input or '-'} -> {shown or '-'}"
        rows.append((run.id, moment, run.app, run.outcome, f"{run.wall_ms:.1f} ms", pair))
    context.console.table(rows, ("RUN", "STARTED (UTC)", "APP", "OUTCOME", "TIME", "INPUT -> OUTPUT"))
    if not rows:
        context.console.tell("no runs yet" if not (app or failed) else "no such runs")


def _show_maps(context: Context, app: str | None, failed: bool, most: int, *, as_json: bool) -> None:
    found = [each for each in context.opened.journal.maps(app=app, most=most) if each.failed or not failed]
    if as_json:
        context.console.json({"maps": [each.to_dict() for each in found]})
        return
    rows = []
    for each in found:
        ends = ", ".join(f"{count} {name}" for name, count in each.outcomes)
        rows.append((each.id, _moment(each.ended), each.app, str(each.rows), f"{each.seconds:.1f} s", ends))
    context.console.table(rows, ("MAP", "ENDED (UTC)", "APP", "ROWS", "TIME", "OUTCOMES"))
    if not rows:
        context.console.tell("no maps yet" if not (app or failed) else "no such maps")


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
