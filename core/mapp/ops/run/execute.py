"""Runs one app on given arguments and records the run in the journal."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from mapp.errors import HostFault, MappError, PermissionNeeded
from mapp.keys import KeyNeeded
from mapp.library.load_to_run import in_canary, load_to_run
from mapp.model.app import App
from mapp.model.arguments import with_defaults
from mapp.model.outcome import HOST_FAULT, Declared, Failed, Outcome, Value, outcome_name, outcome_to_dict
from mapp.model.values import JSONValue, canonical
from mapp.observe.journal import Notes, Run, new_id
from mapp.ops.run.permissions import (
    Permit,
    Quarantined,
    ensure_granted,
    ensure_isolated,
    ensure_not_quarantined,
)
from mapp.ops.workspace import Workspace
from mapp.sandbox.app_job import job_for, judge
from mapp.sandbox.executor import Job, Killed, Result

if TYPE_CHECKING:
    from mapp.model.recording import Exchange
    from mapp.ops.run.host_calls import RunBroker
    from mapp.ops.run.predicates import PredicateCheck, RunCheck


PATIENCE: Final = 4
"""How many times its wall-clock limit a run gets that the machine had kept waiting."""
STARVED: Final = 0.5
"""A run that computed for less than this part of its wall-clock limit was kept waiting."""


OVERREACHING: Final = frozenset(["forbidden", "address"])
"""Codes of refused calls that may be an attempt to reach more than the app declares, whatever it answers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Execution:
    """The result of one run, with everything that is needed to repeat it.

    `doubt` names the app's own predicates that the answer breaks.
    """

    app: str
    version: str
    commit: str
    arguments: tuple[tuple[str, JSONValue], ...]
    outcome: Outcome
    run: str
    doubt: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Returns the execution as `exec --json` prints it."""
        return {
            "app": self.app,
            "version": self.version,
            "commit": self.commit,
            "arguments": dict(self.arguments),
            "output": None,
            **outcome_to_dict(self.outcome),
            "run": self.run,
            "doubt": list(self.doubt),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """A run that has ended: its journal entry, its outcome, and its host calls.

    `exchanges` is None for an app that may not call its host. `differences` are those of web answers from
    what the app's recordings show. `retries` counts the requests and runs that the host repeated by itself.
    `check` is what the app's predicates said; None if it has none.
    """

    run: Run
    outcome: Outcome
    exchanges: tuple[Exchange, ...] | None
    differences: tuple[str, ...] = ()
    retries: int = 0
    check: PredicateCheck | None = None

    @property
    def broken(self) -> tuple[str, ...]:
        """Returns the predicates that the answer breaks."""
        return () if self.check is None else self.check.broken

    @property
    def notes(self) -> Notes:
        """Returns what the journal notes about the run."""
        check = None if self.check is None else self.check.to_dict()
        return Notes(differences=self.differences, retries=self.retries, check=check)


def execute(
    workspace: Workspace,
    name: str,
    arguments: Mapping[str, JSONValue],
    *,
    revision: str | None = None,
    request: str | None = None,
    grants: Collection[str] = (),
    permit: Permit | None = None,
    now_ms: int | None = None,
) -> Execution:
    """Runs an app at `main`, or at another revision, and returns the result.

    `grants` are capabilities for this run only; `permit` asks the person for those that are missing.
    `now_ms` is the time that the app sees and the journal records; if None, it is the time of the start.

    Raises:
        PermissionNeeded: the app declares a capability that is not granted. It was not started.
        Quarantined: an incident forbids this version of the app to run. It was not started.
        KeyNeeded: a secret that it needs is missing. It was not started.
        SandboxUnavailable: this machine isolates less than the settings require for this app.
        HostFault: the machine failed during the run; the journal records it as `host_fault`.
        NotFound: there is no such app or revision.
        InvalidArguments: the arguments do not match the manifest. The app was not started.
        InvalidApp, IntegrityError: the repository does not contain a valid app.
    """
    began = time.perf_counter()
    app = load_permitted(workspace, name, revision)
    filled = with_defaults(app.manifest, arguments)
    ensure_isolated(workspace, name)
    now_ms, seed = int(workspace.clock() * 1000) if now_ms is None else now_ms, workspace.seed()
    try:
        allowed = ensure_granted(workspace.home, app.manifest, grants, permit)
        attempt = attempt_run(
            workspace, app, filled, allowed=allowed, now_ms=now_ms, seed=seed, request=request, checked=True
        )
    except (PermissionNeeded, KeyNeeded) as error:
        if permit is None:
            _note_refusal(workspace, app, error)
        raise
    run = replace(attempt.run, total_ms=(time.perf_counter() - began) * 1000)
    attempt = replace(attempt, run=run)
    record(workspace, attempt)
    inspect(workspace, app, filled, attempt)
    run, outcome, doubt = _answer(workspace, attempt, allowed)
    return Execution(
        app=name,
        version=run.version,
        commit=run.commit,
        arguments=tuple(filled.items()),
        outcome=outcome,
        run=run.id,
        doubt=doubt,
    )


def load_permitted(workspace: Workspace, name: str, revision: str | None = None) -> App:
    """Returns an app for a run, at a version that no incident forbids.

    A heal in quarantine may be one that its canary has yet to take back, because a process was killed in
    between: it is settled first.

    Raises:
        Quarantined: an incident forbids this version of the app to run.
        NotFound, InvalidApp, IntegrityError: as `load_to_run` does.
    """
    app = load_to_run(workspace.home, name, revision, tell=workspace.tell)
    try:
        ensure_not_quarantined(workspace, app)
    except Quarantined:
        at_main = revision in (None, "main") and in_canary(workspace.home, name, app.commit)
        if not at_main or workspace.settle is None:
            raise
        workspace.settle(workspace, name)
        app = load_to_run(workspace.home, name, revision, tell=workspace.tell)
        ensure_not_quarantined(workspace, app)
    return app


def _answer(
    workspace: Workspace, attempt: Attempt, allowed: Collection[str]
) -> tuple[Run, Outcome, tuple[str, ...]]:
    """Returns the run that answers, its outcome, and the predicates that it breaks.

    After a heal, that may be a run of the version before, which is on stand-by.
    """
    run, outcome, broken = attempt.run, attempt.outcome, attempt.broken
    if workspace.stand_by is not None and in_canary(workspace.home, run.app, run.commit):
        answered = workspace.stand_by(workspace, run, outcome, broken, attempt.exchanges, allowed)
        if answered is not None:
            return *answered, ()
    return run, outcome, broken


def inspect(
    workspace: Workspace,
    app: App,
    filled: Mapping[str, JSONValue],
    attempt: Attempt,
    *,
    times: int = 1,
    others: Sequence[str] = (),
) -> None:
    """Has a run that went wrong looked at, after its answer was printed.

    `times` counts runs that ended in the same way, and `others` are the recorded ones among them.
    """
    outcome, exchanges = attempt.outcome, attempt.exchanges
    overreached = any(row.code in OVERREACHING for row in exchanges or ())
    if isinstance(outcome, Value) and not (attempt.broken or attempt.differences or overreached):
        return
    if isinstance(outcome, Declared) and not attempt.broken and not exchanges:
        return
    from mapp.ops.run.monitor import Seen, look_at  # imported lazily: most runs end well

    seen = Seen(
        run=attempt.run,
        outcome=outcome,
        arguments=filled,
        exchanges=exchanges,
        broken=attempt.broken,
        times=times,
        others=tuple(others),
    )
    workspace.later(lambda: look_at(workspace, app, seen))


def _note_refusal(workspace: Workspace, app: App, error: MappError) -> None:
    from mapp.ops.run.monitor import not_started  # imported lazily: most runs end well

    not_started(workspace, app, error)


def _begun(
    workspace: Workspace,
    app: App,
    filled: Mapping[str, JSONValue],
    *,
    now_ms: int,
    seed: int,
    request: str | None,
) -> Run:
    """Returns the journal's entry of a run that begins now, as it would be if the machine failed."""
    return Run(
        id=new_id(),
        started=workspace.clock(),
        app=app.name,
        commit=app.commit,
        tree=app.tree,
        version=str(app.manifest.version),
        request=request,
        input=canonical(dict(filled)),
        output=None,
        outcome=HOST_FAULT,
        detail="",
        now_ms=now_ms,
        seed=seed,
        wall_ms=0.0,
        total_ms=0.0,
        engine=workspace.executor.engine,
        isolation=workspace.executor.isolation,
    )


def attempt_run(
    workspace: Workspace,
    app: App,
    filled: Mapping[str, JSONValue],
    *,
    allowed: Collection[str],
    now_ms: int,
    seed: int,
    request: str | None = None,
    checked: bool = False,
) -> Attempt:
    """Runs an app on complete arguments and returns the attempt, without recording it.

    If it is to be `checked`, the app's own predicates judge the outcome. A run that the machine failed is
    repeated once, unless something outside may have changed. Only a host fault is recorded here, before it is
    raised.

    Raises:
        KeyNeeded: a secret that the app needs is missing. It was not started.
        SandboxUnavailable: no worker can be started.
        HostFault: the machine failed during the run.
    """
    began = time.perf_counter()
    run = _begun(workspace, app, filled, now_ms=now_ms, seed=seed, request=request)
    job = job_for(app, filled, now_ms=now_ms, seed=seed)
    broker = _broker(workspace, app, allowed, run.id)
    check = _check(workspace, app, filled, run.id, began) if checked and app.properties else None
    try:
        result, outcome, broker, retries = _run_twice(workspace, app, job, broker, check)
    except HostFault as fault:
        run = replace(run, detail=fault.message, total_ms=(time.perf_counter() - began) * 1000)
        record(workspace, Attempt(run=run, outcome=_fault(fault), exchanges=_exchanges(broker)))
        _note_host_fault(workspace, app, run, filled, _exchanges(broker))
        raise
    run = replace(
        run,
        output=canonical(outcome.output) if isinstance(outcome, Value) else None,
        outcome=outcome_name(outcome),
        detail=outcome.message if isinstance(outcome, Failed) else "",
        wall_ms=result.wall_ms,
        total_ms=(time.perf_counter() - began) * 1000,
    )
    return Attempt(
        run=run,
        outcome=outcome,
        exchanges=_exchanges(broker),
        differences=() if broker is None else broker.differences,
        retries=retries + (0 if broker is None else broker.retries),
        check=None if check is None else check.found,
    )


def _check(
    workspace: Workspace, app: App, filled: Mapping[str, JSONValue], run: str, began: float
) -> RunCheck:
    from mapp.ops.run.predicates import RunCheck  # imported lazily: not every app has predicates

    return RunCheck(workspace, app, filled, run=run, began=began)


def _exchanges(broker: RunBroker | None) -> tuple[Exchange, ...] | None:
    return None if broker is None else tuple(broker.exchanges)


def _fault(fault: HostFault) -> Failed:
    return Failed(kind="crash", message=fault.message)


def _note_host_fault(
    workspace: Workspace,
    app: App,
    run: Run,
    filled: Mapping[str, JSONValue],
    exchanges: tuple[Exchange, ...] | None,
) -> None:
    from mapp.ops.run.monitor import Seen, look_at  # imported lazily: most runs end well

    seen = Seen(run=run, outcome=None, arguments=filled, exchanges=exchanges)
    workspace.later(lambda: look_at(workspace, app, seen))


def _run_twice(
    workspace: Workspace, app: App, job: Job, broker: RunBroker | None, check: RunCheck | None
) -> tuple[Result, Outcome, RunBroker | None, int]:
    """Runs the app, and once more if the machine failed the run and nothing outside can have changed.

    Returns the result, the outcome, the broker of the run that counts, and how often the run was repeated.
    """
    try:
        result, outcome = _run(workspace, app, job, broker, check)
        if not _was_starved(job, result) or not _may_retry(workspace):
            return result, outcome, broker, 0
        job = replace(job, patience=PATIENCE)
    except HostFault:
        if (broker is not None and broker.may_have_changed) or not _may_retry(workspace):
            raise
    if broker is not None and broker.may_have_changed:
        return result, outcome, broker, 0
    again = None if broker is None else broker.fresh()
    result, outcome = _run(workspace, app, job, again, check)
    return result, outcome, again, 1


def _may_retry(workspace: Workspace) -> bool:
    """Returns whether a run that the machine failed is repeated, under the setting `policy`."""
    if not workspace.config.policy:
        return True
    from mapp.classify.policy import policies  # imported lazily: the setting is rare

    return policies(workspace.config.policy)["host_fault"].retries


def _was_starved(job: Job, result: Result) -> bool:
    """Returns whether a run was ended by the wall clock although it hardly got to compute."""
    if not isinstance(result, Killed) or result.reason != "wall" or result.cpu_ms is None:
        return False
    return result.cpu_ms < STARVED * job.wall_ms


def _broker(workspace: Workspace, app: App, allowed: Collection[str], run: str) -> RunBroker | None:
    if not app.manifest.capabilities.calls:
        return None
    from mapp.ops.run.host_calls import RunBroker

    return RunBroker(workspace, app, allowed, run=run)


def _run(
    workspace: Workspace, app: App, job: Job, broker: RunBroker | None, check: RunCheck | None
) -> tuple[Result, Outcome]:
    """Runs the app in a span of its own."""
    names = {"app": app.name, "version": str(app.manifest.version), "commit": app.commit}
    with workspace.span("mapp.run", **names, outcome=HOST_FAULT) as span:
        result, outcome = _run_bare(workspace, app, job, broker, check)
        if span is not None:
            span.set(outcome=outcome_name(outcome), isolation=workspace.executor.isolation)
    return result, outcome


def _run_bare(
    workspace: Workspace, app: App, job: Job, broker: RunBroker | None, check: RunCheck | None
) -> tuple[Result, Outcome]:
    """Runs the app. What it stored is kept only if it returned a value."""
    if broker is None:
        return _judged(workspace, app, job, None, check)
    good = False
    try:
        try:
            result, outcome = _judged(workspace, app, job, broker, check)
            good = isinstance(outcome, Value)
        finally:
            broker.finish(good=good)
    except sqlite3.OperationalError as error:  # the store's file: a full disk, or no right to write
        hint = "free space or grant access there; mapp path and mapp doctor say where the library is"
        raise HostFault(f"the store of {app.name} cannot be written: {error}", hint=hint) from None
    return result, outcome


def _judged(
    workspace: Workspace, app: App, job: Job, broker: RunBroker | None, check: RunCheck | None
) -> tuple[Result, Outcome]:
    if check is not None:
        return check.run(job, broker)
    result = workspace.executor.run(job, broker)
    return result, judge(app.manifest, result)


def record(workspace: Workspace, attempt: Attempt) -> None:
    """Writes a run and its host calls into the journal; a failure to do so is only reported."""
    run, exchanges = attempt.run, attempt.exchanges
    calls, notes = None, attempt.notes
    if workspace.allow_loopback:
        notes = replace(notes, allowed=("loopback",))
    if exchanges is not None:
        from mapp.model.recording import refused_calls, write_recording

        calls = write_recording(exchanges)
        notes = replace(notes, refused=refused_calls(exchanges))
    try:
        workspace.journal.record(run, calls, notes)
    except (sqlite3.Error, OSError, MappError) as error:
        workspace.tell(f"the run could not be written into the journal: {error}")
