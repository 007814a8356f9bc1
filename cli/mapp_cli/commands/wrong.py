"""`mapp wrong`: says that a run's answer is wrong, and what is right."""

from __future__ import annotations

import click

from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context


@click.command("wrong")
@click.argument("run", required=False)
@click.option("--expected", metavar="JSON", help="The right output.")
@click.option("--error", metavar="CODE", help="The declared error that is right.")
@click.option("--app", shell_complete=app_names, help="The app that should have run.")
@click.option("--arguments", metavar="JSON", help="The arguments that the request means.")
@click.option("--why", metavar="TEXT", default="", help="What is wrong, in your words.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def command(
    context: Context,
    run: str | None,
    expected: str | None,
    error: str | None,
    app: str | None,
    arguments: str | None,
    why: str,
    as_json: bool,
) -> None:
    """Say that the answer of RUN is wrong. Without RUN, list what you said.

    If the app is wrong, the run becomes an incident. With --expected or --error, the app can be healed: what
    you say is right becomes one of its tests. If mapp chose the wrong app or the wrong arguments, say so with
    --app or --arguments: this library learns that, and no app is changed.

    \b
    mapp wrong 0197c0de --expected 288
    mapp wrong 0197c0de --app discount
    """
    console = context.console
    if run is None:
        if any(value is not None for value in (expected, error, app, arguments)) or why:
            raise click.UsageError("name the RUN; mapp runs lists them")
        _list(context, as_json=as_json)
        return
    from mapp.ops.heal.word import Word, say_wrong
    from mapp.ops.index.background import refresh_later

    word = Word(expected=expected, error=error, app=app, arguments=arguments, why=why)
    taken = say_wrong(context.opened, run, word)
    if word.about_routing:
        refresh_later(context.opened)
    if as_json:
        console.json(taken.to_dict())
    elif taken.incident is not None:
        incident = taken.incident
        console.result(f"incident {incident.id}: {taken.app} {incident.version}, {incident.failure}")
        console.hint(f"mapp incident {incident.id} says what happens next")
    elif word.about_routing:
        console.result(f"learned: this request means {taken.app}")
        console.hint("to forget it: mapp unlearn")
    else:
        console.result(f"recorded for run {taken.run}")


def _list(context: Context, *, as_json: bool) -> None:
    from mapp.ops.heal.incidents import moment
    from mapp.ops.heal.word import said

    found = said(context.opened)
    if as_json:
        context.console.json({"corrections": [row.to_dict() for row in found]})
        return
    rows = []
    for row in found:
        right = row.expected or " ".join(part for part in (row.app, row.arguments) if part)
        rows.append((row.run, moment(row.at), row.ran, row.said, right or row.why or "-", row.request or "-"))
    context.console.table(rows, ("RUN", "SAID (UTC)", "APP", "ANSWER", "RIGHT", "REQUEST"))
    if not rows:
        context.console.tell("nothing was said about any run")
