"""Checks of a heal: it cures the failure that it was made for, and not only that one input.

The regressions that a heal adds are the failing inputs. The old code must fail them and the new code must
pass. Inputs near a failing one that fail in the same way must be cured too, and a changed answer must not be
tied to the very values of the failing input.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from mapp.errors import InvalidArguments
from mapp.model.app import App, Example
from mapp.model.arguments import with_defaults, without_defaults
from mapp.model.outcome import Declared, Failed, Outcome, Value, outcome_name
from mapp.model.question import Question
from mapp.model.recording import Recording
from mapp.model.schema import Schema
from mapp.model.values import JSONValue, canonical, number_text
from mapp.model.verdict import Finding, Result
from mapp.syntax import tokens_of, tree_of
from mapp.validate.checks.changes import are_different, is_noise
from mapp.validate.checks.examples import numbered
from mapp.validate.checks.properties import broken_predicates
from mapp.validate.generate.answers import other_values
from mapp.validate.generate.constants import Constants, constants_of
from mapp.validate.generate.edge_cases import edge_cases
from mapp.validate.repro_commands import run_command
from mapp.validate.trial import Arguments, Trial, describe, meets, result, short, skipped, wanted

NEAR: Final = 400
"""How many inputs near a failing one are tried."""
NEAR_RECORDED: Final = 60
"""How many are tried of an app that calls its host; such runs cannot be batched."""
ANSWERED: Final[tuple[Literal["numbers", "texts"], ...]] = ("numbers", "texts")
ENOUGH: Final = 8
"""With fewer inputs to compare, nothing can be said about how far a heal reaches."""
MANY: Final = 3
"""How many different outputs of the old code on drawn inputs make a single one of the new code suspicious."""
MAX_SHOWN: Final = 5


def new_regressions(trial: Trial) -> list[tuple[str, Example]]:
    """Returns the regressions that the change adds, each with its place.

    If it adds none, those that the old version had and failed.
    """
    old = set() if trial.base is None else {canonical(row.to_dict()) for row in trial.base.regressions}
    kept = {id(row) for row in trial.app.regressions if canonical(row.to_dict()) not in old}
    rows = [(place, row) for place, row in numbered(trial.app) if id(row) in kept]
    if rows or trial.base is None:
        return rows
    known = {id(row) for row in trial.app.regressions}
    return [
        (place, row)
        for place, row in numbered(trial.app)
        if id(row) in known and fault_of(trial, trial.base, row)
    ]


def check_healed(trial: Trial) -> Result:
    """Checks that the old code fails the regressions that a heal adds, and the new code passes them.

    Without a regression, the other checks hold the heal to what the old code answers. Where nobody has stated
    the right outcome, what the new code gives is a question.
    """
    assert trial.base is not None
    rows = new_regressions(trial)
    if not rows:
        return skipped("healed", "the heal adds no regression, so nothing shows what it cures")
    problems = []
    for place, row in rows:
        shown = run_command(trial, dict(row.input))
        if passes(trial, trial.base, row):
            message = "the old version passes this regression, so the heal cures nothing"
            problems.append(Finding(path=place, message=message, reproduce=shown))
        if fault := fault_of(trial, trial.app, row):
            problems.append(Finding(path=place, message=f"still fails: {fault}", reproduce=shown))
    questions = [_open(trial, trial.base, row) for _, row in rows if row.valid is not None]
    found = result("healed", len(rows), problems)
    return replace(found, questions=tuple(filter(None, questions)))


def _open(trial: Trial, base: App, row: Example) -> Question | None:
    """Returns the question what is right for a failing input, about which nobody has said anything."""
    old, new = trial.example(base, row), trial.example(trial.app, row)
    if old is None or new is None or isinstance(new, Failed):
        return None
    says = "nobody has said what is right for the input that failed"
    return Question(
        kind="changed", says=says, arguments=row.input, app=new, other=old, now=row.now, seed=row.seed
    )


def check_failed_runs(trial: Trial) -> Result:
    """Repeats runs that failed in the same way; each must end in a valid outcome that breaks no predicate.

    The coder has seen at most one of them, and often only a smaller input that fails alike.
    """
    if not trial.failed_runs:
        return skipped("failed-runs", "the journal has no run that failed in this way")
    problems = []
    for run in trial.failed_runs:
        outcome = trial.again(trial.app, run)
        fault = "its input does not fit anymore" if outcome is None else ""
        if isinstance(outcome, Failed):
            fault = f"still fails: {describe(outcome)}"
        elif outcome is not None and run.right is not None and not meets(run.right, outcome):
            fault = f"gives {describe(outcome)} instead of {wanted(run.right)}"
        elif outcome is not None and (names := _broken(trial, trial.app, run.arguments, outcome)):
            fault = f"gives {describe(outcome)}, which breaks {names[0]}"
        if fault:
            shown = run_command(trial, run.arguments)
            problems.append(Finding(path=f"run {run.run}", message=fault, reproduce=shown))
    return result("failed-runs", len(trial.failed_runs), problems)


def check_general(trial: Trial) -> Result:
    """Checks that a heal cures the cause: not only the failing input, and not by one answer for all."""
    assert trial.base is not None
    problems = [*_one_answer(trial, trial.base), *_made_up(trial, trial.base)]
    counted = len(trial.drawn)
    for place, row in new_regressions(trial):
        arguments = trial.accepted(dict(row.input))
        if arguments is None:
            continue
        recording = trial.recording_of(trial.app, row)
        if recording is None:
            near = _Near.of(trial, trial.base, arguments)
        else:
            near = _Near.recorded(trial, trial.base, row, arguments, recording)
            problems += _not_read(trial, trial.base, place, row, arguments, recording)
        counted += len(near.inputs)
        problems += near.still_failing(trial, place, _ways(trial, trial.base, row, arguments))
        problems += near.tied(trial, place, row, arguments)
    return result("general", counted, problems)


def _made_up(trial: Trial, base: App) -> Iterator[Finding]:
    """Yields changed answers of the host that the old code refused and for which the new code has a value."""
    runs = trial.answer_runs_of(base, held_back=True)
    old = {(run.place, run.change.name): run.outcome for run in runs}
    for run in trial.answer_runs_of(trial.app, held_back=True):
        before = old.get((run.place, run.change.name))
        if isinstance(before, Declared) and isinstance(run.outcome, Value):
            message = (
                f"if {run.change.name}, the old version gave {describe(before)},"
                f" and the new version makes up {describe(run.outcome)}"
            )
            yield Finding(path=run.place, message=message)


def _not_read(
    trial: Trial, base: App, place: str, row: Example, arguments: Arguments, recording: Recording
) -> Iterator[Finding]:
    """Yields a finding if a value is not read from the host's answer, or only from exactly this answer.

    If all numbers or all texts of an answer change, the values that the old version gives for the answers of
    its own examples show what to expect.
    """
    new, _ = trial.answered(trial.app, row, arguments, recording)
    if not isinstance(new, Value):
        return
    for kind in ANSWERED:
        if not _reads(trial, base, kind):
            continue
        other, _ = trial.answered(trial.app, row, arguments, other_values(recording, kind))
        if isinstance(other, Value) and canonical(other.output) == canonical(new.output):
            what = f"stays {describe(new)}"
        elif not isinstance(other, Value):
            what = f"is {describe(other)}"
        else:
            continue
        message = f"with other {kind} in the same answer of the host, the outcome {what}: read it from there"
        yield Finding(path=place, message=message, reproduce=run_command(trial, dict(row.input)))


def _reads(trial: Trial, base: App, kind: Literal["numbers", "texts"]) -> bool:
    """Returns whether every value of the old version's recorded examples depends on the host's answers."""
    seen = 0
    for example in (*base.examples, *base.regressions):
        recording = trial.recording_of(base, example)
        arguments = trial.accepted(dict(example.input))
        if recording is None or arguments is None or example.error is not None:
            continue
        was, _ = trial.answered(base, example, arguments, recording)
        other, _ = trial.answered(base, example, arguments, other_values(recording, kind))
        if not isinstance(was, Value):
            continue
        if not isinstance(other, Value) or canonical(was.output) == canonical(other.output):
            return False
        seen += 1
    return seen > 0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Near:
    """Inputs near a failing one, with the outcomes of the old and the new code."""

    base: App
    inputs: tuple[Arguments, ...]
    before: tuple[Outcome, ...]
    after: tuple[Outcome, ...]

    @classmethod
    def of(cls, trial: Trial, base: App, arguments: Arguments) -> _Near:
        """Runs both versions on inputs near a failing one, and on the drawn inputs."""
        constants = constants_of(trial.app.source).beyond(constants_of(base.source))
        cases = edge_cases(trial.app.manifest, [arguments], constants, most=NEAR)
        rows = {canonical(row): row for row in (*cases, *trial.drawn)}
        rows.pop(canonical(arguments), None)
        inputs = tuple(rows.values())
        after = trial.retry_timeouts(inputs, trial.attempt(trial.app, inputs))
        return cls(base=base, inputs=inputs, before=trial.attempt(base, inputs), after=after)

    @classmethod
    def recorded(
        cls, trial: Trial, base: App, row: Example, arguments: Arguments, recording: Recording
    ) -> _Near:
        """Runs both versions on those inputs near a failing one for which they make the recorded calls only.

        What a host would answer to other calls, nobody knows.
        """
        constants = constants_of(trial.app.source).beyond(constants_of(base.source))
        found = []
        for near in edge_cases(trial.app.manifest, [arguments], constants, most=NEAR_RECORDED):
            before, known = trial.answered(base, row, near, recording)
            if canonical(near) == canonical(arguments) or not known:
                continue
            after, known = trial.answered(trial.app, row, near, recording)
            if known:
                found.append((near, before, after))
        inputs, olds, news = zip(*found, strict=True) if found else ((), (), ())
        return cls(base=base, inputs=tuple(inputs), before=tuple(olds), after=tuple(news))

    def still_failing(self, trial: Trial, place: str, ways: frozenset[str]) -> Iterator[Finding]:
        """Yields the inputs on which old and new code fail in one of the `ways` of the failing input."""
        rows = list(zip(self.inputs, self.before, self.after, strict=True))
        left = [(row, new) for row, old, new in rows if _kind(old) & _kind(new) & ways]
        if names := ways & {*trial.predicates}:
            judged = [row for row in rows if not (_kind(row[1]) or _kind(row[2]))]
            old = broken_predicates(trial, self.base, [(row, before) for row, before, _ in judged])
            new = broken_predicates(trial, trial.app, [(row, after) for row, _, after in judged])
            left += [
                (row, after)
                for (row, _, after), before_names, after_names in zip(judged, old, new, strict=True)
                if names.intersection(before_names, after_names)
            ]
        for row, outcome in sorted(left, key=lambda pair: len(canonical(pair[0])))[:MAX_SHOWN]:
            call = without_defaults(trial.app.manifest, row)
            message = f"{short(canonical(call), 200)} fails in the same way still: {describe(outcome)}"
            yield Finding(path=place, message=message, reproduce=run_command(trial, call))

    def tied(self, trial: Trial, place: str, row: Example, arguments: Arguments) -> Iterator[Finding]:
        """Yields a finding if the new answer depends on the very values of the failing input.

        Only a wrong value shows that: for a failure, other inputs are not supposed to change. A value at
        which a rule may well change, such as a bound, cannot be told from a special case.
        """
        old = trial.example(self.base, row)
        if not isinstance(old, Value) or row.valid is not None:
            return
        noise = (right := trial.example(trial.app, row)) is not None and is_noise(old, right)
        pairs = zip(self.before, self.after, strict=True)
        changed = [are_different(before, after, noise=noise) for before, after in pairs]
        added = _Added.between(self.base.source, trial.app.source)
        for argument in trial.app.manifest.arguments:
            value = arguments.get(argument.name)
            if value is None or _is_edge(argument.schema, value, constants_of(self.base.source)):
                continue
            others = [row.get(argument.name) != value for row in self.inputs]
            reaches = any(map(all, zip(changed, others, strict=True)))
            if sum(others) < ENOUGH or reaches or not added.names(value, row):
                continue
            message = (
                f"the answer changes only where {argument.name} is {short(canonical(value), 80)}: "
                "cure the cause, not this input"
            )
            yield Finding(path=place, message=message, reproduce=run_command(trial, dict(row.input)))
            return


@dataclass(frozen=True, kw_only=True, slots=True)
class _Added:
    """What a new source has more than the old one; `only`: the old one is still there, word for word."""

    numbers: frozenset[float]
    texts: tuple[str, ...]
    only: bool

    @classmethod
    def between(cls, old: str, new: str) -> _Added:
        """Compares two sources."""
        before, after = constants_of(old), constants_of(new)
        return cls(
            numbers=frozenset(after.numbers) - frozenset(before.numbers),
            texts=tuple(text for text in after.texts if text not in before.texts),
            only=_is_inside(_tokens(old), _tokens(new)),
        )

    def names(self, value: JSONValue, row: Example) -> bool:
        """Returns whether code was only added, or a new constant is the value, its size or the answer."""
        if self.only:
            return True
        parts = [*_scalars(value), *([] if isinstance(row.output, bool) else _scalars(row.output))]
        numbers = {float(part) for part in parts if isinstance(part, int | float)}
        numbers |= {float(len(part)) for part in (value, *parts) if isinstance(part, str | list)}
        texts = [part for part in parts if isinstance(part, str) and part]
        texts += [number_text(part) for part in parts if isinstance(part, int | float)]
        return bool(numbers & self.numbers) or any(part in text for part in texts for text in self.texts)


def fault_of(trial: Trial, app: App, row: Example) -> str:
    """Returns how an app fails a regression, "" if it passes."""
    outcome = trial.example(app, row)
    if outcome is None:
        return "its input does not fit"
    if not meets(row, outcome):
        return f"gave {describe(outcome)} instead of {wanted(row)}"
    names = _broken(trial, app, dict(row.input), outcome)
    return f"gave {describe(outcome)}, which breaks {names[0]}" if names else ""


def passes(trial: Trial, app: App, row: Example) -> bool:
    """Returns whether an app passes a regression, and gives the same outcome in another environment."""
    return not fault_of(trial, app, row) and not _varies(trial, app, row)


def _ways(trial: Trial, app: App, row: Example, arguments: Arguments) -> frozenset[str]:
    """Returns how an app fails on a regression by what the contract says: predicates, or a failure's kind."""
    outcome = trial.example(app, row)
    if outcome is None:
        return frozenset()
    return _kind(outcome) or frozenset(_broken(trial, app, arguments, outcome))


def _broken(trial: Trial, app: App, call: Arguments, outcome: Outcome) -> tuple[str, ...]:
    """Returns the predicates that an outcome breaks."""
    try:
        arguments = with_defaults(app.manifest, call)
    except InvalidArguments:
        return ()
    return broken_predicates(trial, app, [(arguments, outcome)])[0]


def _kind(outcome: Outcome) -> frozenset[str]:
    return frozenset([f"failed {outcome_name(outcome)}"]) if isinstance(outcome, Failed) else frozenset()


def _varies(trial: Trial, app: App, row: Example) -> bool:
    """Returns whether an app gives another outcome in another environment."""
    if trial.second_environment is None:
        return False
    with trial.second_environment() as other:
        return trial.example(app, row) != trial.example(app, row, other)


def _one_answer(trial: Trial, base: App) -> Iterator[Finding]:
    """Yields a finding if the new code has one answer for all inputs, and the old code had several."""
    old, new = (
        {canonical(row.output) for row in trial.attempt(app, trial.drawn) if isinstance(row, Value)}
        for app in (base, trial.app)
    )
    if len(new) == 1 and len(old) >= MANY:
        message = (
            f"every drawn input now gives {short(next(iter(new)), 80)}; the old version tells them apart"
        )
        yield Finding(path="main.js", message=message)


def _is_edge(schema: Schema, value: JSONValue, constants: Constants) -> bool:
    """Returns whether a rule may well change at exactly this value."""
    if isinstance(value, bool) or schema.enum is not None:
        return True
    match value:
        case int() | float():
            bounds = (schema.minimum, schema.maximum, schema.exclusive_minimum, schema.exclusive_maximum, 0)
            marks = [*(float(bound) for bound in bounds if bound is not None), *constants.numbers]
            return any(math.isclose(value, mark) or abs(value - mark) == 1 for mark in marks)
        case str():
            return not value or value in constants.texts
        case list():
            return not value
        case dict():
            return not value
    return True


def _scalars(value: JSONValue) -> list[JSONValue]:
    match value:
        case dict():
            return [part for inner in value.values() for part in _scalars(inner)]
        case list():
            return [part for inner in value for part in _scalars(inner)]
        case bool() | None:
            return []
    return [value]


def _tokens(source: str) -> tuple[str, ...]:
    tree = tree_of(source)
    return () if tree is None else tokens_of(tree)


def _is_inside(old: Sequence[str], new: Sequence[str]) -> bool:
    """Returns whether the new tokens are the old ones with more between them."""
    rest = iter(new)
    return len(new) > len(old) and all(token in rest for token in old)
