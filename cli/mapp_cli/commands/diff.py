"""`mapp diff`: shows how two versions of an app differ."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context

if TYPE_CHECKING:
    from mapp.ops.manage.diff import Report

MAX_SHOWN = 5


@click.command("diff")
@click.argument("app", shell_complete=app_names)
@click.argument("old", required=False)
@click.argument("new", required=False)
@click.option(
    "--folder", type=click.Path(path_type=Path), help="Compare with the app in this folder instead of NEW."
)
@click.option(
    "--inputs",
    default=100,
    show_default=True,
    type=click.IntRange(1, 100_000),
    help="How many inputs to run both versions on.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the differences as JSON.")
@pass_context
def command(
    context: Context,
    app: str,
    old: str | None,
    new: str | None,
    folder: Path | None,
    inputs: int,
    as_json: bool,
) -> None:
    """Show how two versions of APP differ in interface, behaviour and files.

    OLD and NEW are versions, branches or commits. NEW is main by default, OLD the version before it.
    """
    from mapp.ops.manage.diff import diff

    report = diff(context.ready, app, old, new, folder=folder, inputs=inputs)
    if as_json:
        context.console.json(report.to_dict())
        return
    for line in _lines(report):
        context.console.result(line)


def _lines(report: Report) -> Iterator[str]:
    from mapp.ops.manage.diff import in_words

    yield f"{report.new.app.name} {report.old.label} -> {report.new.label}"
    if not report.files:
        yield "no differences"
        return
    yield "interface"
    for row in report.interface:
        yield f"  {row.level.name.lower():<5}  {in_words(row)}"
    if not report.interface:
        yield "  unchanged"
    yield "behaviour"
    yield from _behaviour(report)
    yield "files"
    for file in report.files:
        yield f"  {file.path}  +{file.added} -{file.removed}"
    demand = report.demand
    level, since = demand.level.name.lower(), report.old.app.manifest.version
    yield f"this is a {level} change: {demand.least} or higher after {since}"


def _behaviour(report: Report) -> Iterator[str]:
    from mapp.model.values import canonical

    compared = report.behaviour
    if compared is None:
        yield "  unchanged: code and manifest are the same"
        return
    examples = [row for row in compared.partings if row.place]
    generated = len(compared.partings) - len(examples)
    where = f", all of them where {compared.rule}" if compared.rule and generated else ""
    yield f"  {len(examples)} of {compared.examples} examples give a different result"
    yield f"  {generated} of {compared.generated} generated inputs give a different result{where}"
    if compared.refused:
        yield f"  {compared.refused} of {compared.generated} generated inputs are no longer valid"
    for row in (*examples[:MAX_SHOWN], *[row for row in compared.partings if not row.place][:MAX_SHOWN]):
        yield f"  {row.place + '  ' if row.place else ''}{canonical(dict(row.arguments))}"
        yield f"      {row}"
