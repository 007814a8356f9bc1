"""`mapp search`: finds apps by what they do."""

from __future__ import annotations

import click

from mapp_cli.context import Context, pass_context


@click.command("search")
@click.argument("words", nargs=-1, required=True)
@click.option(
    "--most", "-n", default=10, show_default=True, type=click.IntRange(1, 100), help="How many apps."
)
@click.option("--json", "as_json", is_flag=True, help="Print the apps as JSON.")
@pass_context
def command(context: Context, words: tuple[str, ...], most: int, as_json: bool) -> None:
    """Find apps by what they do. Describe it in your own WORDS; the best matches come first."""
    from mapp.ops.index.search import search

    found = search(context.ready, " ".join(words), most=most, progress=context.console.progress)
    if as_json:
        rows = [
            {
                "app": row.app,
                "score": round(row.score, 4),
                "version": row.version,
                "description": row.description,
            }
            for row in found
        ]
        context.console.json({"apps": rows})
    else:
        context.console.table(
            [(row.app, f"{row.score:.2f}", row.description) for row in found], ("APP", "SCORE", "DESCRIPTION")
        )
