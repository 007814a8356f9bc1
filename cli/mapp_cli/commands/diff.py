"""`mapp diff`: how two versions of an app differ."""

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
    help="How many inputs both versions are run on.",
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
    """Show how two versions of APP differ: interface, behaviour, files.

    OLD and NEW are versions, branches or commits. NEW is main by default, OLD what main held before.
    """
    from mapp.ops.manage.diff import diff

    found = diff(context.ready, app, old, new, folder=folder, inputs=inputs)
    if as_json:
        context.console.json(found.to_dict())
        return
    for line in _lines(found):
        context.console.result(line)


def _lines(found: Report) -> Iterator[str]:
    from mapp.ops.manage.diff import in_words

    yield f"{found.new.app.name} {found.old.label} -> {found.new.label}"
    if not found.files:
        yield "nothing differs"
        return
    yield "interface"
    for row in found.interface:
        yield f"  {row.level.name.lower():<5}  {in_words(row)}"
    if not found.interface:
        yield "  the same"
    yield "behaviour"
    yield from _behaviour(found)
    yield "files"
    for file in found.files:
        yield f"  {file.path}  +{file.added} -{file.removed}"
    demand = found.demand
    level, since = demand.level.name.lower(), found.old.app.manifest.version
    yield f"this is a {level} change: {demand.least} or higher after {since}"


def _behaviour(found: Report) -> Iterator[str]:
    from mapp.model.values import canonical

    seen = found.behaviour
    if seen is None:
        yield "  the same: neither code nor manifest changed"
        return
    examples = [row for row in seen.partings if row.place]
    generated = len(seen.partings) - len(examples)
    where = f", all of them where {seen.rule}" if seen.rule and generated else ""
    yield f"  {len(examples)} of {seen.examples} examples come out differently"
    yield f"  {generated} of {seen.generated} generated inputs come out differently{where}"
    if seen.refused:
        yield f"  {seen.refused} of {seen.generated} generated inputs are no longer taken"
    for row in (*examples[:MAX_SHOWN], *[row for row in seen.partings if not row.place][:MAX_SHOWN]):
        yield f"  {row.place + '  ' if row.place else ''}{canonical(dict(row.arguments))}"
        yield f"      {row}"
