"""`mapp incident`: tells one incident, and takes a person's word about it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from mapp_cli.console import Console
from mapp_cli.context import Context, pass_context

if TYPE_CHECKING:
    from mapp.ops.heal.incidents import Story

MAX_SHOWN = 400
"""The longest value of a run, in characters, that is shown in full."""


@click.command("incident")
@click.argument("incident")
@click.option("--not-a-bug", is_flag=True, help="Close it: it costs nothing more, and stops no app.")
@click.option("--reopen", is_flag=True, help="Open it again.")
@click.option("--merge", "into", metavar="INCIDENT", help="It is the same as this other incident.")
@click.option("--why", metavar="TEXT", default="", help="With --not-a-bug: why.")
@click.option("--json", "as_json", is_flag=True, help="Print the incident as JSON.")
@pass_context
def command(
    context: Context, incident: str, not_a_bug: bool, reopen: bool, into: str | None, why: str, as_json: bool
) -> None:
    """Tell what happened in INCIDENT, why it has its class, what was done, and what you can do.

    INCIDENT may be the beginning of an id. mapp remembers what you say: an incident that is not a bug stays
    closed when it happens again, and failures of a merged incident count for the other one.
    """
    if not_a_bug + reopen + (into is not None) > 1:
        raise click.UsageError("--not-a-bug, --reopen and --merge cannot be combined")
    from mapp.ops.heal.incidents import close_incident, merge_incidents, reopen_incident, tell_incident

    workspace, console = context.opened, context.console
    if not_a_bug:
        incident = close_incident(workspace, incident, why).id
    elif reopen:
        incident = reopen_incident(workspace, incident).id
    elif into is not None:
        incident = merge_incidents(workspace, incident, into).id
    story = tell_incident(workspace, incident)
    if as_json:
        console.json(story.to_dict())
    else:
        _tell(console, story)


def _tell(console: Console, story: Story) -> None:
    from mapp.ops.heal.incidents import moment

    incident, facts = story.incident, dict(story.incident.facts)
    console.result(f"{incident.app} {incident.version}: {incident.failure} ({incident.state})")
    console.result(f"  {story.policy.means}")
    times = "once" if incident.runs == 1 else f"{incident.runs} times"
    console.result(f"seen      {times}, first {moment(incident.first)}, last {moment(incident.last)} UTC")
    console.result(f"incident  {incident.id}, {incident.fingerprint}, commit {incident.commit[:10]}")
    if story.run is not None:
        console.result(f"happened  run {incident.run}: {story.run['outcome']}")
        console.result(f"  input   {_shown(story.run['input'])}")
        given = story.run["detail"] or story.run["output"]
        console.result(f"  gave    {_shown(given)}")
    if incident.expected:
        console.result(f"  right   {incident.expected}")
    console.result(f"why       {facts.pop('why', '')}")
    for name, value in facts.items():
        if name not in ("rules", "outcome"):
            console.result(f"  {name}: {_shown(value)}")
    if incident.why:
        console.result(f"you said  {_shown(incident.why)}")
    for line in story.done:
        console.result(f"done      {line}")
    for line in story.ways:
        console.result(f"you can   {line}")


def _shown(value: object) -> str:
    """Returns a value as JSON on one line: what an app or a server wrote stays quoted."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
