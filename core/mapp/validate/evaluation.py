"""Evaluates predicates on inputs, many in one context, because a context is expensive.

Each run of the app has its own context. The predicates of an app may share one, because they are tests: only
their "yes" counts. Any other answer is checked again in a fresh context.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

from mapp.model.app import App
from mapp.model.outcome import Declared, Failed, Outcome, Value
from mapp.model.values import canonical
from mapp.sandbox.app_job import program_of
from mapp.sandbox.executor import (
    Executor,
    Job,
    Killed,
    Program,
    Result,
    Returned,
    Threw,
    Unserialisable,
    run_batch,
)
from mapp.validate.trial import NOW, SEED, Arguments, describe, short

BUDGET_MS: Final = 2000
"""Time limit of one predicate for one input, in milliseconds."""
TOGETHER: Final = 64
"""How many inputs share a context; predicates that run the app have one context for each input.

A worker keeps a few contexts ready, so several small jobs are faster than a large one.
"""
FIRST: Final = 4
"""How many contexts run in the first round; each further round has twice as many."""
MAX_BUDGETS: Final = 8
"""All predicates in a shared context together may take this many times the budget of one."""
MAX_TEXT: Final = 500_000
"""How many characters of input may share a context."""
YES: Final = "true"


@dataclass(frozen=True, kw_only=True, slots=True)
class ExampleRow:
    """One input and the app's outcome, with the time (ms since 1970-01-01 UTC) and the seed of that run."""

    arguments: Arguments
    outcome: Outcome
    clock_and_seed: tuple[int, int] = (NOW, SEED)

    @property
    def text(self) -> str:
        """Returns the input as canonical JSON."""
        return canonical(self.arguments)


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One predicate for one row, and the expected answer: for a `throws_` predicate it can be false."""

    predicate: str
    row: int
    texts: tuple[str, ...]
    wanted: bool = True
    clock_and_seed: tuple[int, int] = (NOW, SEED)

    @property
    def runs_app(self) -> bool:
        """Returns whether the predicate may call the app."""
        return self.predicate.startswith("meta_")


@dataclass(frozen=True, kw_only=True, slots=True)
class PredicateAnswers:
    """A predicate's answers for the rows: which rows break it, and on how many it said anything.

    `ended`: it hit a limit on one of the rows and did not run on the later ones.
    """

    broken: tuple[int, ...]
    telling: int
    ended: bool = False


def answers(
    executor: Executor, app: App, names: Sequence[str], rows: Sequence[ExampleRow]
) -> dict[str, PredicateAnswers]:
    """Evaluates each predicate on all rows and returns its answers by name."""
    asked = [question for at, row in enumerate(rows) for question in _questions(names, at, row)]
    asked.sort(key=lambda question: question.runs_app)  # stable: the rows stay in their order
    lost: dict[str, bool] = {}
    said = _said(executor, app, asked, rows, lost)
    found = {}
    for name in names:
        own = [
            (question, mark) for question, mark in zip(asked, said, strict=True) if question.predicate == name
        ]
        broken = tuple(question.row for question, mark in own if mark not in _right(question))
        telling = sum(_tells(question, mark) for question, mark in own)
        found[name] = PredicateAnswers(broken=broken, telling=telling, ended=lost.get(name, False))
    return found


def fault(executor: Executor, app: App, name: str, row: ExampleRow) -> str:
    """Evaluates one predicate on one row in a fresh context; returns how it fails, "" if it holds."""
    for question in _questions([name], 0, row):
        said, _ = _alone(executor, app, question)
        if said == ("true" if question.wanted else "false"):
            return ""
        if name.startswith("throws_") and said in ("true", "false"):
            return f"is {said}, but the app gave {describe(row.outcome)}"
        shown = f" with the output {short(question.texts[1])}" if len(question.texts) > 1 else ""
        return f"is {said}{shown}"
    return ""


def _questions(names: Sequence[str], at: int, row: ExampleRow) -> Iterator[Question]:
    """Yields the questions about a row; there is none for a `prop_` if the app gave no output."""
    for name in names:
        if name.startswith("throws_"):
            refused = isinstance(row.outcome, Declared) and row.outcome.error == name.removeprefix("throws_")
            yield Question(predicate=name, row=at, texts=(row.text,), wanted=refused)
        elif name.startswith("meta_"):
            yield Question(predicate=name, row=at, texts=(row.text,), clock_and_seed=row.clock_and_seed)
        elif isinstance(row.outcome, Value):
            yield Question(predicate=name, row=at, texts=(row.text, canonical(row.outcome.output)))


def _right(question: Question) -> str:
    return "tT" if question.wanted else "fF"


def _tells(question: Question, mark: str) -> bool:
    """Returns whether an answer means anything: a `throws_` that is true, a `meta_` that ran the app."""
    if question.predicate.startswith("throws_"):
        return mark in "tT"
    return mark in "TF" if question.predicate.startswith("meta_") else True


def _said(
    executor: Executor, app: App, asked: Sequence[Question], rows: Sequence[ExampleRow], lost: dict[str, bool]
) -> str:
    """Returns a mark for each question: t or f, in capitals if the app was run; ? for anything else.

    `lost` collects the predicates that had to run alone and failed, and whether they hit a limit. They do not
    run again. The first rounds are small, so that such predicates are known early.
    """
    parts = list(_parts(asked))
    marks: list[str] = []
    start, wave = 0, FIRST
    while start < len(parts):
        marks += _heard(executor, app, parts[start : start + wave], rows, lost)
        start, wave = start + wave, 2 * wave
    return "".join(marks)


def _heard(
    executor: Executor,
    app: App,
    parts: Sequence[list[Question]],
    rows: Sequence[ExampleRow],
    lost: dict[str, bool],
) -> Iterator[str]:
    """Yields the marks of each part; skips predicates in `lost`, which are known to be broken."""
    known = frozenset(lost)
    left = [[question for question in part if question.predicate not in known] for part in parts]
    names = sorted({question.predicate for part in left for question in part})
    results = iter(run_batch(executor, [_together(app, names, part, rows) for part in left if part]))
    for part, asked in zip(parts, left, strict=True):
        found = _marks(next(results), len(asked)) if asked else ""
        if found is None:
            found = _one_by_one(executor, app, asked, lost)
        marks = iter(found)
        yield "".join(_passed_over(row) if row.predicate in known else next(marks) for row in part)


def _passed_over(question: Question) -> str:
    return "t" if question.wanted else "f"


def _parts(asked: Sequence[Question]) -> Iterator[list[Question]]:
    """Yields groups of questions that share a context, small enough for its limits of time and memory."""
    part: list[Question] = []
    size = 0
    for question in asked:
        size += sum(map(len, question.texts))
        if part and (not _may_join(question, part[0]) or size > MAX_TEXT):
            yield part
            part, size = [], sum(map(len, question.texts))
        part.append(question)
    if part:
        yield part


def _may_join(question: Question, first: Question) -> bool:
    most = 1 if first.runs_app else TOGETHER
    return question.runs_app == first.runs_app and question.row - first.row < most


def _together(app: App, names: Sequence[str], part: Sequence[Question], rows: Sequence[ExampleRow]) -> Job:
    names = sorted(name for name in names if name.startswith("meta_") == part[0].runs_app)
    table = ",".join(f"{name}: typeof {name} === 'function' ? {name} : undefined" for name in names)
    known = {rows[question.row].text: _reply(rows[question.row].outcome) for question in part}
    questions = [[question.predicate, question.texts] for question in part]
    arguments = (json.dumps(questions), json.dumps({text: reply for text, reply in known.items() if reply}))
    source = f"{filling(app)}\n{_runner()}\nconst predicates = {{ {table} }};"
    job = _job(app, "mapp__answers", arguments, metamorphic=part[0].runs_app, source=source)
    return replace(_at(part[0], job), wall_ms=BUDGET_MS * min(len(part), MAX_BUDGETS))


def _at(question: Question, job: Job) -> Job:
    """Returns a job with a question's clock and seed, so that the app runs as it did before."""
    now, seed = question.clock_and_seed
    return replace(job, now_ms=now, seed=seed)


def _reply(outcome: Outcome) -> str:
    """Returns the answer of `run` for an input whose outcome is known, "" if the app must run."""
    match outcome:
        case Value(output=output):
            return json.dumps({"output": output})  # members in the app's order: a predicate may see it
        case Declared(error=error):
            return json.dumps({"error": error})
        case Failed():
            return ""


def _job(app: App, entry: str, arguments: tuple[str, ...], *, metamorphic: bool, source: str = "") -> Job:
    return Job(
        program=Program(source=f"{app.properties}\n;{source}" if source else app.properties),
        entry=entry,
        arguments=arguments,
        now_ms=NOW,
        seed=SEED,
        wall_ms=BUDGET_MS,
        subject=program_of(app) if metamorphic else None,
        host=False,
    )


def _marks(ran: Result, count: int) -> str | None:
    """Returns the marks of a context that answered all questions, None if it did not finish."""
    if not isinstance(ran, Returned):
        return None
    marks = json.loads(ran.json)
    return marks if isinstance(marks, str) and len(marks) == count else None


def _one_by_one(executor: Executor, app: App, part: Sequence[Question], lost: dict[str, bool]) -> str:
    """Returns the marks of questions that cannot share a context, for example because one never ends.

    A predicate that ended a context once does not run again: it is broken, and that is enough.
    """
    marks = []
    for question in part:
        if question.predicate in lost:
            marks.append(_passed_over(question))
            continue
        said, was_ended = _alone(executor, app, question)
        marks.append({"true": "t", "false": "f"}.get(said, "?"))
        if marks[-1] == "?":
            lost[question.predicate] = was_ended
    return "".join(marks)


def _alone(executor: Executor, app: App, question: Question) -> tuple[str, bool]:
    """Runs a predicate in a fresh context; returns its answer (JSON, or the error) and if it hit a limit."""
    job = _job(app, question.predicate, question.texts, metamorphic=False)
    if question.runs_app:
        # The same `run` as in a shared context, but without known outcomes.
        call = f"{question.predicate}(JSON.parse({json.dumps(question.texts[0])}), run)"
        source = f"{filling(app)}\n{_runner()}\nconst predicates = (run) => {call};"
        job = _job(app, "mapp__answers", ("null", "{}"), metamorphic=True, source=source)
        job = _at(question, job)
    match executor.run(job):
        case Returned(json=text):
            return text, False
        case Threw(name=error, message=message):
            return f"{error}: {message}", False
        case Unserialisable(message=message):
            return message, False
        case Killed(detail=message):
            return message, True


def filling(app: App) -> str:
    """Returns a JavaScript function that completes an input with the defaults of an app's manifest."""
    defaults = {row.name: row.schema.default for row in app.manifest.arguments if row.schema.has_default}
    text = json.dumps(json.dumps(defaults))
    return (
        "const mapp__filled = (input) => typeof input === 'object' && input !== null && !Array.isArray(input)"
        f" ? {{ ...JSON.parse({text}), ...input }} : input;"
    )


@cache
def _runner() -> str:
    return Path(__file__).with_name("predicates.js").read_text(encoding="utf-8")
