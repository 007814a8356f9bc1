"""`mapp stats`: what a library did, what it cost and what it avoided."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mapp_cli.context import Context, pass_context

if TYPE_CHECKING:
    from mapp.model.statistics import Statistics


@click.command("stats")
@click.option("--since", metavar="DAY", default="", help="From a date (2026-11-30), or of the last 7d or 4w.")
@click.option(
    "--by",
    type=click.Choice(["app", "source", "class"]),
    help="Also show each app, source or class of failure.",
)
@click.option(
    "--plot", metavar="FILE", help="Draw the days into a .svg, .png or .pdf file, or as text for `-`."
)
@click.option("--prometheus", is_flag=True, help="Print counters in Prometheus's text format.")
@click.option("--json", "as_json", is_flag=True, help="Print the statistics as JSON.")
@pass_context
def command(context: Context, since: str, by: Any, plot: str | None, prometheus: bool, as_json: bool) -> None:
    """Show how often apps answered requests, what failed, and what was spent and avoided.

    Rows of maps count as runs. Totals are kept when old runs are deleted from the journal. What a model would
    have cost is an assumption: see the page "Watch what it does". Days are in UTC.
    """
    if prometheus and (since or by or plot or as_json):
        raise click.UsageError("--prometheus cannot be combined with other options: its counters only grow")
    if as_json and plot == "-":
        raise click.UsageError("--json and --plot - would both write to standard output")
    from mapp.ops.manage.statistics import statistics

    found = statistics(context.opened, since=since, by=by)
    if prometheus:
        from mapp.observe.prometheus import prometheus_text

        context.console.result(prometheus_text(found))
        return
    if plot not in (None, "-"):
        from mapp.observe.plots import draw_file

        draw_file(found, Path(plot))
        context.console.tell(f"drawn into {plot}")
    if as_json:
        context.console.json(found.to_dict())
    elif plot == "-":
        _draw(found)
    else:
        _show(context, found)


def _draw(found: Statistics) -> None:
    import sys
    from shutil import get_terminal_size

    from mapp.observe.plots import draw_text
    from mapp_cli.console import colour

    # Not through the console, which would show the colours' escapes; nothing in a plot comes from an app.
    click.echo(draw_text(found, width=min(100, get_terminal_size().columns), colour=colour(sys.stdout)))


def _show(context: Context, found: Statistics) -> None:
    console = context.console
    console.table(_rows(found), ("", ""))
    if found.groups:
        console.result("")
        rows = [
            (
                row.name,
                f"{row.counts.runs:,}",
                f"{row.counts.failed:,}",
                _money(row.spend.cost_micros),
                _money(row.counts.micros),
            )
            for row in found.groups
        ]
        console.table(rows, (found.by.upper(), "RUNS", "FAILED", "SPENT", "AVOIDED"))
    paid = [row for row in found.break_even if row.spent_micros]
    if paid and not found.by:
        console.result("")
        balances = [
            (
                row.app,
                _money(row.spent_micros),
                _money(row.avoided_micros),
                f"{row.answers:,}",
                "reached" if row.reached else "never" if row.needed is None else f"at {row.needed:,}",
            )
            for row in paid
        ]
        console.table(balances, ("APP", "SPENT", "AVOIDED", "ANSWERS", "BREAK-EVEN"))


def _rows(found: Statistics) -> list[tuple[str, str]]:
    counts, heals, spend = found.counts, found.heals, found.spend
    return [
        ("runs", f"{counts.runs:,}, {counts.failed:,} failed"),
        ("requests", f"{found.requests.requests:,}, {_share(found.requests.match_rate)} matched"),
        (
            "library",
            f"{_share(found.requests.library_share(counts.runs))} of runs used an app it had already",
        ),
        ("failures", ", ".join(f"{runs:,} {name}" for name, runs in found.failures) or "none"),
        (
            "heals",
            ", ".join(f"{count} {name}" for name, count in heals.to_dict().items()),
        ),
        ("spent", f"{_money(spend.cost_micros)}, {found.calls:,} calls, {spend.tokens:,} tokens"),
        ("avoided", f"{_money(counts.micros)} (assumed), {counts.avoided:,} calls"),
    ]


def _share(share: float | None) -> str:
    return "none" if share is None else f"{share:.1%}"


def _money(micros: int) -> str:
    from mapp.model.spend import dollars

    return dollars(micros)
