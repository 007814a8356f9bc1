"""The inputs that mutants run on, each with the app's own outcome."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mapp.errors import InvalidArguments
from mapp.model.app import Example
from mapp.model.arguments import with_defaults
from mapp.model.outcome import Declared, Outcome, Value
from mapp.model.recording import Recording
from mapp.model.values import JSONValue
from mapp.sandbox.app_job import job_for, judge
from mapp.sandbox.executor import Job, Returned, Threw, run_batch
from mapp.sandbox.executor import Result as Ran
from mapp.sandbox.executors.recorded import RecordedBroker, Stand
from mapp.validate.checks.examples import numbered
from mapp.validate.trial import NOW, SEED, Arguments, Trial, meets


@dataclass(frozen=True, kw_only=True, slots=True)
class MutantInput:
    """One input: the job that runs it, and the unchanged app's outcome.

    For an example it also has the row, its place, e.g. `tests/examples.jsonl:3`, and its recording.
    """

    arguments: Arguments
    job: Job
    ran: Ran
    outcome: Outcome
    example: Example | None = None
    place: str = ""
    recording: Recording | None = None

    @property
    def size(self) -> tuple[int, str]:
        """Returns a sort key that puts small inputs first, the same on every machine."""
        return len(self.job.arguments[0]), self.job.arguments[0]

    @property
    def text(self) -> str:
        """Returns the input as canonical JSON."""
        return self.job.arguments[0]

    @property
    def row(self) -> str:
        """Returns the line of `tests/examples.jsonl` that pins the app's outcome, "" if the app fails."""
        match self.outcome:
            case Value(output=output):
                return _row(self.arguments, "output", output)
            case Declared(error=error):
                return _row(self.arguments, "error", error)
            case _:
                return ""


def _row(arguments: Arguments, name: str, value: JSONValue) -> str:
    row = {"input": dict(arguments), name: value}
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def examples_of(trial: Trial) -> tuple[MutantInput, ...]:
    """Returns the examples and regressions that the app meets, smallest and so fastest input first."""
    rows = list(_rows(trial))
    results = ask(trial, [(job, recording) for *_, job, recording in rows])
    found = []
    for (place, example, arguments, job, recording), ran in zip(rows, results, strict=True):
        outcome = judge(trial.app.manifest, ran)
        if meets(example, outcome):
            question = MutantInput(
                arguments=arguments,
                job=job,
                ran=ran,
                outcome=outcome,
                example=example,
                place=place,
                recording=recording,
            )
            found.append(question)
    return tuple(sorted(found, key=lambda question: question.size))


def _rows(trial: Trial) -> Iterator[tuple[str, Example, Arguments, Job, Recording | None]]:
    recordings = {recording.name: recording for recording in trial.app.recordings}
    for place, example in numbered(trial.app):
        try:
            arguments = with_defaults(trial.app.manifest, dict(example.input))
        except InvalidArguments:
            continue  # the check `rows` reports it
        recording = recordings.get(example.recording or "")
        now = _first(example.now, recording.now if recording else None, NOW)
        seed = _first(example.seed, recording.seed if recording else None, SEED)
        yield place, example, arguments, job_for(trial.app, arguments, now_ms=now, seed=seed), recording


def _first(*numbers: int | None) -> int:
    return next(number for number in numbers if number is not None)


def ask(trial: Trial, asked: Sequence[tuple[Job, Recording | None]]) -> list[Ran]:
    """Runs jobs and returns their results; a recording is the only source of answers to host calls."""
    if not any(recording for _, recording in asked):
        return run_batch(trial.executor, [job for job, _ in asked])
    return [_replayed(trial, job, recording) for job, recording in asked]


def _replayed(trial: Trial, job: Job, recording: Recording | None) -> Ran:
    broker = None if recording is None else RecordedBroker(recording.exchanges, otherwise=Stand())
    return trial.executor.run(job, broker)


def questions(trial: Trial, inputs: Iterable[Arguments]) -> tuple[MutantInput, ...]:
    """Runs the app on inputs, with the clock and seed of tests, and returns them with its outcomes."""
    chosen = list(inputs)
    jobs = [job_for(trial.app, arguments, now_ms=NOW, seed=SEED) for arguments in chosen]
    results = run_batch(trial.executor, jobs)
    return tuple(
        MutantInput(arguments=arguments, job=job, ran=ran, outcome=judge(trial.app.manifest, ran))
        for arguments, job, ran in zip(chosen, jobs, results, strict=True)
    )


def is_same(one: Ran, other: Ran) -> bool:
    """Returns whether two results are the same byte for byte, no matter how long they took."""
    match one, other:
        case Returned(json=here), Returned(json=there):
            return here == there
        case Threw(name=here, message=words), Threw(name=there, message=others):
            return (here, words) == (there, others)
        case _:
            return False
