"""What the survivors show that no test says, as few questions with inputs that are as small as possible."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from mapp.errors import InvalidArguments
from mapp.model.app import SOURCE, App
from mapp.model.arguments import with_defaults, without_defaults
from mapp.model.outcome import Failed, Outcome
from mapp.model.question import GAP, MAX_INPUT_SIZE, Question
from mapp.model.values import canonical
from mapp.sandbox.app_job import job_for, judge
from mapp.sandbox.executor import Program, run_batch
from mapp.validate.generate.shrink import shrunk
from mapp.validate.mutation.inputs import MutantInput, is_same, questions
from mapp.validate.mutation.mutants import Mutant
from mapp.validate.mutation.operators import BY_ID
from mapp.validate.mutation.run_mutant import MutantResult, MutantRunner
from mapp.validate.mutation.slips import SLIPS
from mapp.validate.trial import NOW, SEED, Arguments, Trial

MAX_QUESTIONS: Final = 8
"""How many questions a verdict keeps."""
MAX_COMPARED: Final = 24
"""How many survivors are looked at: each runs on the inputs of all the others."""
MAX_ATTEMPTS: Final = 120
"""How many inputs are tried to shrink that of one question."""
LIKELY: Final = frozenset(["boundary", *(operator.id for operator in SLIPS)])
"""The operators of the faults that people make most: of survivors that one input shows, these are named."""

_NUMBER: Final = re.compile(r"-?[\d.]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Told:
    """An input, and the answers of the survivors that it shows (index of the survivor -> answer)."""

    question: MutantInput
    answers: dict[int, Outcome]


def open_questions(
    runner: MutantRunner, survivors: Sequence[MutantResult], touched: frozenset[int]
) -> tuple[Question, ...]:
    """Returns the questions whose answers would decide about all survivors, the most telling first.

    Of a change, what the replaced version answers the same comes last. Faults on `touched` lines come first;
    then an input that shows many survivors comes before one that shows
    few, since one example notices them all; of equals, the one that is closest to an example.
    """
    asked = [
        row for row in survivors if row.shown_by is not None and len(row.shown_by.text) <= MAX_INPUT_SIZE
    ]
    asked = sorted(asked, key=lambda row: not _is_first(row, touched))[:MAX_COMPARED]
    inputs = {row.shown_by.text: row.shown_by for row in asked if row.shown_by is not None}
    told = _told(runner, asked, list(inputs.values()))
    left = set(range(len(asked)))
    found: list[Question] = []
    while left and len(found) < MAX_QUESTIONS:
        best = min(told, key=lambda row: _rank(runner, asked, row, left, touched))
        shown = left & set(best.answers)
        if not shown:
            break
        named = min(shown, key=lambda at: (not _is_first(asked[at], touched), at))
        smaller = _shrunk(runner, asked[named], best)
        again = _told(runner, [asked[at] for at in sorted(shown)], [smaller])[0]
        also = {at for place, at in enumerate(sorted(shown)) if place in again.answers}
        left -= also | {named}
        other = again.answers.get(sorted(shown).index(named), best.answers[named])
        found.append(_question(asked[named].mutant, smaller, other, alike=len(also - {named})))
    return tuple(sorted(_compared(runner.trial, found), key=lambda row: row.known))


def _compared(trial: Trial, found: Sequence[Question]) -> list[Question]:
    """Returns the questions, `known` if the replaced version gives the same answer as the app."""
    if trial.base is None:
        return list(found)
    known = {at: inputs for at, row in enumerate(found) if (inputs := _for_base(trial, trial.base, row))}
    jobs = [job_for(trial.base, inputs, now_ms=NOW, seed=SEED) for inputs in known.values()]
    outcomes = dict(zip(known, run_batch(trial.executor, jobs), strict=True))
    return [
        replace(row, known=at in outcomes and judge(trial.base.manifest, outcomes[at]) == row.app)
        for at, row in enumerate(found)
    ]


def _for_base(trial: Trial, base: App, question: Question) -> Arguments | None:
    """Returns a question's input as the replaced version takes it, or None if it does not."""
    try:
        return with_defaults(base.manifest, without_defaults(trial.app.manifest, dict(question.arguments)))
    except InvalidArguments:
        return None


def touched_lines(trial: Trial) -> frozenset[int]:
    """Returns the lines of the source, from 1, that differ from the version that it replaces."""
    if trial.base is None:
        return frozenset()
    before, after = trial.base.source.split("\n"), trial.app.source.split("\n")
    changes = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    rows = (row for tag, _, _, start, end in changes if tag != "equal" for row in range(start, end))
    return frozenset(row + 1 for row in rows)


def untested(mutant: Mutant) -> tuple[str, tuple[str, ...]]:
    """Returns a sentence that says what a survivor shows, with gaps, and the code that fills the gaps."""
    old, new = mutant.replaced, mutant.replacement
    before, after = mutant.before.strip(), mutant.after.strip()
    if mutant.operator == "boundary" and before and after:
        here = (after, before) if _NUMBER.fullmatch(before) else (before, after)
        return f"nothing tests what happens exactly at {GAP}: {GAP} could be {GAP}", (
            " = ".join(here),
            old,
            new,
        )
    says = f"nothing tests {BY_ID[mutant.operator].untested}: "
    if not new.strip("; \n"):
        says, code = f"{says}{GAP} can be left out", [old]
    else:
        says, code = f"{says}{GAP} could be {GAP}", [old, new]
    if before or after:
        return f"{says} in {GAP}", (*code, f"{mutant.before}{old}{mutant.after}")
    return says, tuple(code)


def _is_first(row: MutantResult, touched: frozenset[int]) -> tuple[bool, bool]:
    return row.mutant.line in touched, row.mutant.operator in LIKELY


def _rank(
    runner: MutantRunner,
    asked: Sequence[MutantResult],
    row: _Told,
    left: set[int],
    touched: frozenset[int],
) -> tuple[object, ...]:
    shown = left & set(row.answers)
    first = any(asked[at].mutant.line in touched for at in shown)
    weight = sum(3 if asked[at].mutant.operator in LIKELY else 1 for at in shown)
    return not first, -weight, _distance(runner, row.question.arguments), row.question.size


def _distance(runner: MutantRunner, arguments: Arguments) -> int:
    """Returns in how many arguments an input differs from the closest example."""
    return min(
        (
            sum(
                name not in row.arguments or canonical(row.arguments[name]) != canonical(value)
                for name, value in arguments.items()
            )
            for row in runner.examples
        ),
        default=len(arguments),
    )


def _told(
    runner: MutantRunner, survivors: Sequence[MutantResult], inputs: Sequence[MutantInput]
) -> list[_Told]:
    """Returns for each input the survivors that it shows, each with a valid answer."""
    answers = [_answers(runner, row.mutant, inputs) for row in survivors]
    return [
        _Told(
            question=question,
            answers={at: answer for at, row in enumerate(answers) if (answer := row[place]) is not None},
        )
        for place, question in enumerate(inputs)
    ]


def _answers(runner: MutantRunner, mutant: Mutant, inputs: Sequence[MutantInput]) -> list[Outcome | None]:
    """Returns a mutant's answers; None where it answers like the app, or one of the two fails."""
    manifest = runner.trial.app.manifest
    program = Program(source=mutant.source, capabilities=manifest.capabilities)
    found: list[Outcome | None] = []
    for row, ran in runner.runs(program, inputs):
        outcome = judge(manifest, ran)
        alike = is_same(ran, row.ran) or outcome == row.outcome
        found.append(
            None if alike or isinstance(row.outcome, Failed) or isinstance(outcome, Failed) else outcome
        )
    return found


def _shrunk(runner: MutantRunner, survivor: MutantResult, told: _Told) -> MutantInput:
    """Returns a smaller input that still shows a survivor, with answers of the same kind."""
    trial, start = runner.trial, told.question
    if start.recording is not None:
        return start
    kind = type(start.outcome)

    def shows(batch: Sequence[Arguments]) -> list[bool]:
        rows = _complete(trial, batch)
        answers = _answers(runner, survivor.mutant, rows)
        return [
            isinstance(row.outcome, kind) and answer is not None
            for row, answer in zip(rows, answers, strict=True)
        ]

    found = shrunk(trial.app.manifest, dict(start.arguments), shows, most=MAX_ATTEMPTS)
    return _complete(trial, [found])[0]


def _complete(trial: Trial, batch: Sequence[Arguments]) -> tuple[MutantInput, ...]:
    return questions(trial, [_with_defaults(trial, dict(arguments)) for arguments in batch])


def _with_defaults(trial: Trial, arguments: Arguments) -> Arguments:
    try:
        return with_defaults(trial.app.manifest, arguments)
    except InvalidArguments:
        return arguments


def _question(mutant: Mutant, asked: MutantInput, other: Outcome, *, alike: int) -> Question:
    says, code = untested(mutant)
    return Question(
        kind="untested",
        says=says,
        code=code,
        place=f"{SOURCE}:{mutant.line}",
        arguments=tuple(asked.arguments.items()),
        app=asked.outcome,
        other=other,
        alike=alike,
    )
