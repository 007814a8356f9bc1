"""Determinism: the same input gives the same bytes for everyone, everywhere and at any time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from mapp.errors import InvalidArguments
from mapp.model.app import Example
from mapp.model.arguments import with_defaults
from mapp.model.values import canonical
from mapp.model.verdict import Finding, Result
from mapp.sandbox.app_job import job_for
from mapp.sandbox.executor import Executor, Job, Killed, Returned, Threw, run_batch
from mapp.sandbox.executor import Result as Ran
from mapp.validate.repro_commands import run_command
from mapp.validate.trial import NOW, SEED, Arguments, Trial, result, short

MAX_INPUTS: Final = 60
"""At most this many inputs are compared: the examples first, then drawn inputs."""
MAX_RERUNS: Final = 3
"""How often a pair of runs is repeated if only one of the two hit a limit."""
OTHER_NOW: Final = 4_102_444_799_000
OTHER_SEED: Final = 77_777
ELSEWHERE: Final = {"TZ": "UTC0", "LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "COLUMNS": "7"}
"""The environment of the second sandbox: a language with special letter case, variables of other lengths.

The time zone is UTC in every sandbox, whatever the person's is.
"""


def check_determinism(trial: Trial) -> Result:
    """Runs inputs in two processes with different environments and compares the bytes.

    An app without any capability is pure: it also runs at another time and with another seed. The order of
    the runs differs too, so that a result cannot depend on earlier runs.
    """
    jobs = [_job(trial, row) for row in trial.app.examples if _fits(trial, row)]
    jobs += [job_for(trial.app, row, now_ms=NOW, seed=SEED) for row in trial.drawn]
    jobs = jobs[:MAX_INPUTS]
    here = run_batch(trial.executor, jobs)
    problems = []
    if trial.second_environment is not None:
        with trial.second_environment() as other:
            found = list(reversed(run_batch(other, jobs[::-1])))
            pairs = list(zip(jobs, jobs, strict=True))
            problems += _differing(trial, other, pairs, here, found, "in another process and environment")
            if not problems and trial.pure:
                problems += _at_another_time(trial, jobs, here, other)
    return result("determinism", len(jobs), problems)


def _at_another_time(
    trial: Trial, jobs: Sequence[Job], here: Sequence[Ran], other: Executor
) -> list[Finding]:
    moved = [replace(job, now_ms=OTHER_NOW, seed=OTHER_SEED) for job in jobs]
    what = "at another time and with another seed, which an app without `clock` and `random` must not notice"
    pairs = list(zip(jobs, moved, strict=True))
    return _differing(trial, other, pairs, here, run_batch(other, moved), what)


def _differing(
    trial: Trial,
    other: Executor,
    pairs: Sequence[tuple[Job, Job]],
    first: Sequence[Ran],
    second: Sequence[Ran],
    when: str,
) -> list[Finding]:
    """Returns the first difference; a pair in which only one run hit a limit is repeated.

    On a busy machine a run can hit a limit by accident; one that never ends hits it each time.
    """
    for (job, moved), one, two in zip(pairs, first, second, strict=True):
        for _ in range(MAX_RERUNS):
            if isinstance(one, Killed) == isinstance(two, Killed):
                break
            one, two = trial.executor.run(job), other.run(moved)
        if _text(one) != _text(two):
            arguments: Arguments = json.loads(job.arguments[0])
            message = f"gave {short(_text(one), 150)}, and {short(_text(two), 150)} {when}"
            return [
                Finding(
                    path=f"input {short(canonical(dict(arguments)), 200)}",
                    message=message,
                    reproduce=run_command(trial, arguments),
                )
            ]
    return []


def _text(ran: Ran) -> str:
    """Returns a run's result as one text, without the details of a limit, which depend on the machine."""
    match ran:
        case Returned(json=text):
            return text
        case Threw(name=name, message=message):
            return f"{name}: {message}"
        case _:
            return type(ran).__name__


def _fits(trial: Trial, row: Example) -> bool:
    try:
        with_defaults(trial.app.manifest, dict(row.input))
    except InvalidArguments:
        return False
    return True


def _job(trial: Trial, row: Example) -> Job:
    arguments = with_defaults(trial.app.manifest, dict(row.input))
    now = NOW if row.now is None else row.now
    seed = SEED if row.seed is None else row.seed
    return job_for(trial.app, arguments, now_ms=now, seed=seed)
