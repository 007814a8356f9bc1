"""Checks the outcome of a production run with the app's own predicates, within a budget.

All predicates of an app share one context, which is not that of the run. The gate checks predicates more
strictly (see `mapp.validate.evaluation`); here a predicate only has to notice a wrong answer.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mapp.errors import HostFault, SandboxUnavailable
from mapp.model.app import App
from mapp.model.outcome import Declared, Outcome, Value
from mapp.model.values import JSONValue, canonical
from mapp.ops.workspace import Workspace
from mapp.sandbox.executor import Executor, Job, Program, Returned

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


def check_run(
    workspace: Workspace,
    app: App,
    arguments: Mapping[str, JSONValue],
    outcome: Outcome,
    *,
    run: str,
    ms: float,
) -> PredicateCheck | None:
    """Checks the outcome of a run that took `ms`; returns None if the app has no predicates for it.

    The first runs of a commit are all checked, then as many as the share of time allows. The run's id picks
    the sample. The workspace remembers what the predicates of each commit cost.
    """
    if not predicates_for(app.properties, outcome):
        return None
    times, cost = workspace.predicate_checks.get(app.commit, (0, 0.0))
    rate = 1.0 if times < FIRST else min(1.0, SHARE * ms / max(cost, 0.001))
    if _drawn(run) >= rate:
        return PredicateCheck(rate=round(rate, 3))
    began = time.perf_counter()
    broken = broken_by(workspace.executor, app.properties, arguments, outcome)
    took = (time.perf_counter() - began) * 1000
    workspace.predicate_checks[app.commit] = times + 1, 0.7 * cost + 0.3 * took if times else took
    return PredicateCheck(
        broken=broken or (), rate=round(rate, 3), ms=round(took, 2), told=broken is not None
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
    names = predicates_for(properties, outcome)
    texts = [canonical(dict(arguments))]
    if isinstance(outcome, Value):
        texts.append(canonical(outcome.output))
    if not names or sum(map(len, texts)) > MAX_TEXT:
        return None
    said = _said(executor, properties, names, texts)
    if said is None:
        return None
    code = outcome.error if isinstance(outcome, Declared) else None
    wanted = {name: not name.startswith("throws_") or name == f"throws_{code}" for name in names}
    return tuple(name for name in names if name in said and said[name] is not wanted[name])


def _said(
    executor: Executor, properties: str, names: Sequence[str], texts: Sequence[str]
) -> Mapping[str, bool | None] | None:
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
    try:
        result = executor.run(job)
    except (HostFault, SandboxUnavailable):  # the answer of the run is not lost for that
        return None
    said = json.loads(result.json) if isinstance(result, Returned) else None
    return said if isinstance(said, dict) else None


def _drawn(identity: str) -> float:
    """Returns a number from 0 to 1 that depends on a run's id alone."""
    return int.from_bytes(hashlib.sha256(identity.encode()).digest()[:4], "big") / 2**32
