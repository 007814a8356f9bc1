"""The evidence of a canary: how a healed app and the version before it compare on runs and tests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Literal, cast

from mapp.git.commit import Commit
from mapp.library import read
from mapp.library.load_to_run import in_canary
from mapp.model.app import App, Example
from mapp.model.canary import RUNS, Evidence, Finding
from mapp.model.incident import FailureClass
from mapp.model.outcome import HOST_FAULT, Declared, Failed, FailureKind, Outcome, Value
from mapp.model.recording import Exchange
from mapp.model.values import JSONValue, canonical
from mapp.observe.incidents import Incidents
from mapp.observe.journal import Run
from mapp.ops.check.gate import good_runs
from mapp.ops.run.replay import RecordedRun, recorded_run, repeat
from mapp.ops.workspace import Workspace
from mapp.sandbox.executors.recorded import same_calls
from mapp.validate.checks.changes import changes_between
from mapp.validate.checks.examples import numbered
from mapp.validate.checks.meant import Meant, needed_part
from mapp.validate.checks.properties import broken
from mapp.validate.trial import Trial, describe, is_late, meets

WEEK: Final = 7 * 86_400.0
MAX_EXAMPLES: Final = 50
"""How many of the tests' examples are tried together with the recorded runs."""
REDACTED: Final = "[secret "
"""How a redacted secret begins in the journal. A run with one cannot be repeated as it was."""
CONFIRM: Final = 2
"""How often a fault is repeated before it counts."""
FIRST_ERROR: Final = 400
"""The first HTTP status that says that a request failed."""
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
    def meant(self) -> Meant:
        """Returns how answers may differ: as the tests that came with the heal state it.

        If a test only asks for an output, one in place of the error that the old version declares is meant.
        """
        found = Meant.of(self.trial)
        changes = set(found.changes)
        for row in (row for _, row in self.new_tests if row.valid == "output"):
            old, new = (self.trial.example(app, row) for app in (self.old, self.new))
            if isinstance(old, Declared) and isinstance(new, Value):
                changes |= changes_between(old, new)
        if changes == found.changes:
            return found
        return replace(found, changes=frozenset(changes), needed=found.needed or needed_part(self.trial))


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


def classified(workspace: Workspace, row: Evidence) -> Evidence:
    """Returns evidence with the class that the incidents give its run; it may be known only later."""
    found = Incidents(workspace.home.journal).of_run(row.run)
    if not found:
        return row
    failure = found[0].failure
    return replace(row, failure=failure, finding="missing" if failure in NOT_CODE else row.finding)


def live_evidence(canary: Canary, done: Collection[str]) -> Iterator[Evidence]:
    """Yields what the newest recorded runs of the healed version say, except for those in `done`."""
    workspace = canary.workspace
    for run in canary.runs:
        if run.id in done or run.input is None or run.outcome == HOST_FAULT:
            continue
        recorded = recorded_run(workspace, run.id)
        if not _is_exact(canary.workspace, recorded):
            continue
        old, made = repeat(workspace, canary.old, recorded, recorded.arguments)
        comparable = same_calls(recorded.exchanges, made)
        yield compared(canary, recorded, "live", old if comparable else None, _outcome_of(run))


def _outcome_of(run: Run) -> Outcome:
    """Returns the outcome that the journal holds of a run."""
    if run.outcome == "ok":
        return Value(output=json.loads(run.output or "null"))
    if run.outcome.startswith("error:"):
        return Declared(error=run.outcome.removeprefix("error:"), meaning="")
    return Failed(kind=cast(FailureKind, run.outcome), message=run.detail)


def was_harmless(exchanges: Iterable[Exchange]) -> bool:
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


def _all_answered(exchanges: Iterable[Exchange]) -> bool:
    """Returns whether every host call got an answer, and none of the answers says that a service failed."""
    for row in exchanges:
        answer = json.loads(row.answer)
        status = answer.get("status", 200) if row.name == "http" and isinstance(answer, dict) else 200
        if row.code or status >= FIRST_ERROR:
            return False
    return True


def compared(
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
    if not changes_between(old, new):
        return "same"
    arguments = dict(recorded.arguments)
    was, now = broken(canary.trial, canary.new, [(arguments, old), (arguments, new)])
    if was or now:
        return "both_failed" if was and now else "better" if was else "worse"
    if isinstance(old, Declared) and not _all_answered(recorded.exchanges):
        return "changed"
    needed = canary.meant.needed
    cured = None if needed is None else repeat(canary.workspace, needed, recorded, arguments)[0]
    return "meant" if canary.meant.allows(old, new, cured) else "changed"


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


def replayed_evidence(canary: Canary, done: Collection[str]) -> Iterator[Evidence]:
    """Yields what recorded good runs and the tests say, except for those in `done`; no host is contacted."""
    if not canary.pure and canary.healed in ("upstream_changed", ""):
        return  # the recorded answers are those of the service before it changed
    incidents = Incidents(canary.workspace.home.journal)
    shadowed = {(run.now_ms, run.seed) for run in canary.runs}  # the version on stand-by ran these as well
    for run in good_runs(canary.workspace, canary.old):
        ours = (run.now_ms, run.seed) in shadowed
        if run.run in done or ours or incidents.of_run(run.run):
            continue
        recorded = recorded_run(canary.workspace, run.run)
        if _is_exact(canary.workspace, recorded):
            yield _replay(canary, recorded, Value(output=run.output))
    for place, row in [*numbered(canary.old)][:MAX_EXAMPLES]:
        if place not in done and (found := _example(canary, place, row)) is not None:
            yield found


def _is_exact(workspace: Workspace, recorded: RecordedRun) -> bool:
    """Returns whether a run can be repeated as it was: on the same engine, and no secret was redacted."""
    if recorded.run.engine != workspace.executor.engine:
        return False
    texts = (recorded.run.input, recorded.run.output, *(row.answer for row in recorded.exchanges))
    return not any(text and REDACTED in text for text in texts)


def _replay(canary: Canary, recorded: RecordedRun, old: Outcome) -> Evidence:
    new, made = repeat(canary.workspace, canary.new, recorded, recorded.arguments)
    found = compared(canary, recorded, "replay", old, new)
    if found.finding == "same" and not same_calls(recorded.exchanges, made):
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
    arguments: Mapping[str, JSONValue],
    finding: Finding,
    failure: FailureClass | Literal[""],
    outcomes: tuple[Outcome | None, Outcome],
) -> Evidence:
    workspace, (old, new) = canary.workspace, outcomes
    text = canonical(dict(arguments))
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
