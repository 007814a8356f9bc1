"""`mapp log`: shows one app's history."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import click

from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context


@click.command("log")
@click.argument("app", shell_complete=app_names)
@click.option("--most", "-n", default=50, show_default=True, type=click.IntRange(1), help="How many commits.")
@click.option("--drafts", is_flag=True, help="Also show the attempts before a compiled app was merged.")
@click.option("--json", "as_json", is_flag=True, help="Print the history as JSON.")
@pass_context
def command(context: Context, app: str, most: int, drafts: bool, as_json: bool) -> None:
    """Show the history of APP's main branch, newest first."""
    from mapp.library import read

    history = (read.history if drafts else read.landings)(context.ready.home, app)
    commits = list(itertools.islice(history, most))
    if as_json:
        rows = [
            {
                "commit": row.id,
                "tree": row.tree,
                "parents": list(row.parents),
                "author": row.author,
                "time": row.time,
                "subject": row.subject,
                "trailers": row.trailers,
            }
            for row in commits
        ]
        context.console.json({"app": app, "commits": rows})
        return
    for row in commits:
        moment = datetime.fromtimestamp(row.time, UTC).strftime("%Y-%m-%d %H:%M")
        operation = row.trailers.get("Mapp-Operation", "-")
        context.console.result(f"{row.id[:10]}  {moment}  {operation:<8}  {row.author}: {row.subject}")
