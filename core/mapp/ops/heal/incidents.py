"""Lists and tells incidents, and takes a person's word about them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from mapp.classify.policy import Policy, policies
from mapp.errors import MappError, UsageError
from mapp.git.commit import Commit
from mapp.library import read
from mapp.model.change_spec import HealSpec
from mapp.model.incident import FailureClass, Incident
from mapp.observe.changes import Changes
from mapp.observe.incidents import Incidents
from mapp.ops.run.monitor import catch_up
from mapp.ops.workspace import Workspace
from mapp.suggested_commands import suggested_command

MAX_COMMITS: Final = 500
"""How many commits of an app are searched for heals of an incident."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """An incident as `mapp incident` tells it.

    `done` is what mapp has done about it, `ways` are the commands that a person can run now. `run` shows the
    failing run, None if the journal has forgotten it.
    """

    incident: Incident
    policy: Policy
    runs: tuple[str, ...]
    run: dict[str, Any] | None
    done: tuple[str, ...]
    ways: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Returns the story as `mapp incident --json` prints it."""
        incident = self.incident
        return {
            "incident": {
                **incident.to_dict(),
                "tree": incident.tree,
                "run": incident.run,
                "expected": incident.expected or None,
                "why": incident.why,
                "into": incident.into,
            },
            "facts": dict(incident.facts),
            "means": self.policy.means,
            "policy": list(self.policy.actions),
            "runs": list(self.runs),
            "failing_run": self.run,
            "done": list(self.done),
            "ways": list(self.ways),
        }


def list_incidents(
    workspace: Workspace,
    app: str | None = None,
    failure: FailureClass | None = None,
    *,
    open: bool = False,  # noqa: A002 - the option of `mapp incidents`
) -> list[Incident]:
    """Returns the incidents, the one with the newest failure first.

    Failed runs that were not looked at, because a process was killed, are looked at first.

    Raises:
        NotFound: there is no such app.
    """
    if app is not None:
        read.repository_of(workspace.home, app)
    catch_up(workspace, app)
    known = Incidents(workspace.home.journal).all(app, failure, open=open)
    found = [_as_it_stands(workspace, row) for row in known]
    return [row for row in found if row.state != "healed" or not open]


def tell_incident(workspace: Workspace, identity: str) -> Story:
    """Returns what is known about an incident; raises NotFound."""
    incidents = Incidents(workspace.home.journal)
    incident = _as_it_stands(workspace, incidents.get(identity))
    policy = policies(workspace.config.policy)[incident.failure]
    return Story(
        incident=incident,
        policy=policy,
        runs=tuple(incidents.runs(incident.id)),
        run=_run(workspace, incident.run),
        done=tuple(_done(workspace, incident, policy)),
        ways=tuple(_ways(incident, policy)),
    )


def _as_it_stands(workspace: Workspace, incident: Incident) -> Incident:
    """Returns an incident, `healed` or `proposed` if that is what became of it.

    It is open again if the app was rolled back since, or if it failed after the fix.
    """
    if incident.state != "open":
        return incident
    for commit in _history(workspace, incident):
        operation = commit.trailers.get("Mapp-Operation")
        if operation == "rollback" or commit.time < int(incident.last):
            break
        if operation == "heal" and commit.trailers.get("Mapp-Incident", "") == incident.id:
            return replace(incident, state="healed")
    waiting = Changes(workspace.home.journal).waiting(app=incident.app)
    heals = [row.spec for row in waiting if row.state == "proven" and isinstance(row.spec, HealSpec)]
    if any(spec.incident == incident.id for spec in heals):
        return replace(incident, state="proposed")
    return incident


def _history(workspace: Workspace, incident: Incident) -> list[Commit]:
    """Returns the newest commits of an incident's app, newest first; none if it cannot be read."""
    try:
        return list(itertools.islice(read.history(workspace.home, incident.app), MAX_COMMITS))
    except MappError:
        return []


def close_incident(workspace: Workspace, identity: str, why: str = "") -> Incident:
    """Records that an incident is not a bug: it costs no token, and it stops no app. Raises NotFound.

    Later failures of the same kind are counted, and it stays closed.
    """
    incidents = Incidents(workspace.home.journal)
    incident = _unmerged(incidents.get(identity))
    closed = replace(incident, state="closed", why=workspace.redact(why) or incident.why)
    incidents.put(closed)
    return closed


def reopen_incident(workspace: Workspace, identity: str) -> Incident:
    """Opens an incident that was closed or merged; raises NotFound."""
    incidents = Incidents(workspace.home.journal)
    opened = replace(incidents.get(identity), state="open", into="")
    incidents.put(opened)
    return opened


def merge_incidents(workspace: Workspace, identity: str, into: str) -> Incident:
    """Merges an incident into another of the same app, and returns the other.

    Raises:
        NotFound: there is no such incident.
        UsageError: they are the same, belong to different apps, or one of them was merged before.
    """
    incidents = Incidents(workspace.home.journal)
    one, other = _unmerged(incidents.get(identity)), _unmerged(incidents.get(into))
    if one.id == other.id:
        raise UsageError("an incident cannot be merged into itself")
    if one.app != other.app:
        raise UsageError(f"{one.id} is about {one.app}, and {other.id} about {other.app}")
    return incidents.merge(one, other)


def moment(seconds: float) -> str:
    """Returns a time as text, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _unmerged(incident: Incident) -> Incident:
    if incident.state == "merged":
        raise UsageError(
            f"incident {incident.id} was merged into {incident.into}",
            hint=suggested_command("incident", incident.id, "--reopen"),
        )
    return incident


def _run(workspace: Workspace, identity: str) -> dict[str, Any] | None:
    if not identity:
        return None
    try:
        return workspace.journal.run(identity)[0].to_dict()
    except MappError:
        return None


def _done(workspace: Workspace, incident: Incident, policy: Policy) -> list[str]:
    """Returns what was done about an incident so far, from its state and the app's history."""
    found = []
    if incident.state == "closed":
        found.append("you said that it is not a bug")
    elif incident.state == "gone":
        found.append("it was repeated on main and did not fail any more")
    elif incident.state == "merged":
        found.append(f"you merged it into {incident.into}")
    elif policy.quarantines and incident.state != "healed":
        found.append(f"{incident.app} {incident.version} is in quarantine: it does not run")
    if incident.expected:
        found.append("you said what is right")
    about = (row for row in _history(workspace, incident) if row.trailers.get("Mapp-Incident") == incident.id)
    for commit in about:
        operation = commit.trailers.get("Mapp-Operation", "change")
        found.append(f"{operation} in commit {commit.id[:10]}: {commit.message.splitlines()[0]}")
    return found


def _ways(incident: Incident, policy: Policy) -> list[str]:
    """Returns what a person can do: commands, and a sentence where there is none."""
    ways = [] if incident.state == "healed" else [policy.you]
    if incident.run:
        ways.append(suggested_command("replay", incident.run))
    if incident.failure == "expectation" and not incident.expected:
        ways.append(f"{suggested_command('wrong', incident.run)} --expected JSON")
    if incident.healable:
        ways.append(suggested_command("heal", incident.id))
    if incident.failure == "regression":
        ways.append(suggested_command("rollback", incident.app))
    if incident.state in ("open", "proposed"):
        ways.append(suggested_command("incident", incident.id, "--not-a-bug"))
    elif incident.state != "healed":
        ways.append(suggested_command("incident", incident.id, "--reopen"))
    return ways
