"""`mapp right`: says that a run's answer is right."""

from __future__ import annotations

import click

from mapp_cli.context import Context, pass_context


@click.command("right")
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def command(context: Context, run: str, as_json: bool) -> None:
    """Say that the answer of RUN is right, for example after a warning or after `mapp wrong`.

    An incident that only this run has is closed. This library learns that the request means this call.
    """
    from mapp.ops.heal.word import say_right
    from mapp.ops.index.background import refresh_later

    taken = say_right(context.opened, run)
    refresh_later(context.opened)
    if as_json:
        context.console.json(taken.to_dict())
        return
    closed = "" if taken.incident is None else f"; incident {taken.incident.id} is closed"
    context.console.result(f"run {taken.run} is right{closed}")
