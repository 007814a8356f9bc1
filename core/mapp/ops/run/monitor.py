"""Looks at a run that went wrong: gathers facts, repeats the run where that decides, records the incident.

Nothing here runs before an answer is known, and no model is ever asked. All decisions follow from the
recorded run, so that a run that was not looked at (the process was killed) can be looked at later.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from mapp.classify.calls import Learned, summarise
from mapp.classify.classify import Classified, classify
from mapp.classify.facts import LIMITS, Call, Facts, Repeat
from mapp.classify.fingerprint import fingerprint, site_of
from mapp.errors import HostFault, InvalidInput, MappError, PermissionNeeded
from mapp.library import read
from mapp.model.app import App
from mapp.model.arguments import with_defaults
from mapp.model.incident import Incident
from mapp.model.outcome import HOST_FAULT, Declared, Failed, Outcome, Value, outcome_name
from mapp.model.recording import Exchange, read_recording
from mapp.model.values import JSONValue, canonical
from mapp.observe.incidents import Incidents
from mapp.observe.journal import Run, new_id
from mapp.ops.run.learned import good_calls, whole
from mapp.ops.run.predicates import broken_by
from mapp.ops.workspace import Workspace
from mapp.sandbox.app_job import job_for, judge
from mapp.sandbox.executor import Executor, Result, Threw
from mapp.sandbox.executors.recorded import RecordedBroker

REPLAYS: Final = 2
"""How often a failure must repeat on the same engine."""
QUICK_REPLAYS: Final = 6
"""How often a quick run is repeated: chance that nobody recorded may fail twice in a row."""
QUICK_MS: Final = 150.0
ROOM: Final = 4
"""How many times its limits a run gets that a limit ended."""
MAX_EXAMPLES: Final = 50
"""On how many of the app's own examples a broken predicate is tried."""
MAX_WALL_MS: Final = 10_000
"""The longest time, in milliseconds, that one repetition may compute."""
PATIENCE: Final = 4
"""How many times as long a repetition may take on a busy machine."""
CATCH_UP: Final = 20
"""How many failed runs are looked at later, after a process was killed."""
_CPU: Final = re.compile(r"still running after \d+ ms, (\d+) ms of it computing\Z")
_SIGNAL: Final = re.compile(r"killed by (SIG[A-Z0-9]+)\Z")


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """A run to look at. `exchanges` is None for an app that may not call its host.

    `broken` are the predicates that it breaks. `expected` and `why` are a person's word; `said_wrong` says
    that there is one. `times` counts rows of a batch that ended in the same way; `others` are recorded runs
    among them.
    """

    run: Run
    outcome: Outcome | None
    arguments: Mapping[str, JSONValue]
    exchanges: tuple[Exchange, ...] | None = None
    broken: tuple[str, ...] = ()
    said_wrong: bool = False
    expected: str = ""
    why: str = ""
    times: int = 1
    others: tuple[str, ...] = ()


def look_at(workspace: Workspace, app: App, seen: Seen) -> Incident | None:
    """Classifies a run and records the incident that it belongs to; returns None if nothing went wrong.

    A failure to do so is only reported: the run itself is over.
    """
    try:
        facts = _Inquiry(workspace, app, seen).facts()
        found = classify(facts)
        if found is None or found.failure == "caller_input":
            return None
        incident = _incident(workspace, seen, facts, found)
        incident = Incidents(workspace.home.journal).seen(incident, seen.others)
        workspace.noticed(incident)
        return incident
    except (MappError, sqlite3.Error, OSError) as error:
        workspace.tell(f"the failure of {app.name} could not be classified: {error}")
        return None


def not_started(workspace: Workspace, app: App, error: MappError) -> None:
    """Records that an app could not start: a permission or a secret is missing, with no person to ask."""
    refused = "permission" if isinstance(error, PermissionNeeded) else "credential"
    facts = Facts(app=app.name, outcome=refused, refused=refused)
    found = classify(facts)
    now = workspace.clock()
    incident = Incident(
        id=new_id(),
        app=app.name,
        failure="permission" if refused == "permission" else "credential",
        fingerprint=fingerprint(facts, found.failure if found else "unknown"),
        version=str(app.manifest.version),
        commit=app.commit,
        tree=app.tree,
        first=now,
        last=now,
        run="",
        facts=(*(found.facts if found else ()), ("message", workspace.redact(error.message)[:200])),
    )
    try:
        Incidents(workspace.home.journal).seen(incident)
    except MappError as failed:
        workspace.tell(f"the incident could not be recorded: {failed}")


def seen_in_journal(workspace: Workspace, identity: str, **said: Any) -> tuple[App, Seen]:
    """Returns a recorded run, with the app at the commit that ran.

    Raises:
        NotFound: there is no such run, or its commit is gone.
        IntegrityError: its recording is damaged.
    """
    run, calls = workspace.journal.run(identity)
    app = read.load(workspace.home, run.app, run.commit)
    notes = workspace.journal.notes([run.id]).get(run.id)
    seen = Seen(
        run=run,
        outcome=_outcome_of(run, app),
        arguments=json.loads(run.input or "{}"),
        exchanges=None if calls is None else read_recording(calls),
        broken=() if notes is None else notes.broken,
        **said,
    )
    return app, seen


def catch_up(workspace: Workspace, app: str | None = None) -> None:
    """Looks at the newest failed runs that no incident has, because a process was killed in between."""
    incidents = Incidents(workspace.home.journal)
    try:
        failed = [
            run
            for run in workspace.journal.runs(app=app, failed=True, most=10 * CATCH_UP)
            if not run.outcome.startswith("error:") and not incidents.of_run(run.id)
        ]
    except (MappError, sqlite3.Error):
        return
    for run in reversed(failed[:CATCH_UP]):
        try:
            loaded, seen = seen_in_journal(workspace, run.id)
        except MappError:  # the app or the commit is gone
            continue
        look_at(workspace, loaded, seen)


def _incident(workspace: Workspace, seen: Seen, facts: Facts, found: Classified) -> Incident:
    run = seen.run
    return Incident(
        id=new_id(),
        app=run.app,
        failure=found.failure,
        fingerprint=fingerprint(facts, found.failure),
        version=run.version,
        commit=run.commit,
        tree=run.tree,
        first=run.started,
        last=run.started,
        run=run.id,
        runs=seen.times,
        expected=workspace.redact(seen.expected),
        why=workspace.redact(seen.why),
        facts=found.facts,
    )


class _Inquiry:
    """Gathers the facts of one run, the cheap ones first."""

    def __init__(self, workspace: Workspace, app: App, seen: Seen) -> None:
        self._workspace = workspace
        self._seen = seen
        self._app = app
        self._calls = seen.exchanges or ()

    def facts(self) -> Facts:
        """Returns all facts that the decision needs; the run is repeated only if they do not suffice."""
        seen, run = self._seen, self._seen.run
        detail = run.detail
        cpu, signal = _CPU.search(detail), _SIGNAL.search(detail)
        problems = seen.outcome.problems if isinstance(seen.outcome, Failed) else ()
        facts = Facts(
            app=run.app,
            outcome=run.outcome,
            signal=signal[1] if signal and run.outcome == "crash" else "",
            calls=self._summaries(),
            wall_ms=float(self._app.manifest.limits.wall_ms),
            cpu_ms=float(cpu[1]) if cpu and run.outcome == "wall" else None,
            problems=tuple(problem.path for problem in problems[:10]),
            broken=seen.broken,
            said_wrong=seen.said_wrong,
            expected=bool(seen.expected),
        )
        if run.outcome == HOST_FAULT or seen.outcome is None:
            return facts
        if facts.outcome == "ok" and any(row.differences for row in facts.trouble):
            facts = replace(facts, affected=self._is_affected())
        first = classify(facts)
        if first is None or first.failure not in ("code_bug", "expectation", "unknown"):
            return facts
        if not self._may_repeat():
            return facts
        return self._limited(facts) if run.outcome in LIMITS else self._repeated(facts)

    def _may_repeat(self) -> bool:
        return self._seen.run.input is not None or bool(self._seen.arguments)

    def _summaries(self) -> tuple[Call, ...]:
        if not any(row.name in ("http", "llm", "store.set", "store.get") for row in self._calls):
            return ()
        good = good_calls(self._workspace, self._app, besides=self._seen.run.id)
        return summarise(self._calls, [*good], self._app.manifest.capabilities.http)

    def _is_affected(self) -> bool:
        """Returns whether what differs in the answers changed the output.

        The run is repeated with answers that have, where they differ, what the very same requests got before.
        A request that was never made before may well be answered otherwise: that proves nothing.
        """
        learned = Learned(good_calls(self._workspace, self._app, besides=self._seen.run.id))
        calls = [learned.repaired(row) or row for row in self._calls]
        if calls == [*self._calls]:
            return False
        again = self._again(self._workspace.executor, calls=calls)
        return again is not None and again.good and not again.same

    def _limited(self, facts: Facts) -> Facts:
        """Returns the facts of a run that a limit ended: does it end with four times the limits?"""
        roomy = self._again(self._workspace.executor, room=ROOM)
        if roomy is None:
            return facts
        facts = replace(facts, roomy=roomy)
        if roomy.good:
            again = self._again(self._workspace.executor)
            return facts if again is None else replace(facts, replays=(again,))
        return replace(facts, parent=self._at_parent())

    def _repeated(self, facts: Facts) -> Facts:
        """Returns the facts of a run that failed or answered wrongly: does it do so again, and elsewhere?"""
        replays: list[Repeat] = []
        for _ in range(QUICK_REPLAYS if self._seen.run.wall_ms < QUICK_MS else REPLAYS):
            again = self._again(self._workspace.executor)
            replays += [] if again is None else [again]
            if again is not None and not again.same:
                break
        facts = replace(facts, replays=tuple(replays), site=self._site())
        if not all(row.same for row in replays):
            return facts
        if facts.broken:
            facts = replace(facts, contradicted=self._contradicted(facts.broken))
        if not facts.ended_well:
            facts = replace(facts, other=self._elsewhere())
        return replace(facts, parent=self._at_parent())

    def _again(
        self,
        executor: Executor,
        app: App | None = None,
        *,
        calls: Sequence[Exchange] | None = None,
        room: int = 1,
    ) -> Repeat | None:
        """Repeats the run with the recorded answers; returns None if the machine fails it."""
        app = app or self._app
        try:
            filled = with_defaults(app.manifest, self._seen.arguments)
        except InvalidInput:  # an older version may not accept the input
            return None
        run = self._seen.run
        job = job_for(app, filled, now_ms=run.now_ms, seed=run.seed)
        job = replace(
            job,
            wall_ms=min(room * job.wall_ms, max(MAX_WALL_MS, job.wall_ms)),
            memory_mb=room * job.memory_mb,
            output_kb=room * job.output_kb,
            patience=PATIENCE,
        )
        broker = RecordedBroker(self._calls if calls is None else calls)
        try:
            result = executor.run(job, broker)
        except HostFault:
            return None
        self._note(result)
        outcome = judge(app.manifest, result)
        output = canonical(outcome.output) if isinstance(outcome, Value) else None
        # A call that the run never made: this repetition got past the place where the run failed.
        further = any(row.code == "unrecorded" for row in broker.made)
        return Repeat(
            outcome=outcome_name(outcome),
            same=outcome_name(outcome) == run.outcome
            and output == _output_of(self._seen)
            and _message(outcome) == _message(self._seen.outcome),
            good=further or (not isinstance(outcome, Failed) and not self._breaks(filled, outcome)),
            right=_is_expected(outcome, self._seen.expected),
        )

    def _note(self, result: Result) -> None:
        self._last = result

    def _site(self) -> str:
        result = getattr(self, "_last", None)
        if not isinstance(result, Threw):
            return ""
        return site_of(self._app.source, result.stack, result.name, result.message)

    def _breaks(self, arguments: Mapping[str, JSONValue], outcome: Outcome) -> tuple[str, ...]:
        if not self._seen.broken:
            return ()
        said = broken_by(self._workspace.executor, self._app.properties, arguments, outcome) or ()
        return tuple(name for name in said if name in self._seen.broken)

    def _elsewhere(self) -> Repeat | None:
        for executor in self._workspace.other_executors.values():
            return self._again(executor)
        return None

    def _at_parent(self) -> Repeat | None:
        parent = _parent(self._workspace, self._app)
        return None if parent is None else self._again(self._workspace.executor, parent)

    def _contradicted(self, broken: Sequence[str]) -> tuple[str, ...]:
        """Returns which of the broken predicates the app's own examples break as well."""
        full = whole(self._workspace, self._app)
        found: set[str] = set()
        for example in [*full.examples, *full.regressions][:MAX_EXAMPLES]:
            outcome = (
                Value(output=example.output)
                if example.error is None
                else Declared(error=example.error, meaning="")
            )
            try:
                filled = with_defaults(full.manifest, dict(example.input))
            except InvalidInput:
                continue
            found |= {*(broken_by(self._workspace.executor, full.properties, filled, outcome) or ())}
            if set(broken) <= found:
                break
        return tuple(name for name in broken if name in found)


def _parent(workspace: Workspace, app: App) -> App | None:
    """Returns the version before an app's commit; None if there is none or it cannot be read."""
    try:
        rows = iter(read.landings(workspace.home, app.name))
        commit = next((row for row in rows if row.id == app.commit), None)
        before = None if commit is None else next((row for row in rows if row.tree != commit.tree), None)
        return None if before is None else read.load_runnable(workspace.home, app.name, before.id)
    except MappError:
        return None


def _outcome_of(run: Run, app: App) -> Outcome | None:
    """Returns the outcome of a recorded run; None if the machine failed it."""
    if run.outcome == "ok":
        return Value(output=json.loads(run.output or "null"))
    if run.outcome.startswith("error:"):
        code = run.outcome.removeprefix("error:")
        return Declared(error=code, meaning=dict(app.manifest.errors).get(code, ""))
    if run.outcome == HOST_FAULT:
        return None
    return Failed(kind=run.outcome, message=run.detail)  # type: ignore[arg-type]


def _output_of(seen: Seen) -> str | None:
    return canonical(seen.outcome.output) if isinstance(seen.outcome, Value) else None


def _message(outcome: Outcome | None) -> str:
    return outcome.message if isinstance(outcome, Failed) and outcome.kind == "threw" else ""


def _is_expected(outcome: Outcome, expected: str) -> bool:
    if not expected:
        return False
    wanted = json.loads(expected)
    if isinstance(outcome, Value) and "output" in wanted:
        return canonical(outcome.output) == canonical(wanted["output"])
    return isinstance(outcome, Declared) and wanted.get("error") == outcome.error
