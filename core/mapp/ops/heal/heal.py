"""Heals an app: from an incident to a fix that passed the gate, on a branch or merged.

What is known about a heal is in git: its branch `heal/INCIDENT`, the trailers of its commits, and the refs of
rejected patches. The journal adds which change is open and what its answers cost, so a heal that was killed
is resumed without paying twice.
"""

from __future__ import annotations

import calendar
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from mapp.author.coder import Coder, Watch
from mapp.errors import MappError, NotFound
from mapp.library import read
from mapp.library.locks import holding
from mapp.model.app import App, read_app
from mapp.model.change import SUPERSEDED, Change
from mapp.model.change_spec import HealSpec
from mapp.model.incident import Incident
from mapp.observe.changes import Changes
from mapp.observe.incidents import Incidents
from mapp.ops.check.gate import USUAL, Options
from mapp.ops.compile.approval import Approver, Changed
from mapp.ops.compile.change_sources import drop_change
from mapp.ops.compile.lifecycle import begin, carry_on, is_merged, resume, task_of
from mapp.ops.compile.open_coder import coder_of, open_ledger
from mapp.ops.heal.brief import evidence_of, preview, summary_of
from mapp.ops.heal.canary import settle
from mapp.ops.heal.counterexample import keep_counterexample
from mapp.ops.heal.reproduce import CannotHeal, Reproduced, reproduce
from mapp.ops.heal.revert import reverted_heals
from mapp.ops.workspace import Workspace

MAX_TRIES: Final = 3
"""How many answers of a coder one failure may cost in one day (UTC)."""
MAX_FAILED: Final = 2
"""After this many failed heals of one failure by one coder, no more are tried."""


class TriesUsed(MappError):
    """The tries for one failure are used up; a person has to look at it."""

    code = "MAPP-0561"
    exit_code = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Healed:
    """The result of a heal: the incident, the change with its cost, and in words why there is no fix.

    `changed` is None if no change was needed or possible. With `reverted`, the fix was merged and taken back
    at once, because recorded runs went wrong.
    """

    incident: Incident | None
    changed: Changed | None = None
    why: str = ""
    reverted: bool = False

    @property
    def healed(self) -> bool:
        """Returns whether a fix was merged."""
        return self.changed is not None and self.changed.committed is not None and not self.reverted

    def to_dict(self) -> dict[str, Any]:
        """Returns the result as `heal --json` prints it."""
        changed, incident = self.changed, self.incident
        committed = changed.committed if changed and not self.reverted else None
        return {
            "schema": 1,
            "healed": self.healed,
            "incident": incident.id if incident else None,
            "app": incident.app if incident else None,
            "version": committed.version if committed else None,
            "commit": committed.commit if committed else None,
            "change": changed.change.id if changed else None,
            "spend": changed.spend.to_dict() if changed else None,
        }


def find_incident(workspace: Workspace, what: str | None) -> Incident | None:
    """Returns the incident that a person means: by its id, or the newest that can be healed.

    `what` is an app, an incident, a change or a branch `heal/INCIDENT`; None stands for every app.

    Raises:
        NotFound: there is no such app or incident.
    """
    incidents = Incidents(workspace.home.journal)
    if what is not None and what not in read.names(workspace.home):
        return _named(workspace, incidents, what)
    open_ones = (row for row in incidents.all(what, open=True) if row.healable)
    return next((row for row in open_ones if not is_healed(workspace, row)), None)


def _named(workspace: Workspace, incidents: Incidents, what: str) -> Incident:
    bare = what.rpartition("/")[2]
    try:
        found = incidents.get(bare)
    except NotFound as error:
        try:
            change = Changes(workspace.home.journal).get(bare)
        except NotFound:
            raise NotFound(f"there is no app and no incident {what!r}", hint=error.hint) from None
        if not isinstance(change.spec, HealSpec):
            raise error
        found = incidents.get(change.spec.incident)
    return incidents.get(found.into) if found.into else found


def is_healed(workspace: Workspace, incident: Incident) -> bool:
    """Returns whether a fix of an incident is on `main`, and its newest failure is of an older commit."""
    try:
        history = list(read.history(workspace.home, incident.app))
    except NotFound:
        return False
    for row in history:
        if row.id == incident.commit:
            return False
        if row.trailers.get("Mapp-Fingerprint") == incident.fingerprint:
            return row.trailers.get("Mapp-Operation") == "heal"  # else the fix was reverted
    return False


def ensure_healable(incident: Incident) -> None:
    """Raises CannotHeal if no coder may be asked about an incident."""
    if incident.healable:
        return
    if incident.state != "open":
        reason = f"the incident {incident.id} is {incident.state}"
        hint = f"mapp incident {incident.id} --reopen"
    elif incident.failure == "expectation":
        reason = f"nobody has said what is right for the incident {incident.id}"
        hint = f"mapp wrong {incident.run} --expected JSON"
    else:
        reason = f"the incident {incident.id} was not caused by the code: {incident.failure}"
        hint = f"mapp incident {incident.id} says what you can do"
    raise CannotHeal(f"{reason}; nothing was spent", hint=hint)


def heal(
    workspace: Workspace,
    incident: Incident,
    *,
    person: Approver,
    watch: Watch,
    coder: Coder | None = None,
    options: Options = USUAL,
) -> Healed:
    """Heals the app of an incident and returns the result.

    The failure is first reproduced on the current `main`; if it is gone, the incident is `gone` and nothing
    is spent. An open heal of the same failure is resumed. `person` approves cost and merge.

    Raises:
        CannotHeal: its class may not cost a token, or its right outcome contradicts the app's contract.
        TriesUsed: today's tries for this failure are used up, or two heals of it have failed.
        Busy: another process is healing this app.
        UsageError, KeyNeeded: no coder is configured, or its key is missing.
        PermissionNeeded: spending was not approved.
        CoderFailed: the coder gave no answer, or the budget is used up; the heal can be resumed.
        AttemptsExhausted: no try produced code that the gate could check.
    """
    ensure_healable(incident)
    with holding(workspace.home.holds, f"heal-{incident.app}", patience=0):
        known = _open_change(workspace, incident)
        if known is not None:
            changed = resume(workspace, known.id, person=person, watch=watch, coder=coder, options=options)
            return _judged(workspace, Healed(incident=incident, changed=changed), options)
        keep_counterexample(workspace, incident.app, options=options)
        app, files = _on_main(workspace, incident.app)
        found = reproduce(workspace, incident, app, files)
        if found is None:
            return _gone(workspace, incident, app)
        coder = coder or coder_of(workspace)
        tries = _tries_left(workspace, incident, coder)
        spec = _spec(workspace, incident, app, found, tries)
        summary = summary_of(incident, found, workspace.redact)
        change = begin(workspace, incident.app, summary, spec, coder=coder, person=person)
        changed = carry_on(workspace, change, coder=coder, person=person, watch=watch, options=options)
        _tell_if_last(workspace, incident, changed, coder)
        return _judged(workspace, Healed(incident=incident, changed=changed), options)


def _judged(workspace: Workspace, done: Healed, options: Options) -> Healed:
    """Replays recorded runs on a merged fix, which may take it back at once; returns what is left of it."""
    if done.changed is None or done.changed.committed is None:
        return done
    decision = settle(workspace, done.changed.change.app)
    if decision is None or decision.state != "reverted":
        return done
    keep_counterexample(workspace, done.changed.change.app, options=options)
    return replace(done, reverted=True, why=f"the fix was merged and taken back: {decision.why}")


def planned(workspace: Workspace, incident: Incident) -> str:
    """Returns the first prompt that a coder would get. Spends nothing and changes nothing.

    Raises:
        CannotHeal: as `heal` does, or the failure is gone.
    """
    ensure_healable(incident)
    app, files = _on_main(workspace, incident.app)
    found = reproduce(workspace, incident, app, files)
    if found is None:
        raise CannotHeal(f"{app.name} {app.manifest.version} does not fail in this way any more")
    change = Change(
        id=incident.id,
        began=workspace.clock(),
        app=incident.app,
        request="",
        coder="",
        spec=_spec(workspace, incident, app, found, MAX_TRIES),
    )
    return preview(task_of(workspace, change))


def _on_main(workspace: Workspace, name: str) -> tuple[App, dict[str, bytes]]:
    found = read.snapshot(workspace.home, name, only=None)
    return read_app(found.files, commit=found.commit, tree=found.tree), found.files


def _spec(workspace: Workspace, incident: Incident, app: App, found: Reproduced, tries: int) -> HealSpec:
    return HealSpec(
        base=app.commit,
        incident=incident.id,
        fingerprint=incident.fingerprint,
        failure=incident.failure,
        run=found.run,
        case=found.case,
        truth=found.truth,
        recordings=found.recordings,
        evidence=evidence_of(incident, found, workspace.redact),
        tries=tries,
    )


def heals_of(workspace: Workspace, app: str, fingerprint: str) -> Iterator[Change]:
    """Yields the heals of one failure, open and ended, the newest first."""
    for change in Changes(workspace.home.journal).waiting(app=app, ended=True):
        if isinstance(change.spec, HealSpec) and change.spec.fingerprint == fingerprint:
            yield change


def _open_change(workspace: Workspace, incident: Incident) -> Change | None:
    """Returns the open heal of a failure; one that failed, or began at another `main`, is dropped."""
    for change in heals_of(workspace, incident.app, incident.fingerprint):
        if change.ended:
            continue
        if is_merged(workspace, change):
            return change
        current = read.snapshot(workspace.home, change.app).commit == change.spec.base
        if current and change.state in ("open", "proven"):
            return change
        _supersede(workspace, change)
    return None


def _supersede(workspace: Workspace, change: Change) -> None:
    """Drops a heal without rejecting its patch; its cost and whether it failed stay on record."""
    drop_change(workspace, change)
    detail = f"{SUPERSEDED}{change.state}"
    Changes(workspace.home.journal).set_state(change, "dropped", detail)


def _gone(workspace: Workspace, incident: Incident, app: App) -> Healed:
    """Records that an incident's failure does not happen on the current `main`."""
    why = f"{app.name} {app.manifest.version} ({app.commit[:10]}) does not fail in this way any more"
    gone = replace(incident, state="gone")
    Incidents(workspace.home.journal).put(gone)
    return Healed(incident=gone, why=f"{why}; nothing was spent")


def _tries_left(workspace: Workspace, incident: Incident, coder: Coder) -> int:
    """Returns how many answers a new heal may pay for; raises TriesUsed if there are none."""
    heals = list(heals_of(workspace, incident.app, incident.fingerprint))
    taken_back = (row.fingerprint for row in reverted_heals(workspace, incident.app))
    failed = _failed(heals, coder) + sum(row == incident.fingerprint for row in taken_back)
    if failed >= MAX_FAILED:
        raise TriesUsed(
            f"{MAX_FAILED} heals of this failure by {coder.name} have failed, so it is not tried again",
            hint=f"fix it yourself: mapp edit {incident.app}; or choose another coder: mapp config coder …",
        )
    today = time.gmtime(workspace.clock())
    since = float(calendar.timegm((today.tm_year, today.tm_mon, today.tm_mday, 0, 0, 0)))
    used = open_ledger(workspace).rounds_since([change.id for change in heals], since)
    if used >= MAX_TRIES:
        raise TriesUsed(
            f"the {MAX_TRIES} tries for this failure are used up for today (UTC)",
            hint=f"try again tomorrow, or fix it yourself: mapp edit {incident.app}",
        )
    return MAX_TRIES - used


def _failed(heals: list[Change], coder: Coder) -> int:
    failed = ("failed", f"{SUPERSEDED}failed")
    return sum(
        change.coder == coder.name and (change.state in failed or change.detail in failed) for change in heals
    )


def _tell_if_last(workspace: Workspace, incident: Incident, changed: Changed, coder: Coder) -> None:
    """Tells the person when a failure is not tried again."""
    if changed.change.state != "failed":
        return
    heals = list(heals_of(workspace, incident.app, incident.fingerprint))
    if _failed(heals, coder) >= MAX_FAILED:
        workspace.tell(
            f"{coder.name} has failed to heal {incident.app} {MAX_FAILED} times; it is not tried again: "
            f"mapp review {changed.change.id} shows the last try, mapp edit {incident.app} opens the app"
        )
