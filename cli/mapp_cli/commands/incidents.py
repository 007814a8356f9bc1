"""`mapp incidents`: lists what failed, and what mapp does about each class of failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mapp.model.incident import FAILURE_CLASSES
from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context

if TYPE_CHECKING:
    from mapp.model.incident import FailureClass


@click.command("incidents")
@click.argument("app", required=False, shell_complete=app_names)
@click.option(
    "--class", "failure", type=click.Choice(FAILURE_CLASSES), metavar="CLASS", help="Only this class."
)
@click.option("--open", "only_open", is_flag=True, help="Only open incidents.")
@click.option("--policy", is_flag=True, help="Show what mapp does about each class of failure.")
@click.option("--json", "as_json", is_flag=True, help="Print the incidents as JSON.")
@pass_context
def command(
    context: Context,
    app: str | None,
    failure: FailureClass | None,
    only_open: bool,
    policy: bool,
    as_json: bool,
) -> None:
    """List incidents: failures of one app with one cause, the newest first.

    Mistakes in the arguments of a call do not count. `mapp incident ID` says what happened, and what you
    can do about it.
    """
    if policy:
        _show_policy(context, as_json=as_json)
        return
    from mapp.ops.heal.incidents import list_incidents, moment

    console = context.console
    found = list_incidents(context.opened, app, failure, open=only_open)
    if as_json:
        console.json({"incidents": [row.to_dict() for row in found]})
        return
    rows = [
        (row.id, moment(row.last), row.app, row.failure, row.state, f"{row.runs} runs", _why(dict(row.facts)))
        for row in found
    ]
    console.table(rows, ("INCIDENT", "LAST (UTC)", "APP", "CLASS", "STATE", "SEEN", "WHY"))
    if not rows:
        console.tell("no such incidents" if app or failure or only_open else "no incidents")


def _why(facts: dict[str, object]) -> str:
    return str(facts.get("why", ""))


def _show_policy(context: Context, *, as_json: bool) -> None:
    from mapp.classify.policy import policies

    known = policies(context.config.policy)
    if as_json:
        rows = {
            name: {"actions": list(row.actions), "means": row.means, "you": row.you}
            for name, row in known.items()
        }
        context.console.json({"policy": rows})
        return
    table = [(name, ", ".join(row.actions), row.means) for name, row in known.items()]
    context.console.table(table, ("CLASS", "MAPP", "MEANS"))
