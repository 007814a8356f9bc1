"""Compares engines: if they disagree, one has a bug or the app relies on unspecified behaviour.

Runs that hit a limit are not compared: engines differ in speed, stack and heap.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from mapp.errors import InvalidArguments
from mapp.model.arguments import with_defaults
from mapp.model.outcome import Declared, Failed, Outcome, Value
from mapp.model.values import JSONValue, canonical
from mapp.model.verdict import Finding, Result
from mapp.sandbox.app_job import job_for, judge
from mapp.sandbox.executor import Executor, Job, run_batch
from mapp.validate.checks.examples import numbered
from mapp.validate.repro_commands import run_command, trial_command
from mapp.validate.trial import (
    NOW,
    SEED,
    Arguments,
    OtherEngines,
    Trial,
    describe,
    result,
    skipped,
)

CHECK: Final = "engines"
SHARE: Final = 5
"""In the gate, another engine runs every example and one in `SHARE` of the drawn inputs."""
MAX_SHOWN: Final = 5
LIMITS: Final = frozenset(["wall", "cpu", "memory", "output", "crash"])
DEEP: Final = (
    "RangeError: Maximum call stack",
    "InternalError: stack overflow",
    "InternalError: out of memory",
)

MAKES_CALLS: Final = "it calls its host: two engines would call twice"
NO_ENGINE: Final = "there is no other engine here"

Place = tuple[str, Arguments, Job]


def check_other_engines(trial: Trial) -> Result:
    """Runs examples and a share of the drawn inputs in each other engine that may run the app here.

    Fails if an engine gives a different result, unless a person accepts that. The differences then stay in
    the result, with `accepted` in its evidence.
    """
    if trial.app.manifest.capabilities.calls:
        return skipped(CHECK, MAKES_CALLS)
    others = OtherEngines() if trial.others is None else trial.others()
    if not others.executors:
        return skipped(CHECK, "; ".join(others.left_out) or NO_ENGINE)
    found = check_engines(trial, others.executors, drawn=-(-len(trial.drawn) // SHARE))
    if found.passed or not trial.accept_engine_difference:
        return found
    return replace(found, status="passed", evidence=(*found.evidence, ("accepted", True)))


def check_engines(
    trial: Trial, others: Sequence[tuple[str, Executor]], *, drawn: int | None = None
) -> Result:
    """Runs examples and drawn inputs in each of the other engines (name and executor) and in ours.

    The canonical texts of outputs must be equal byte for byte; for errors see `agree`. `drawn` limits the
    number of drawn inputs. `evidence` has one object for each engine: `compared`, `differing`, `limited`.
    """
    if trial.app.manifest.capabilities.calls:
        return skipped(CHECK, MAKES_CALLS)
    if not others:
        return skipped(CHECK, NO_ENGINE)
    places = list(_places(trial, drawn))
    ours = _outcomes(trial, trial.executor, places)
    problems: list[Finding] = []
    evidence: dict[str, JSONValue] = {}
    for name, executor in others:
        theirs = _outcomes(trial, executor, places)
        rows = list(zip(places, ours, theirs, strict=True))
        fair = [row for row in rows if not _is_limited(row[1], row[2], trusting=name == "node")]
        unlike = [row for row in fair if not agree(row[1], row[2])]
        problems += [_finding(trial, name, executor, *row) for row in unlike[:MAX_SHOWN]]
        evidence[executor.engine] = {
            "compared": len(fair),
            "differing": len(unlike),
            "limited": len(rows) - len(fair),
        }
    return result(CHECK, len(places) * len(others), problems, evidence)


def is_limit(outcome: Outcome) -> bool:
    """Returns whether the host ended a run at a limit of time, memory or output."""
    return isinstance(outcome, Failed) and outcome.kind in LIMITS


def _is_limited(one: Outcome, other: Outcome, *, trusting: bool) -> bool:
    """Returns whether two outcomes cannot be compared because a limit ended one of the runs.

    A stack overflow or a failed allocation is reported only by the script, which could fake it. It counts if
    both engines report it, or if the other engine is node, whose limits differ (`trusting`).
    """
    if is_limit(one) or is_limit(other):
        return True
    said = [isinstance(row, Failed) and row.message.startswith(DEEP) for row in (one, other)]
    return any(said) if trusting else all(said)


def agree(one: Outcome, other: Outcome) -> bool:
    """Returns whether two engines gave the same outcome.

    For an error thrown by the engine only its name must match: the message is the engine's own.
    """
    match one, other:
        case Value(output=mine), Value(output=theirs):
            return canonical(mine) == canonical(theirs)
        case Declared(error=mine_error), Declared(error=their_error):
            return mine_error == their_error
        case Failed(kind=kind), Failed(kind=same_kind):
            mine_name, their_name = (row.message.partition(":")[0] for row in (one, other))
            return kind == same_kind and (kind != "threw" or mine_name == their_name)
        case _:
            return False


def _places(trial: Trial, drawn: int | None) -> Iterator[Place]:
    """Yields what to run: its name in findings, the complete arguments, and the job."""
    for place, row in numbered(trial.app):
        try:
            arguments = with_defaults(trial.app.manifest, dict(row.input))
        except InvalidArguments:  # the check `rows` reports it
            continue
        now = NOW if row.now is None else row.now
        seed = SEED if row.seed is None else row.seed
        yield place, arguments, job_for(trial.app, arguments, now_ms=now, seed=seed)
    for number, arguments in enumerate(trial.drawn[:drawn], 1):
        yield f"drawn input {number}", arguments, job_for(trial.app, arguments, now_ms=NOW, seed=SEED)


def _outcomes(trial: Trial, executor: Executor, places: Sequence[Place]) -> list[Outcome]:
    results = run_batch(executor, [job for _, _, job in places])
    return [judge(trial.app.manifest, found) for found in results]


def _finding(
    trial: Trial, name: str, executor: Executor, place: Place, ours: Outcome, theirs: Outcome
) -> Finding:
    where, arguments, _ = place
    return Finding(
        path=where,
        message=f"{executor.engine} gave {describe(theirs)}, {trial.executor.engine} {describe(ours)}",
        reproduce=_reproduction(trial, name, arguments),
        evidence=canonical(arguments),
    )


def _reproduction(trial: Trial, name: str, arguments: Arguments) -> str:
    if name == "node":  # `mapp exec` cannot use it
        return f"{trial_command(trial)} --differential --inputs {trial.inputs}"
    whole = run_command(trial, arguments)
    piped, _, command = whole.rpartition(" | ")
    if whole.startswith("mapp "):
        return f"MAPP_ENGINE={name} {whole}"
    return f"{piped} | MAPP_ENGINE={name} {command}"
