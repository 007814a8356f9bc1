"""Runs one app on given arguments, and writes the run down."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mapp.library import catalogue
from mapp.model.outcome import Failed, Outcome, Value, outcome_name, outcome_to_dict
from mapp.model.validation import with_defaults
from mapp.model.values import JSONValue, canonical
from mapp.observe.journal import Run, new_id
from mapp.ops.workspace import Workspace
from mapp.sandbox.contract import job_for, judge


@dataclass(frozen=True, kw_only=True, slots=True)
class Execution:
    """What came of one run, with everything that is needed to repeat it."""

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


def execute(
    workspace: Workspace,
    name: str,
    arguments: Mapping[str, JSONValue],
    *,
    revision: str | None = None,
    request: str | None = None,
) -> Execution:
    """Returns what came of running an app at `main`, or at another revision, on some arguments.

    Raises:
        NotFound: no such app or revision.
        InvalidArguments: the arguments do not fit; the app was not started.
        InvalidApp, IntegrityError: what lies in the repository is no app.
    """
    began = time.perf_counter()
    app = catalogue.load_runnable(workspace.home, name, revision)
    filled = with_defaults(app.manifest, arguments)
    started = workspace.clock()
    now_ms, seed = int(started * 1000), workspace.seed()
    result = workspace.executor.run(job_for(app, filled, now_ms=now_ms, seed=seed))
    outcome = judge(app.manifest, result)
    run = Run(
        id=new_id(),
        started=started,
        app=name,
        commit=app.commit,
        tree=app.tree,
        version=str(app.manifest.version),
        request=request,
        input=canonical(filled),
        output=canonical(outcome.output) if isinstance(outcome, Value) else None,
        outcome=outcome_name(outcome),
        detail=outcome.message if isinstance(outcome, Failed) else "",
        now_ms=now_ms,
        seed=seed,
        wall_ms=result.wall_ms,
        total_ms=(time.perf_counter() - began) * 1000,
        engine=workspace.executor.engine,
        isolation=workspace.executor.isolation,
    )
    _record(workspace, run)
    return Execution(
        app=name,
        version=run.version,
        commit=app.commit,
        arguments=tuple(filled.items()),
        outcome=outcome,
        run=run.id,
    )


def _record(workspace: Workspace, run: Run) -> None:
    try:
        workspace.journal.record(run)
    except (sqlite3.Error, OSError) as error:
        workspace.tell(f"the run could not be written into the journal: {error}")
