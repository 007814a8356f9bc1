"""Takes a heal back: the version before it returns to `main`, and the incident is opened again."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mapp.errors import StaleBase
from mapp.library import read
from mapp.library.commit_app import message, put
from mapp.library.landing import Committed, Proposal
from mapp.library.rejections import reject
from mapp.library.verdicts import read_verdict
from mapp.model.app import App, Example, read_app
from mapp.model.canary import Decision
from mapp.model.values import canonical
from mapp.observe.incidents import Incidents
from mapp.ops.heal.evidence import Canary
from mapp.ops.workspace import Workspace


@dataclass(frozen=True, kw_only=True, slots=True)
class Reverted:
    """A heal that was taken back: its commit, the incident and fingerprint that it was for, and why.

    `source` is its `main.js`, so that the same patch can be recognised.
    """

    commit: str
    incident: str
    fingerprint: str
    reason: str
    source: str


def revert(canary: Canary, decision: Decision) -> Committed | None:
    """Puts the version before a heal back on `main`, with the reason; None if another process was faster.

    The incident is opened again and the patch is rejected first: a kill after that leaves the canary open.
    """
    workspace, home = canary.workspace, canary.workspace.home
    found = read.snapshot(home, canary.name, canary.before, only=None)
    app = read_app(found.files, commit=found.commit, tree=found.tree)
    _reopen(canary, decision)
    known = read_verdict(read.open_repository(home, canary.name), found.tree)
    proven = known is not None and known.passed
    worst, trailers = decision.worst, canary.commit.trailers
    if fingerprint := trailers.get("Mapp-Fingerprint", ""):
        reject(home, canary.name, fingerprint, canary.commit.id, tell=workspace.tell)
    text = message(
        f"{app.name}: back to {app.manifest.version}, the heal made it worse",
        {
            "Mapp-Operation": "rollback",
            "Mapp-Reverts": canary.commit.id,
            "Mapp-Incident": trailers.get("Mapp-Incident", ""),
            "Mapp-Fingerprint": fingerprint,
            "Mapp-Reason": decision.why,
            "Mapp-Counterexample": worst.run if worst is not None and worst.bad else "",
            "Mapp-Verdict": "passed" if proven else "forced; it was on main before the heal",
            "Mapp-Base": canary.commit.id,
        },
        body=f"The heal in commit {canary.commit.id} is taken back: {decision.why}.",
    )

    def check(current: App) -> None:
        if current.commit != canary.commit.id:
            raise StaleBase(f"main of {current.name} has moved in the meantime")

    proposal = Proposal(app=app, files=found.files, text=text, signature=workspace.signature())
    try:
        with workspace.span("mapp.rollback", app=canary.name):
            committed = put(home, proposal, check=check, tell=workspace.tell)
    except StaleBase:
        return None
    if not committed.changed:  # another process put it back between the decision and the landing
        return None
    workspace.tell(
        f"{app.name} is back at {app.manifest.version}, because the heal made it worse: {decision.why}"
    )
    return committed


def _reopen(canary: Canary, decision: Decision) -> None:
    """Opens the healed incident again, with what the heal's own regression test states."""
    incidents = Incidents(canary.workspace.home.journal)
    identity = canary.commit.trailers.get("Mapp-Incident", "")
    for incident in incidents.all(canary.name):
        if incident.id == identity:
            rows = [row for _, row in canary.new_tests]
            expected = incident.expected or (_stated(rows[0]) if len(rows) == 1 else "")
            facts = (*(fact for fact in incident.facts if fact[0] != "reverted"), ("reverted", decision.why))
            incidents.put(replace(incident, state="open", expected=expected, facts=facts))


def _stated(row: Example) -> str:
    """Returns the outcome that a test states, as an incident holds it; "" if it states none."""
    if row.valid is not None:
        return ""
    return canonical({"error": row.error} if row.error is not None else {"output": row.output})


def reverted_heals(workspace: Workspace, name: str) -> tuple[Reverted, ...]:
    """Returns the heals of an app that were taken back, newest first, from git alone.

    Raises:
        NotFound: there is no such app.
    """
    found = []
    for row in read.landings(workspace.home, name):
        trailers = row.trailers
        if healed := trailers.get("Mapp-Reverts"):
            found.append(
                Reverted(
                    commit=healed,
                    incident=trailers.get("Mapp-Incident", ""),
                    fingerprint=trailers.get("Mapp-Fingerprint", ""),
                    reason=trailers.get("Mapp-Reason", ""),
                    source=read.load_runnable(workspace.home, name, healed).source,
                )
            )
    return tuple(found)
