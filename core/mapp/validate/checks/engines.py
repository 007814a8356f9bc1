"""Whether other engines make the same of an app: where not, one of them is wrong, or the app is vague.

What a limit ended is not compared: engines differ in speed, stack and heap, which is no fault of the app's.
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
"""In the gate another engine gets every example, and one of so many drawn inputs."""
MAX_SHOWN: Final = 5
LIMITS: Final = frozenset(["wall", "cpu", "memory", "output", "crash"])
DEEP: Final = (
    "RangeError: Maximum call stack",
    "InternalError: stack overflow",
    "InternalError: out of memory",
)

Place = tuple[str, Arguments, Job]


def check_other_engines(trial: Trial) -> Result:
    """Runs examples and a share of the drawn inputs in each other engine that may run the app here.

    Fails where an engine makes something else of the app than ours, unless a person accepts that: then the
    differences stay in the result, and `accepted` in its evidence.
    """
    if trial.app.manifest.capabilities.calls:
        return skipped(CHECK, "it asks its host: two engines would ask twice")
    others = OtherEngines() if trial.others is None else trial.others()
    if not others.executors:
        return skipped(CHECK, "; ".join(others.left_out) or "there is no other engine here")
    found = check_engines(trial, others.executors, drawn=-(-len(trial.drawn) // SHARE))
    if found.passed or not trial.may_differ:
        return found
    return replace(found, status="passed", evidence=(*found.evidence, ("accepted", True)))


def check_engines(
    trial: Trial, others: Sequence[tuple[str, Executor]], *, drawn: int | None = None
) -> Result:
    """Runs examples and drawn inputs in each of the other engines (name and executor) and in ours.

    Outputs must be equal byte for byte in their canonical text; of errors only those that the app throws
    itself. `drawn` is how many of the drawn inputs are run, all by default. `evidence` has one object for
    each engine: `compared`, `differing`, `limited`.
    """
    if trial.app.manifest.capabilities.calls:
        return skipped(CHECK, "it asks its host: two engines would ask twice")
    if not others:
        return skipped(CHECK, "there is no other engine here")
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
    """Whether two outcomes cannot be compared, since a limit ended one of them.

    That calls went too deep, or that one request of memory was too large, only the script says: it counts
    where both say so, or where the other engine is only looked at, with limits of another size.
    """
    if is_limit(one) or is_limit(other):
        return True
    said = [isinstance(row, Failed) and row.message.startswith(DEEP) for row in (one, other)]
    return any(said) if trusting else all(said)


def agree(one: Outcome, other: Outcome) -> bool:
    """Returns whether two engines came to the same.

    The words of an error that an engine makes itself are its own; the kind of error is the language's.
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
    """Yields what is run: a place to name, complete arguments, and the job."""
    for place, row in numbered(trial.app):
        try:
            arguments = with_defaults(trial.app.manifest, dict(row.input))
        except InvalidArguments:  # `rows` tells of it
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
    if name == "node":  # no run of mapp's uses it
        return f"{trial_command(trial)} --differential --inputs {trial.inputs}"
    whole = run_command(trial, arguments)
    piped, _, command = whole.rpartition(" | ")
    if whole.startswith("mapp "):
        return f"MAPP_ENGINE={name} {whole}"
    return f"{piped} | MAPP_ENGINE={name} {command}"
