"""`mapp search`: finds apps by what they do."""

from __future__ import annotations

import click

from mapp_cli.context import Context, pass_context


@click.command("search")
@click.argument("words", nargs=-1, required=True)
@click.option(
    "--most", "-n", default=10, show_default=True, type=click.IntRange(1, 100), help="How many apps."
)
@click.option("--registry", is_flag=True, help="Search what the configured registries list instead.")
@click.option("--in", "only", metavar="NAME", default="", help="Search only the registry NAME.")
@click.option("--offline", is_flag=True, help="Search registries as they were last seen.")
@click.option("--json", "as_json", is_flag=True, help="Print the apps as JSON.")
@pass_context
def command(
    context: Context,
    words: tuple[str, ...],
    most: int,
    registry: bool,
    only: str,
    offline: bool,
    as_json: bool,
) -> None:
    """Find apps by what they do. Describe it in your own WORDS; the best matches come first.

    \b
    mapp search add tax to a price
    mapp search --registry add tax to a price      what is listed, installed or not
    """
    if registry or only:
        _search_registries(context, " ".join(words), only, most=most, offline=offline, as_json=as_json)
        return
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


def _search_registries(
    context: Context, text: str, only: str, *, most: int, offline: bool, as_json: bool
) -> None:
    from mapp.ops.share.search_registries import search_registries

    console = context.console
    found = search_registries(context.ready, text, registry=only, most=most, offline=offline)
    if as_json:
        console.json({"schema": 1, "apps": [row.to_dict() for row in found]})
        return
    rows = [
        (row.place, row.version, f"{row.score:.2f}", "yes" if row.installed else "", row.description)
        for row in found
    ]
    console.table(rows, ("APP", "VERSION", "SCORE", "INSTALLED", "DESCRIPTION"))
    for row in found:
        if row.note:
            console.warn(row.note)
