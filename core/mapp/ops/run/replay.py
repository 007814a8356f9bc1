"""Re-runs a recorded run offline and reports the differences."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mapp.errors import NotFound
from mapp.library import read
from mapp.model.app import App
from mapp.model.outcome import Outcome, Value, outcome_name, outcome_to_dict
from mapp.model.recording import Exchange, read_recording
from mapp.model.values import JSONValue, canonical
from mapp.observe.journal import Run
from mapp.ops.run.permissions import ensure_isolated
from mapp.ops.workspace import Workspace
from mapp.sandbox.app_job import job_for, judge
from mapp.sandbox.executors.recorded import RecordedBroker


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One difference from the recorded run: `where` is `outcome`, `output`, or `calls[N]`."""

    where: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Replayed:
    """The result of re-running a recorded run; equal if there are no changes."""

    run: str
    app: str
    commit: str
    outcome: Outcome
    changes: tuple[Difference, ...]

    @property
    def equal(self) -> bool:
        """Returns whether outcome, output and host calls are the same."""
        return not self.changes

    def to_dict(self) -> dict[str, Any]:
        """Returns the result as `replay --json` prints it."""
        rows = [{"where": row.where, "before": row.before, "after": row.after} for row in self.changes]
        outcome = {"output": None, **outcome_to_dict(self.outcome)}
        return {
            "run": self.run,
            "app": self.app,
            "commit": self.commit,
            "equal": self.equal,
            **outcome,
            "changes": rows,
        }


def replay(workspace: Workspace, identity: str, *, revision: str | None = None) -> Replayed:
    """Re-runs a run of the journal at its own commit or another revision, and compares.

    Raises:
        NotFound: there is no such run, its input was not kept, or its app or revision is gone.
        SandboxUnavailable: this machine isolates less than the settings require for this app.
    """
    recorded = recorded_run(workspace, identity)
    run = recorded.run
    app = read.load_runnable(workspace.home, run.app, revision or run.commit)
    ensure_isolated(workspace, run.app)
    outcome, made = repeat(workspace, app, recorded, recorded.arguments)
    changes = (*_outcomes(run, outcome), *_calls(recorded.exchanges, made))
    return Replayed(run=run.id, app=run.app, commit=app.commit, outcome=outcome, changes=changes)


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedRun:
    """A run of the journal with its complete arguments and host calls: all that repeats it offline."""

    run: Run
    arguments: Mapping[str, JSONValue]
    exchanges: tuple[Exchange, ...]


def recorded_run(workspace: Workspace, identity: str) -> RecordedRun:
    """Returns a run of the journal by its id or the beginning of its id.

    Raises:
        NotFound: there is no such run, or its input was not kept.
        IntegrityError: its recording is damaged.
    """
    run, calls = workspace.journal.run(identity)
    if run.input is None:
        raise NotFound(
            f"the input of run {run.id} was not kept",
            hint="to keep inputs: mapp config keep_inputs true",
        )
    exchanges = read_recording(calls) if calls is not None else ()
    return RecordedRun(run=run, arguments=json.loads(run.input), exchanges=exchanges)


def repeat(
    workspace: Workspace, app: App, recorded: RecordedRun, arguments: Mapping[str, JSONValue]
) -> tuple[Outcome, tuple[Exchange, ...]]:
    """Runs an app on complete arguments with a run's time, seed and recorded answers; nothing is contacted.

    Returns the outcome and the host calls that the app made. Nothing is recorded.
    """
    broker = RecordedBroker(recorded.exchanges)
    job = job_for(app, arguments, now_ms=recorded.run.now_ms, seed=recorded.run.seed)
    return judge(app.manifest, workspace.executor.run(job, broker)), tuple(broker.made)


def _outcomes(run: Run, outcome: Outcome) -> Iterator[Difference]:
    name = outcome_name(outcome)
    if name != run.outcome:
        yield Difference(where="outcome", before=run.outcome, after=name)
    output = canonical(outcome.output) if isinstance(outcome, Value) else None
    if output != run.output:
        yield Difference(where="output", before=run.output or "none", after=output or "none")


def _calls(before: Sequence[Exchange], after: Sequence[Exchange]) -> Iterator[Difference]:
    for number in range(max(len(before), len(after))):
        old, new = (_shown(rows[number]) if number < len(rows) else "none" for rows in (before, after))
        if old != new:
            yield Difference(where=f"calls[{number}]", before=old, after=new)


def _shown(exchange: Exchange) -> str:
    return f"{exchange.name}{exchange.arguments}" + (f" -> {exchange.code}" if exchange.code else "")
