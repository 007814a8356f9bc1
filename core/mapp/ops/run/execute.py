"""Runs one app on given arguments and records the run in the journal."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mapp.errors import HostFault, MappError
from mapp.library.load_to_run import load_to_run
from mapp.model.app import App
from mapp.model.arguments import with_defaults
from mapp.model.outcome import HOST_FAULT, Failed, Outcome, Value, outcome_name, outcome_to_dict
from mapp.model.values import JSONValue, canonical
from mapp.observe.journal import NO_NOTES, Notes, Run, new_id
from mapp.ops.run.permissions import Permit, ensure_granted, ensure_isolated
from mapp.ops.workspace import Workspace
from mapp.sandbox.app_job import job_for, judge
from mapp.sandbox.executor import Job, Result

if TYPE_CHECKING:
    from mapp.model.recording import Exchange
    from mapp.ops.run.host_calls import RunBroker


@dataclass(frozen=True, kw_only=True, slots=True)
class Execution:
    """The result of one run, with everything that is needed to repeat it."""

    app: str
    version: str
    commit: str
    arguments: tuple[tuple[str, JSONValue], ...]
    outcome: Outcome
    run: str

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
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """A run that has ended: its journal entry, its outcome, and its host calls.

    `exchanges` is None for an app that may not call its host.
    """

    run: Run
    outcome: Outcome
    exchanges: tuple[Exchange, ...] | None


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
        KeyNeeded: a secret that it needs is missing. It was not started.
        SandboxUnavailable: this machine isolates less than the settings require for this app.
        HostFault: the machine failed during the run; the journal records it as `host_fault`.
        NotFound: there is no such app or revision.
        InvalidArguments: the arguments do not match the manifest. The app was not started.
        InvalidApp, IntegrityError: the repository does not contain a valid app.
    """
    began = time.perf_counter()
    app = load_to_run(workspace.home, name, revision, tell=workspace.tell)
    filled = with_defaults(app.manifest, arguments)
    ensure_isolated(workspace, name)
    allowed = ensure_granted(workspace.home, app.manifest, grants, permit)
    now_ms, seed = int(workspace.clock() * 1000) if now_ms is None else now_ms, workspace.seed()
    attempt = attempt_run(workspace, app, filled, allowed=allowed, now_ms=now_ms, seed=seed, request=request)
    run = replace(attempt.run, total_ms=(time.perf_counter() - began) * 1000)
    record(workspace, run, attempt.exchanges)
    return Execution(
        app=name,
        version=run.version,
        commit=app.commit,
        arguments=tuple(filled.items()),
        outcome=attempt.outcome,
        run=run.id,
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
) -> Attempt:
    """Runs an app on complete arguments and returns the attempt, without recording it.

    Only a host fault is recorded here, before it is raised.

    Raises:
        KeyNeeded: a secret that the app needs is missing. It was not started.
        SandboxUnavailable: no worker can be started.
        HostFault: the machine failed during the run.
    """
    began, started = time.perf_counter(), workspace.clock()
    identity = new_id()
    job = job_for(app, filled, now_ms=now_ms, seed=seed)
    broker = _broker(workspace, app, allowed, identity)
    run = Run(
        id=identity,
        started=started,
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
    try:
        result, outcome = _run(workspace, app, job, broker)
    except HostFault as fault:
        run = replace(run, detail=fault.message, total_ms=(time.perf_counter() - began) * 1000)
        record(workspace, run, None if broker is None else tuple(broker.exchanges))
        raise
    run = replace(
        run,
        output=canonical(outcome.output) if isinstance(outcome, Value) else None,
        outcome=outcome_name(outcome),
        detail=outcome.message if isinstance(outcome, Failed) else "",
        wall_ms=result.wall_ms,
        total_ms=(time.perf_counter() - began) * 1000,
    )
    return Attempt(run=run, outcome=outcome, exchanges=None if broker is None else tuple(broker.exchanges))


def _broker(workspace: Workspace, app: App, allowed: Collection[str], run: str) -> RunBroker | None:
    if not app.manifest.capabilities.calls:
        return None
    from mapp.ops.run.host_calls import RunBroker

    return RunBroker(workspace, app, allowed, run=run)


def _run(workspace: Workspace, app: App, job: Job, broker: RunBroker | None) -> tuple[Result, Outcome]:
    """Runs the app. What it stored is kept only if it returned a value."""
    names = {"app": app.name, "version": str(app.manifest.version), "commit": app.commit}
    with workspace.span("mapp.run", **names, outcome=HOST_FAULT) as span:
        good = False
        try:
            result = workspace.executor.run(job) if broker is None else workspace.executor.run(job, broker)
            outcome = judge(app.manifest, result)
            good = isinstance(outcome, Value)
        finally:
            if broker is not None:
                broker.finish(good=good)
        if span is not None:
            span.set(outcome=outcome_name(outcome), isolation=workspace.executor.isolation)
    return result, outcome


def record(workspace: Workspace, run: Run, exchanges: Sequence[Exchange] | None) -> None:
    """Writes a run and its host calls into the journal; a failure to do so is only reported."""
    calls, notes = None, NO_NOTES
    if workspace.allow_loopback:
        notes = Notes(allowed=("loopback",))
    if exchanges is not None:
        from mapp.model.recording import refused_calls, write_recording

        calls = write_recording(exchanges)
        notes = replace(notes, refused=refused_calls(exchanges))
    try:
        workspace.journal.record(run, calls, notes)
    except (sqlite3.Error, OSError, MappError) as error:
        workspace.tell(f"the run could not be written into the journal: {error}")
