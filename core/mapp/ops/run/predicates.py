"""Checks the outcome of a production run with the app's own predicates, within a budget.

All predicates of an app share one context, which is not that of the run; they get the input and the output as
JSON. On most systems they share the run's process, which is what makes them cheap. The gate checks predicates
more strictly (see `mapp.validate.evaluation`); here a predicate only has to notice a wrong answer.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from mapp.errors import HostFault, SandboxUnavailable
from mapp.model.app import App
from mapp.model.outcome import Declared, Outcome, Value
from mapp.model.values import JSONValue, canonical
from mapp.ops.workspace import Workspace
from mapp.sandbox.app_job import judge
from mapp.sandbox.executor import Executor, Job, Program, Result, Returned, run_then

if TYPE_CHECKING:
    from mapp.sandbox.host_calls import Broker

SHARE: Final = 0.3
"""Predicates may take this part of a run's time; if they take longer, only some of the runs are checked."""
FIRST: Final = 20
"""How many runs of a commit are all checked, whatever it takes: a new version is watched most closely."""
BUDGET_MS: Final = 500
"""The time limit of all predicates for one run. When it is over, they have said nothing."""
MAX_TEXT: Final = 500_000
"""Runs with a longer input and output, in characters, are not checked."""
_PREDICATE: Final = re.compile(r"^[ \t]*(?:async\s+)?function\s+((?:prop|throws)_[A-Za-z0-9_]+)\s*\(", re.M)
_RUNNER: Final = """
;async function mapp__check(questions, texts) {
  const said = {};
  for (const [name, law, count] of questions) {
    try {
      const answer = await law(...texts.slice(0, count).map((text) => JSON.parse(text)));
      said[name] = typeof answer === "boolean" ? answer : null;
    } catch {
      said[name] = null;
    }
  }
  return said;
}
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class PredicateCheck:
    """What the predicates said about one run: which ones it breaks.

    `rate` is the share of runs that were being checked, `ms` the time that the check took. With `told` off
    the run was not checked, or the predicates did not finish.
    """

    broken: tuple[str, ...] = ()
    rate: float = 1.0
    ms: float = 0.0
    told: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Returns the check as a JSON object, as the journal notes it."""
        return {"broken": list(self.broken), "rate": self.rate, "ms": self.ms, "told": self.told}


class RunCheck:
    """Runs an app, and has its predicates judge the outcome in the same worker.

    The first runs of a commit are all checked, then as many as the share of time allows. The run's id picks
    the sample. The workspace remembers what the predicates of each commit cost.
    """

    def __init__(
        self, workspace: Workspace, app: App, arguments: Mapping[str, JSONValue], *, run: str, began: float
    ) -> None:
        """Prepares the check of the run with an id that began at a reading of `time.perf_counter`."""
        self._workspace = workspace
        self._app = app
        self._arguments = arguments
        self._run = run
        self._began = began
        self._asked = 0.0
        self._outcome: Outcome | None = None
        self._question: Question | None = None
        self.found: PredicateCheck | None = None
        """What the predicates said about the last run; None if the app has none for its outcome."""

    def run(self, job: Job, broker: Broker | None) -> tuple[Result, Outcome]:
        """Runs a job of the app and returns its result and outcome; raises as an executor's `run` does."""
        self._outcome = self._question = self.found = None
        result, said = run_then(self._workspace.executor, job, self._follow, broker)
        outcome = self._outcome or judge(self._app.manifest, result)
        if self._question is not None:
            self._note(self._question.broken(said))
        return result, outcome

    def _follow(self, result: Result) -> Job | None:
        """Returns the job that checks a result; None if the outcome is not checked."""
        self._asked = time.perf_counter()
        self._outcome = outcome = judge(self._app.manifest, result)
        if not predicates_for(self._app.properties, outcome):
            return None
        times, cost = self._workspace.predicate_checks.get(self._app.commit, (0, 0.0))
        spent = (self._asked - self._began) * 1000
        rate = 1.0 if times < FIRST else min(1.0, SHARE * spent / max(cost, 0.001))
        self.found = PredicateCheck(rate=round(rate, 3))
        if _drawn(self._run) < rate:
            self._question = question_of(self._app.properties, self._arguments, outcome)
        return None if self._question is None else self._question.job

    def _note(self, broken: tuple[str, ...] | None) -> None:
        assert self.found is not None
        took = (time.perf_counter() - self._asked) * 1000
        checks, commit = self._workspace.predicate_checks, self._app.commit
        times, cost = checks.get(commit, (0, 0.0))
        checks[commit] = times + 1, 0.7 * cost + 0.3 * took if times else took
        self.found = replace(self.found, broken=broken or (), ms=round(took, 2), told=broken is not None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A job that asks predicates about an outcome, and the answer of each that keeps it."""

    job: Job
    wanted: Mapping[str, bool]

    def broken(self, result: Result | None) -> tuple[str, ...] | None:
        """Returns the predicates that the outcome breaks; None if they did not finish."""
        said = json.loads(result.json) if isinstance(result, Returned) else None
        if not isinstance(said, dict):
            return None
        return tuple(
            name for name, wanted in self.wanted.items() if name in said and said[name] is not wanted
        )


def predicates_for(properties: str, outcome: Outcome) -> tuple[str, ...]:
    """Returns the names of the predicates that can judge an outcome: a `prop_` needs an output."""
    if not properties or not isinstance(outcome, Value | Declared):
        return ()
    names = dict.fromkeys(match[1] for match in _PREDICATE.finditer(properties))
    return tuple(name for name in names if name.startswith("throws_") or isinstance(outcome, Value))


def broken_by(
    executor: Executor, properties: str, arguments: Mapping[str, JSONValue], outcome: Outcome
) -> tuple[str, ...] | None:
    """Returns the predicates that an outcome breaks; None if they do not finish or cannot be run.

    A predicate that throws, or whose answer is not a boolean, is broken too. `throws_CODE` must be true if
    the app refused with that code, and false otherwise.
    """
    question = question_of(properties, arguments, outcome)
    if question is None:
        return None
    try:
        return question.broken(executor.run(question.job))
    except (HostFault, SandboxUnavailable):  # the answer of the run is not lost for that
        return None


def question_of(properties: str, arguments: Mapping[str, JSONValue], outcome: Outcome) -> Question | None:
    """Returns the question whether an outcome keeps its predicates; None if none applies."""
    names = predicates_for(properties, outcome)
    texts = [canonical(dict(arguments))]
    if isinstance(outcome, Value):
        texts.append(canonical(outcome.output))
    if not names or sum(map(len, texts)) > MAX_TEXT:
        return None
    rows = ",".join(
        f"[{json.dumps(name)}, typeof {name} === 'function' ? {name} : undefined,"
        f" {1 if name.startswith('throws_') else 2}]"
        for name in names
    )
    source = f"{properties}\n{_RUNNER}\nfunction mapp__all(texts) {{ return mapp__check([{rows}]"
    source += ".filter((row) => row[1] !== undefined), texts); }"
    job = Job(
        program=Program(source=source),
        entry="mapp__all",
        arguments=(json.dumps([*texts]),),
        wall_ms=BUDGET_MS,
        host=False,
    )
    code = outcome.error if isinstance(outcome, Declared) else None
    wanted = {name: not name.startswith("throws_") or name == f"throws_{code}" for name in names}
    return Question(job=job, wanted=wanted)


def _drawn(identity: str) -> float:
    """Returns a number from 0 to 1 that depends on a run's id alone."""
    return int.from_bytes(hashlib.sha256(identity.encode()).digest()[:4], "big") / 2**32
