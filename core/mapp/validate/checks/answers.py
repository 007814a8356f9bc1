"""Answers of the host: do the tests cover each kind, and does the app handle answers that changed?

An app that calls its host depends on answers that nobody can draw from a schema. So its examples must hold
recorded answers, and the gate changes these to see what the app makes of a worse day. What the gate made up
is judged mildly: by the output's schema, the predicates and the declared errors.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mapp.model.app import EXAMPLES, Example
from mapp.model.outcome import Declared, Failed, Value
from mapp.model.recording import Exchange
from mapp.model.values import JSONValue, canonical, same
from mapp.model.verdict import Finding, Result
from mapp.suggested_commands import suggested_command
from mapp.validate.evaluation import ExampleRow, answers
from mapp.validate.generate.answers import ChangedAnswer, is_good
from mapp.validate.trial import (
    NOW,
    AnswerRun,
    Trial,
    describe,
    is_late,
    result,
    short,
    skipped,
)

CHECK: Final = "answers"
MIN_MOMENTS: Final = 2
MIN_SEEDS: Final = 2
MAX_SHOWN: Final = 10
MAX_LISTED: Final = 30
RECORDINGS: Final = "tests/recordings"


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """A kind of answer that no example exercises, and how to add one."""

    name: str
    message: str
    how: str = ""
    evidence: str = ""

    def finding(self) -> Finding:
        """Returns the gap as a problem of the check."""
        return Finding(path=EXAMPLES, message=self.message, reproduce=self.how, evidence=self.evidence)


def check_answers(trial: Trial) -> Result:
    """Checks that the tests cover the host's answers, and that changed answers end as the app declares.

    The author of a heal or an expansion cannot add recordings, so only what the old version handled is
    required of it. The
    evidence lists under `unexercised` the changed answers that no recording shows.
    """
    if trial.pure:
        return skipped(CHECK, "the app declares no capability")
    faults = {(run.place, run.change.name): text for run, text in _faults(trial, trial.answer_runs)}
    gaps = list(_gaps(trial))
    if trial.base is not None and trial.kind in ("heal", "expand"):
        gaps = []
        before = {(run.place, run.change.name): run for run in trial.answer_runs_of(trial.base)}
        faults = {key: text for key, text in faults.items() if key in before and _ends_well(before[key])}
        faults |= dict(_no_longer_refused(trial, before))
    runs = {(run.place, run.change.name): run for run in trial.answer_runs}
    problems = [gap.finding() for gap in gaps]
    problems += [_finding(trial, runs[key], text) for key, text in [*faults.items()][:MAX_SHOWN]]
    if len(faults) > MAX_SHOWN:
        problems.append(
            Finding(path="main.js", message=f"and {len(faults) - MAX_SHOWN} more changed answers")
        )
    left = [run for run in trial.answer_runs if not is_shown(trial, run)]
    evidence: dict[str, JSONValue] = {
        "gaps": [gap.name for gap in gaps],
        "changed": len(trial.answer_runs),
        "unexercised": [_listed(trial, run) for run in left[:MAX_LISTED]],
    }
    return result(CHECK, len(trial.answer_runs), problems, evidence)


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerScore:
    """How many changed answers an app or its tests notice, and those that changed an output unnoticed.

    Noticed: the app refuses with a declared error, or a recording shows such an answer. A change that makes
    no difference counts for neither, unless it is the status.
    """

    noticed: int = 0
    missed: tuple[AnswerRun, ...] = ()


def answer_score(trial: Trial) -> AnswerScore:
    """Returns the part of the mutation score that comes from changed answers of the host."""
    noticed, missed = 0, []
    for run in trial.answer_runs:
        alike = isinstance(run.outcome, Value) and same(run.outcome.output, run.good.output)
        if isinstance(run.outcome, Declared) or is_shown(trial, run):
            noticed += 1
        elif isinstance(run.outcome, Value) and (not alike or run.change.name.startswith("status-")):
            missed.append(run)
    return AnswerScore(noticed=noticed, missed=tuple(missed))


def missed_answer(trial: Trial, run: AnswerRun) -> Finding:
    """Returns a finding about a changed answer that neither the app nor a test notices."""
    was = describe(run.good)
    message = (
        f"nothing tests this: {_words(run.change)}, the app gives {describe(run.outcome)} (before: {was})"
    )
    how = _record_command(trial, run.example, "--change", run.change.name)
    return Finding(path=run.place, message=message, reproduce=how)


def is_shown(trial: Trial, run: AnswerRun) -> bool:
    """Returns whether a recorded example has an answer that differs in the same way as a changed one."""
    good = run.recording.exchanges[run.change.at]
    rows = (row for _, _, made in trial.example_answers for row in made.exchanges)
    return any(run.change.is_like(good, row) for row in rows)


def _gaps(trial: Trial) -> Iterator[Gap]:
    """Yields the kinds of answers that no example exercises."""
    capabilities = trial.app.manifest.capabilities
    for call, declared in (("http", capabilities.http), ("llm", capabilities.llm)):
        if declared and not _has(trial, lambda row, call=call: row.name == call and is_good(row)):  # type: ignore[misc]
            yield _no_good_answer(trial, call)
    if capabilities.store and _reads_store(trial) and not _has(trial, _is_kept_value):
        yield _no_kept_value(trial)
    if capabilities.calls:
        yield from _untested_errors(trial)
    if capabilities.http:
        yield from _ignored_statuses(trial)
    if capabilities.clock and len(_moments(trial)) < MIN_MOMENTS:
        yield Gap(
            name="clock",
            message="the app reads the clock, but all examples run at one time: set `now` in at least two",
            evidence=_pasted(trial, now=NOW + 86_400_000),
        )
    if capabilities.random and not _judges_outputs(trial):
        yield Gap(
            name="random",
            message="the app draws random numbers, but no predicate judges an output, and the examples have "
            "one seed: write a predicate, or set `seed` in at least two examples",
            evidence=_pasted(trial, seed=7),
        )


def _no_good_answer(trial: Trial, call: str) -> Gap:
    what = "a successful answer (status 200 to 299)" if call == "http" else "an answer of the model"
    return Gap(
        name=f"{call}-good",
        message=f"no example shows an output for {what} to host.{call}: record one",
        how=_record_command(trial, _first(trial), "--grant", *_grants(trial)),
    )


def _no_kept_value(trial: Trial) -> Gap:
    call = {"call": "store.get", "arguments": ["KEY"], "answer": "VALUE"}
    return Gap(
        name="store-kept",
        message="the app reads its store, but no example shows what it does with a stored value: write a "
        f"recording {RECORDINGS}/NAME.json and an example that names it",
        evidence=json.dumps({"recording": 1, "calls": [call]}),
    )


def _untested_errors(trial: Trial) -> Iterator[Gap]:
    expected = {row.error for _, row, _ in trial.example_answers}
    for code, meaning in trial.app.manifest.errors:
        if code not in expected:
            row = _first(trial)
            command = _record_command(trial, row, "--change", "CHANGE", "--error", code)
            yield Gap(
                name=f"error-{code}",
                message=f"no example expects the declared error {code} ({short(meaning, 100)})",
                how=command if row is not None and row.recording else "",
                evidence=json.dumps({"input": dict(row.input) if row else {}, "error": code}),
            )


def _ignored_statuses(trial: Trial) -> Iterator[Gap]:
    """Yields a gap if the app takes an unexpected status for a good answer and no example says so."""
    for run in trial.answer_runs:
        change, outcome = run.change, run.outcome
        alike = isinstance(outcome, Value) and same(outcome.output, run.good.output)
        if change.name == "status-500" and alike and not is_shown(trial, run):
            yield Gap(
                name="http-status",
                message="the app takes an answer with status 500 for a good one, and no example says that "
                "this is right: check `status` in main.js, or record what it should do",
                how=_record_command(trial, run.example, "--change", change.name),
                evidence=f"input {short(canonical(dict(run.example.input)))}",
            )
            return


def _faults(trial: Trial, runs: Sequence[AnswerRun]) -> Iterator[tuple[AnswerRun, str]]:
    """Yields the changed answers that an app does not end well with, and what happens."""
    names = [name for name in trial.predicates if name.startswith("prop_")]
    valued = [run for run in runs if isinstance(run.outcome, Value)]
    now = answers(trial.executor, trial.app, names, [_row(run, run.outcome) for run in valued])
    before = answers(trial.executor, trial.app, names, [_row(run, run.good) for run in valued])
    for run in runs:
        if isinstance(run.outcome, Failed) and not is_late(run.outcome):
            yield run, f"the app ends in {describe(run.outcome)}"
    for at, run in enumerate(valued):
        broken = [name for name in names if at in now[name].broken and at not in before[name].broken]
        if broken:
            yield run, f"the app gives {describe(run.outcome)}, which breaks {broken[0]}"


def _row(run: AnswerRun, outcome: Value | Declared | Failed) -> ExampleRow:
    return ExampleRow(arguments=run.arguments, outcome=outcome)


def _ends_well(run: AnswerRun) -> bool:
    return not isinstance(run.outcome, Failed)


def _no_longer_refused(
    trial: Trial, before: dict[tuple[str, str], AnswerRun]
) -> Iterator[tuple[tuple[str, str], str]]:
    """Yields the changed answers that the old version refused and that the new one turns into an output."""
    for run in trial.answer_runs:
        key = (run.place, run.change.name)
        old = before[key].outcome if key in before else None
        if isinstance(old, Declared) and isinstance(run.outcome, Value) and not is_shown(trial, run):
            yield key, f"the app gives {describe(run.outcome)}, but the old version refused with {old.error}"


def _finding(trial: Trial, run: AnswerRun, text: str) -> Finding:
    return Finding(
        path="main.js",
        message=f"{_words(run.change)}: {text}; it must be a declared error or a right output",
        reproduce=_record_command(trial, run.example, "--change", run.change.name, "--error", "CODE"),
        evidence=f"{run.place}, input {short(canonical(dict(run.example.input)))}",
    )


def _words(change: ChangedAnswer) -> str:
    call, name, _, field = change.exchange.name, *change.name.partition(":")
    what = {
        "removed": f"the field {field} is missing",
        "renamed": f"the field {field} has another name",
        "null": f"the field {field} is null",
        "type": f"the field {field} has another type",
        "envelope": "the body is wrapped in an object",
        "truncated": "the body is cut off",
        "empty": "the answer is empty",
        "error-page": "the status is 503 with an HTML page",
        "missing": "the key is not in the store",
    }.get(name, f"the call is refused ({name})")
    if change.kind == "status" and name.startswith("status-"):
        what = f"the status is {name.removeprefix('status-')}"
    return f"if {what} in the answer to host.{call}"


def _listed(trial: Trial, run: AnswerRun) -> dict[str, JSONValue]:
    return {
        "change": run.change.name,
        "says": _words(run.change),
        "outcome": describe(run.outcome),
        "add": _record_command(trial, run.example, "--change", run.change.name),
    }


def _has(trial: Trial, wanted: Callable[[Exchange], bool]) -> bool:
    """Returns whether an example with an answer of this kind expects an output."""
    rows = (made for _, example, made in trial.example_answers if example.error is None)
    return any(wanted(row) for made in rows for row in made.exchanges)


def _is_kept_value(row: Exchange) -> bool:
    return (
        not row.code
        and (row.name, row.answer) not in (("store.get", "null"), ("store.keys", "[]"))
        and (row.name in ("store.get", "store.keys"))
    )


def _reads_store(trial: Trial) -> bool:
    """Returns whether the app reads its store in one of the examples."""
    calls = [row for _, _, made in trial.example_answers for row in made.exchanges]
    return any(row.name in ("store.get", "store.keys") for row in calls)


def _moments(trial: Trial) -> set[int]:
    times = (made.now if row.now is None else row.now for _, row, made in trial.example_answers)
    return {NOW if now is None else now for now in times}


def _judges_outputs(trial: Trial) -> bool:
    if any(name.startswith(("prop_", "meta_")) for name in trial.predicates):
        return True
    rows = [(row, made) for _, row, made in trial.example_answers if row.error is None]
    return len({made.seed if row.seed is None else row.seed for row, made in rows}) >= MIN_SEEDS


def _first(trial: Trial) -> Example | None:
    rows = [row for _, row, _ in trial.example_answers]
    return next((row for row in rows if row.recording and row.error is None), rows[0] if rows else None)


def _grants(trial: Trial) -> tuple[str, ...]:
    names = trial.app.manifest.capabilities.names
    grants = [name for name in names if name not in ("clock", "random")]
    return tuple(word for at, name in enumerate(grants) for word in (("--grant", name) if at else (name,)))


def _record_command(trial: Trial, row: Example | None, *words: str) -> str:
    given = json.dumps(dict(row.input) if row is not None else {}, ensure_ascii=False)
    command = suggested_command("record", trial.folder or trial.app.name, "--input", "-", *words)
    return (
        f"printf %s {shlex.quote(given)} | {command}" if given != "{}" else command.replace(" --input -", "")
    )


def _pasted(trial: Trial, **more: int) -> str:
    row = _first(trial)
    document = {"input": dict(row.input) if row else {}, **more, "output": "…"}
    return json.dumps(document, ensure_ascii=False)
