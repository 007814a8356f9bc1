"""`mapp runs`: shows the journal."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context

if TYPE_CHECKING:
    from mapp.observe.journal import Notes, Run


@click.command("runs")
@click.argument("run", required=False)
@click.option("--app", shell_complete=app_names, help="Only runs of this app.")
@click.option("--failed", is_flag=True, help="Only failed runs.")
@click.option("--maps", is_flag=True, help="Show runs of `mapp map`, one entry each.")
@click.option("--most", "-n", default=20, show_default=True, type=click.IntRange(1), help="How many runs.")
@click.option("--json", "as_json", is_flag=True, help="Print the runs as JSON, with input and output.")
@pass_context
def command(
    context: Context, run: str | None, app: str | None, failed: bool, maps: bool, most: int, as_json: bool
) -> None:
    """Show the journal: each run with its app, input and outcome. With RUN, show one run in detail.

    RUN may be the beginning of an id. Refused host calls are shown with the reason.
    """
    if run is not None:
        if app is not None or failed or maps:
            raise click.UsageError("RUN cannot be combined with --app, --failed or --maps")
        _show_run(context, run, as_json=as_json)
        return
    if maps:
        _show_maps(context, app, failed, most, as_json=as_json)
        return
    journal = context.opened.journal
    runs = list(journal.runs(app=app, failed=failed, most=most))
    notes = journal.notes(row.id for row in runs)
    if as_json:
        context.console.json({"runs": [_document(row, notes.get(row.id)) for row in runs]})
        return
    rows = []
    for row in runs:
        shown = row.output if row.output is not None else row.detail
        pair = f"{_refusals(notes.get(row.id))}{row.input or '-'} -> {shown or '-'}"
        rows.append((row.id, _moment(row.started), row.app, row.outcome, f"{row.wall_ms:.1f} ms", pair))
    context.console.table(rows, ("RUN", "STARTED (UTC)", "APP", "OUTCOME", "TIME", "INPUT -> OUTPUT"))
    if not rows:
        context.console.tell("no runs yet" if not (app or failed) else "no such runs")


def _document(run: Run, notes: Notes | None) -> dict[str, Any]:
    """Returns a run with its notes as a JSON object."""
    from mapp.observe.journal import NO_NOTES

    return {**run.to_dict(), **(notes or NO_NOTES).to_dict()}


def _refusals(notes: Notes | None) -> str:
    """Returns the refused calls of a run as a prefix for its input; empty if there are none."""
    if notes is None or not notes.refused:
        return ""
    return f"refused {'; '.join(map(str, notes.refused))} | "


def _show_run(context: Context, identity: str, *, as_json: bool) -> None:
    """Shows one run and its host calls."""
    from mapp.model.recording import read_recording

    console, journal = context.console, context.opened.journal
    run, recorded = journal.run(identity)
    notes = journal.notes([run.id]).get(run.id)
    calls = [] if recorded is None else [row.to_dict() for row in read_recording(recorded)]
    document = {**_document(run, notes), "sure": journal.sureness(run.id), "calls": calls}
    if as_json:
        console.json({"run": document})
        return
    shown = {**document, "started": _moment(run.started), "calls": len(calls), "refused": None}
    for name, value in shown.items():
        if value not in (None, "", []):
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            console.result(f"{name:10} {text}")
    for row in notes.refused if notes is not None else ():
        console.result(f"{'refused':10} {row}")


def _show_maps(context: Context, app: str | None, failed: bool, most: int, *, as_json: bool) -> None:
    maps = [each for each in context.opened.journal.maps(app=app, most=most) if each.failed or not failed]
    if as_json:
        context.console.json({"maps": [each.to_dict() for each in maps]})
        return
    rows = []
    for each in maps:
        ends = ", ".join(f"{count} {name}" for name, count in each.outcomes)
        rows.append((each.id, _moment(each.ended), each.app, str(each.rows), f"{each.seconds:.1f} s", ends))
    context.console.table(rows, ("MAP", "ENDED (UTC)", "APP", "ROWS", "TIME", "OUTCOMES"))
    if not rows:
        context.console.tell("no maps yet" if not (app or failed) else "no such maps")


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
