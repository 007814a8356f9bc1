"""The canary: after a heal is merged, the version before it is on stand-by, and returns if the heal is worse.

A canary is open while `refs/mapp/canary` and `main` are at the same commit: the landing of a heal writes the
ref before it moves `main`. Everything else follows from that commit's trailers and from the journal, so a
killed process leaves nothing to repair: the next run of the app finds the same evidence and decides the same.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Literal, cast

from mapp.errors import MappError, StaleBase
from mapp.git.commit import Commit
from mapp.library import read
from mapp.library.commit_app import message, put
from mapp.library.landing import Committed, Proposal, close_canary
from mapp.library.load_to_run import in_canary
from mapp.library.verdicts import read_verdict
from mapp.model.app import App, Example, read_app
from mapp.model.canary import RUNS, Decision, Evidence, Finding, decide
from mapp.model.incident import FailureClass
from mapp.model.outcome import HOST_FAULT, Declared, Failed, FailureKind, Outcome, Value
from mapp.model.recording import Exchange
from mapp.model.values import canonical
from mapp.observe.canaries import Canaries
from mapp.observe.incidents import Incidents
from mapp.observe.journal import Run
from mapp.ops.check.gate import good_runs
from mapp.ops.run.execute import attempt_run, record
from mapp.ops.run.replay import RecordedRun, recorded_run, repeat
from mapp.ops.workspace import Workspace
from mapp.sandbox.executors.recorded import same_calls
from mapp.validate.checks.changes import changes_between
from mapp.validate.checks.examples import numbered
from mapp.validate.checks.properties import broken
from mapp.validate.trial import GoodRun, Trial, describe, is_late, meets

WEEK: Final = 7 * 86_400.0
MAX_EXAMPLES: Final = 50
"""How many of the tests' examples are tried together with the recorded runs."""
CONFIRM: Final = 2
"""How often a fault is repeated before it counts."""
NOT_CODE: Final[frozenset[FailureClass]] = frozenset(
    [
        "host_fault",
        "caller_input",
        "permission",
        "credential",
        "rate_limited",
        "quota",
        "ambiguous",
        "upstream_down",
        "upstream_changed",
    ]
)
"""Failures that say nothing about the code."""


@dataclass(frozen=True, kw_only=True)
class Canary:
    """An open canary: the healed version on `main`, and the version before it on stand-by."""

    workspace: Workspace
    name: str
    commit: Commit

    @property
    def before(self) -> str:
        """Returns the commit of the version on stand-by."""
        return self.commit.parents[0]

    @cached_property
    def new(self) -> App:
        """Returns the healed app with its tests."""
        return read.load(self.workspace.home, self.name, self.commit.id)

    @cached_property
    def old(self) -> App:
        """Returns the app on stand-by with its tests."""
        return read.load(self.workspace.home, self.name, self.before)

    @property
    def pure(self) -> bool:
        """Returns whether neither version calls its host, so that running one more changes nothing."""
        return not (self.new.manifest.capabilities.calls or self.old.manifest.capabilities.calls)

    @cached_property
    def healed(self) -> FailureClass | Literal[""]:
        """Returns the class of the incident that was healed; "" if the journal does not know it."""
        incident = self.commit.trailers.get("Mapp-Incident", "")
        found = (row for row in Incidents(self.workspace.home.journal).all(self.name) if row.id == incident)
        return next((row.failure for row in found), "")

    @cached_property
    def rare(self) -> bool:
        """Returns whether the app had fewer runs in the week before the heal than a canary needs."""
        until = float(self.commit.time)
        runs = self.workspace.journal.runs(app=self.name, most=RUNS * 50)
        return sum(until - WEEK <= run.started <= until for run in runs) < RUNS

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """Returns the newest recorded runs of the healed version, newest first."""
        found = self.workspace.journal.runs(app=self.name, most=RUNS * 5)
        return tuple(run for run in found if run.commit == self.commit.id)

    @cached_property
    def trial(self) -> Trial:
        """Returns a trial of both versions, for their predicates."""
        return Trial(app=self.new, executor=self.workspace.executor, base=self.old, kind="heal")

    @property
    def new_tests(self) -> list[tuple[str, Example]]:
        """Returns the rows of the tests that came with the heal, each with its place."""
        known = {canonical(row.to_dict()) for _, row in numbered(self.old)}
        return [(at, row) for at, row in numbered(self.new) if canonical(row.to_dict()) not in known]

    @cached_property
    def meant(self) -> frozenset[str]:
        """Returns how answers may differ: as the tests that came with the heal state it."""
        stated: set[str] = set()
        for _, row in self.new_tests:
            was = self.trial.example(self.old, row)
            if was is not None and not isinstance(was, Failed) and not meets(row, was):
                stated |= changes_between(was, _expected(row))
        return frozenset(stated)


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


def open_canary(workspace: Workspace, name: str) -> Canary | None:
    """Returns the open canary of an app, or None.

    Raises:
        NotFound: there is no such app.
    """
    repository = read.open_repository(workspace.home, name)
    tip = repository.tip()
    if tip is None or not in_canary(workspace.home, name, tip):
        return None
    found = repository.info(tip)
    if not found.parents or found.trailers.get("Mapp-Operation") != "heal":
        return None
    return Canary(workspace=workspace, name=name, commit=found)


def stand_by(
    workspace: Workspace,
    run: Run,
    outcome: Outcome,
    broken: Sequence[str],
    exchanges: Sequence[Exchange] | None,
    allowed: Collection[str],
) -> tuple[Run, Outcome] | None:
    """Has the version before a heal answer a run in which the healed one failed; then settles the canary.

    Returns the run and the outcome of the version on stand-by if it answered. It is asked if the healed one
    gave no valid answer, or one that breaks a predicate, and nothing was written meanwhile. A canary that
    cannot be read or written is reported; the run keeps its outcome.
    """
    try:
        canary = open_canary(workspace, run.app)
        if canary is None or canary.commit.id != run.commit:
            return None
        answered = None
        failed = isinstance(outcome, Failed)
        if (failed or broken) and (canary.pure or (failed and _harmless(exchanges or ()))):
            answered = _answer_instead(canary, run, outcome, exchanges or (), allowed)
        workspace.later(lambda: _settled(workspace, run.app))
        return answered
    except (MappError, OSError, sqlite3.Error) as error:
        workspace.tell(f"{run.app} could not be compared with its version before the heal: {error}")
        return None


def _settled(workspace: Workspace, name: str) -> None:
    try:
        settle(workspace, name)
    except (MappError, OSError, sqlite3.Error) as error:
        workspace.tell(f"the heal of {name} could not be judged: {error}")


def settle(workspace: Workspace, name: str) -> Decision | None:
    """Decides about an open canary from recorded runs; returns the decision, None if no canary is open.

    The recorded good runs of the version before the heal and the tests are replayed on the healed one, and
    the runs of the healed one on the version before. Nothing outside is contacted. It can be called at any
    time, and by several processes at once.

    Raises:
        NotFound: there is no such app.
        LedgerFailed: the journal cannot be written.
    """
    canary = open_canary(workspace, name)
    if canary is None:
        return None
    journal, commit = Canaries(workspace.home.journal), canary.commit.id
    done = {row.run for row in journal.evidence(commit)}
    if fresh := [*_replayed(canary, done), *_live(canary, done)]:
        journal.add(fresh)
    decision = _decided(canary)
    if decision.state == "reverted":
        revert(canary, decision)
    elif decision.ended:
        journal.end(commit, name, decision, workspace.clock())
        close_canary(workspace.home, name, commit, tell=workspace.tell)
        workspace.tell(f"the heal of {name} is {decision.state}: {decision.why}")
    return decision


def state_of_canary(workspace: Workspace, name: str) -> Decision | None:
    """Returns what the recorded evidence says about an app's open canary, None if none is open. Runs nothing.

    Raises:
        NotFound: there is no such app.
        LedgerFailed: the journal cannot be read.
    """
    canary = open_canary(workspace, name)
    return None if canary is None else _decided(canary)


def _decided(canary: Canary) -> Decision:
    rows = Canaries(canary.workspace.home.journal).evidence(canary.commit.id)
    return decide([_classified(canary.workspace, row) for row in rows], rare=canary.rare)


def _classified(workspace: Workspace, row: Evidence) -> Evidence:
    """Returns evidence with the class that the incidents give its run; it may be known only later."""
    found = Incidents(workspace.home.journal).of_run(row.run)
    if not found:
        return row
    failure = found[0].failure
    return replace(row, failure=failure, finding="missing" if failure in NOT_CODE else row.finding)


def _answer_instead(
    canary: Canary, run: Run, outcome: Outcome, exchanges: Sequence[Exchange], allowed: Collection[str]
) -> tuple[Run, Outcome] | None:
    """Runs the version on stand-by on the input of a failed run; returns its answer, None if it fails too."""
    workspace, arguments = canary.workspace, json.loads(run.input or "{}")
    attempt = attempt_run(
        workspace,
        canary.old,
        arguments,
        allowed=allowed,
        now_ms=run.now_ms,
        seed=run.seed,
        request=run.request,
    )
    if isinstance(attempt.outcome, Failed):
        return None
    recorded = RecordedRun(run=run, arguments=arguments, exchanges=tuple(exchanges))
    found = _judged(canary, recorded, "live", attempt.outcome, outcome)
    if not isinstance(outcome, Failed) and found.finding != "worse":
        return None  # the answer of the version before breaks a predicate as well
    record(workspace, attempt)
    Canaries(workspace.home.journal).add([found])
    version = canary.old.manifest.version
    workspace.tell(f"{run.app} {run.version} failed, which was healed recently; {version} answered instead")
    return attempt.run, attempt.outcome


def _live(canary: Canary, done: Collection[str]) -> Iterator[Evidence]:
    """Yields what the newest recorded runs of the healed version say, except for those in `done`."""
    workspace = canary.workspace
    for run in canary.runs:
        if run.id in done or run.input is None or run.outcome == HOST_FAULT:
            continue
        recorded = recorded_run(workspace, run.id)
        old, made = repeat(workspace, canary.old, recorded, recorded.arguments)
        comparable = same_calls(recorded.exchanges, made)
        yield _judged(canary, recorded, "live", old if comparable else None, _outcome_of(run))


def _outcome_of(run: Run) -> Outcome:
    """Returns the outcome that the journal holds of a run."""
    if run.outcome == "ok":
        return Value(output=json.loads(run.output or "null"))
    if run.outcome.startswith("error:"):
        return Declared(error=run.outcome.removeprefix("error:"), meaning="")
    return Failed(kind=cast(FailureKind, run.outcome), message=run.detail)


def _harmless(exchanges: Iterable[Exchange]) -> bool:
    """Returns whether all host calls of a failed run were answered and changed nothing outside.

    What it stored was put back already. If a call failed, the code is hardly at fault.
    """
    for row in exchanges:
        asked = json.loads(row.arguments)
        first = asked[0] if isinstance(asked, list) and asked else None
        method = first.get("method", "GET") if isinstance(first, dict) else "GET"
        if row.code or (row.name == "http" and str(method).upper() not in ("GET", "HEAD")):
            return False
    return True


def _judged(
    canary: Canary,
    recorded: RecordedRun,
    source: Literal["live", "replay"],
    old: Outcome | None,
    new: Outcome,
) -> Evidence:
    """Returns what one input says: how the outcomes compare, unless the healed one does not come again."""
    finding = _finding(canary, recorded, old, new)
    failure: FailureClass | Literal[""] = "code_bug" if finding in ("worse", "both_failed") else ""
    if finding in ("worse", "changed"):
        doubt = _doubt(canary, recorded, new)
        if doubt == "resource":
            finding, failure = "missing", ""
        elif doubt:
            failure = doubt
    return _evidence(canary, recorded.run.id, source, recorded.arguments, finding, failure, (old, new))


def _finding(canary: Canary, recorded: RecordedRun, old: Outcome | None, new: Outcome) -> Finding:
    """Returns how two outcomes of one input compare."""
    if old is None:
        return "missing"
    if isinstance(old, Failed) or isinstance(new, Failed):
        if not isinstance(old, Failed):
            return "worse"
        return "both_failed" if isinstance(new, Failed) else "better"
    changes = changes_between(old, new)
    if not changes:
        return "same"
    arguments = dict(recorded.arguments)
    was, now = broken(canary.trial, canary.new, [(arguments, old), (arguments, new)])
    if was or now:
        return "both_failed" if was and now else "better" if was else "worse"
    return "meant" if changes <= canary.meant else "changed"


def _doubt(
    canary: Canary, recorded: RecordedRun, outcome: Outcome
) -> Literal["", "resource", "nondeterminism"]:
    """Returns why a fault of the healed version does not count as it is: repeated, it does not come again."""
    for _ in range(CONFIRM):
        again, made = repeat(canary.workspace, canary.new, recorded, recorded.arguments)
        if not changes_between(outcome, again):
            continue
        if (
            is_late(outcome)
            or is_late(again)
            or (isinstance(outcome, Failed) and outcome.kind in ("memory", "crash"))
        ):
            return "resource"
        if same_calls(recorded.exchanges, made):
            return "nondeterminism"
        return "resource"
    return ""


def _replayed(canary: Canary, done: Collection[str]) -> Iterator[Evidence]:
    """Yields what recorded good runs and the tests say, except for those in `done`; no host is contacted."""
    if not canary.pure and canary.healed in ("upstream_changed", ""):
        return  # the recorded answers are those of the service before it changed
    incidents = Incidents(canary.workspace.home.journal)
    shadowed = {(run.now_ms, run.seed) for run in canary.runs}  # the version on stand-by ran these as well
    for run in good_runs(canary.workspace, canary.old):
        ours = (run.now_ms, run.seed) in shadowed
        if run.run not in done and not ours and not incidents.of_run(run.run):
            yield _replay(canary, run)
    for place, row in [*numbered(canary.old)][:MAX_EXAMPLES]:
        if place not in done and (found := _example(canary, place, row)) is not None:
            yield found


def _replay(canary: Canary, run: GoodRun) -> Evidence:
    recorded = recorded_run(canary.workspace, run.run)
    new, made = repeat(canary.workspace, canary.new, recorded, recorded.arguments)
    found = _judged(canary, recorded, "replay", Value(output=run.output), new)
    if found.finding == "same" and not same_calls(run.exchanges, made):
        return replace(found, finding="changed", detail="it makes other host calls now")
    return found


def _example(canary: Canary, place: str, row: Example) -> Evidence | None:
    """Returns the evidence of a test that the version on stand-by meets and the healed one does not."""
    old, new = (canary.trial.example(app, row) for app in (canary.old, canary.new))
    if old is None or new is None or not meets(row, old) or meets(row, new):
        return None
    again = canary.trial.example(canary.new, row)
    if again is None or is_late(again) or changes_between(new, again):
        return None
    finding: Finding = "worse" if isinstance(new, Failed) else "changed"
    return _evidence(canary, place, "replay", dict(row.input), finding, "code_bug", (old, new))


def _evidence(
    canary: Canary,
    run: str,
    source: Literal["live", "replay"],
    arguments: object,
    finding: Finding,
    failure: FailureClass | Literal[""],
    outcomes: tuple[Outcome | None, Outcome],
) -> Evidence:
    workspace, (old, new) = canary.workspace, outcomes
    text = canonical(dict(arguments))  # type: ignore[call-overload]
    detail = ""
    if finding in ("worse", "changed", "meant", "better") and workspace.config.keep_inputs:
        before = "nothing" if old is None else describe(old)
        detail = workspace.redact(f"gave {before} before, and gives {describe(new)} now")
    return Evidence(
        commit=canary.commit.id,
        run=run,
        source=source,
        at=workspace.clock(),
        finding=finding,
        input=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16],
        failure=failure,
        detail=detail,
    )


def revert(canary: Canary, decision: Decision) -> Committed | None:
    """Puts the version before a heal back on `main`, with the reason; None if another process was faster.

    The incident is opened again first: a kill in between leaves an open incident and an open canary.
    """
    workspace, home = canary.workspace, canary.workspace.home
    found = read.snapshot(home, canary.name, canary.before, only=None)
    app = read_app(found.files, commit=found.commit, tree=found.tree)
    _reopen(canary, decision)
    known = read_verdict(read.open_repository(home, canary.name), found.tree)
    proven = known is not None and known.passed
    worst, trailers = decision.worst, canary.commit.trailers
    text = message(
        f"{app.name}: back to {app.manifest.version}, the heal made it worse",
        {
            "Mapp-Operation": "rollback",
            "Mapp-Reverts": canary.commit.id,
            "Mapp-Incident": trailers.get("Mapp-Incident", ""),
            "Mapp-Fingerprint": trailers.get("Mapp-Fingerprint", ""),
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
    """Opens the healed incident again, with the outcome that the heal's own regression test states."""
    incidents = Incidents(canary.workspace.home.journal)
    identity = canary.commit.trailers.get("Mapp-Incident", "")
    for incident in incidents.all(canary.name):
        if incident.id == identity:
            rows = [row for _, row in canary.new_tests]
            expected = incident.expected or (_stated(rows[0]) if len(rows) == 1 else "")
            facts = (*(fact for fact in incident.facts if fact[0] != "reverted"), ("reverted", decision.why))
            incidents.put(replace(incident, state="open", expected=expected, facts=facts))


def _stated(row: Example) -> str:
    return canonical({"error": row.error} if row.error is not None else {"output": row.output})


def _expected(row: Example) -> Outcome:
    return Declared(error=row.error, meaning="") if row.error is not None else Value(output=row.output)


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
