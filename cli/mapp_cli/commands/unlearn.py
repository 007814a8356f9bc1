"""`mapp unlearn`: shows what was learned from what you said, and forgets it."""

from __future__ import annotations

import click

from mapp_cli.completers import lesson_ids
from mapp_cli.context import Context, pass_context


@click.command("unlearn")
@click.argument("lessons", nargs=-1, metavar="[LESSON]...", shell_complete=lesson_ids)
@click.option("--all", "everything", is_flag=True, help="Forget everything that was learned.")
@click.option("--json", "as_json", is_flag=True, help="Print the lessons as JSON.")
@pass_context
def command(context: Context, lessons: tuple[str, ...], everything: bool, as_json: bool) -> None:
    """Forget what `mapp wrong`, `mapp right` and your confirmations taught: each LESSON, or all.

    A LESSON is named by its id or its run. Without one, list what this library has learned. Requests are then
    read as if it had never been said.
    """
    from mapp.ops.manage import unlearn

    console = context.console
    if everything and lessons:
        raise click.UsageError("name lessons, or use --all")
    if not everything and not lessons:
        found = unlearn.lessons(context.opened)
    else:
        chosen = None if everything else lessons
        found = unlearn.unlearn(context.opened, chosen, progress=console.progress)
    if as_json:
        console.json({"schema": 1, "lessons": [{"id": row.id, **row.to_dict()} for row in found]})
        return
    if everything or lessons:
        console.result(f"forgot {len(found)} lesson{'s' * (len(found) != 1)}")
        return
    rows = [(row.id, row.app if row.fits else f"not {row.app}", row.request) for row in found]
    console.table(rows, ("LESSON", "MEANS", "REQUEST"))
    if not rows:
        console.tell("nothing was learned from what you said")
