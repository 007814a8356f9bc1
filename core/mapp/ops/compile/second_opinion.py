"""A second opinion on the examples of a contract, and on what the tests of proven code leave open.

The same mistake in an example and in the code passes every test. So the examples are worked out twice, apart:
by the author of the contract, and by one small call that sees only the request, the manifest and the inputs.
For an expansion, the current version runs on the new examples that it accepts. Where no person can be asked,
a call of the same kind works out the open questions.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from mapp.author.billing import BudgetAccount, pay
from mapp.author.coder import ANSWERS, INPUTS, Brief, Coder, Progress, Watch
from mapp.author.errors import BadAnswer, OverBudget
from mapp.errors import InvalidArguments, MappError
from mapp.model.app import EXAMPLES, MANIFEST, App, Example
from mapp.model.arguments import with_defaults, without_defaults
from mapp.model.outcome import Outcome, Value
from mapp.model.question import Question
from mapp.model.validation import violations
from mapp.model.values import InvalidValue, JSONValue, canonical, parse
from mapp.sandbox.executor import Executor
from mapp.validate.evaluation import ExampleRow, answers
from mapp.validate.trial import NOW, SEED, Trial, short, wanted

MAX_INPUTS: Final = 30
MAX_INPUTS_SIZE: Final = 8_000
"""In bytes: the call stays small."""
CLOSE: Final = 1e-6
"""Numbers that differ by less, relative to their size, count as equal: a model rounds by hand."""

Side = Literal["contract", "check"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Disagreement:
    """An example of a contract, and the other outcome for its input, from `by`.

    `binding`: an extension must keep the other outcome, because the current version gives it.
    """

    example: Example
    other: Example
    by: str
    binding: bool = False

    def __str__(self) -> str:
        text = short(canonical(dict(self.example.input)), 200)
        return f"for {text} the contract says {wanted(self.example)}, and {self.by} says {wanted(self.other)}"

    def of(self, side: Side) -> Example:
        """Returns the example of one side."""
        return self.example if side == "contract" else self.other


Settle = Callable[[App, Sequence[Disagreement]], Sequence[Example] | None]
"""Asks a person which outcomes are right; None if nobody can be asked."""


class Disagreed(MappError):
    """The examples were worked out twice with different results, and no person has decided between them."""

    code = "MAPP-0541"
    exit_code = 7


def disagreed(rows: Sequence[Disagreement]) -> Disagreed:
    """Returns the error that names the differences; the caller adds how to resume."""
    more = "" if len(rows) == 1 else f" (and {len(rows) - 1} more examples)"
    return Disagreed(
        f"{rows[0]}{more}; no code was paid for",
        hint="resume at a terminal to answer, or accept one side: --prefer contract, or --prefer check",
    )


def ensure_kept(rows: Sequence[Disagreement], chosen: Sequence[Example], app: str) -> None:
    """Raises Disagreed if a choice contradicts the version that is extended: no code could pass the gate."""
    for row, choice in zip(rows, chosen, strict=True):
        if row.binding and not _agree(row.other, choice):
            raise Disagreed(
                f"{row}; an extension keeps what the current version gives, so no code was paid for",
                hint=f"accept that with --prefer check, or correct the app first: mapp edit {app}",
            )


def check_opinions(
    app: App,
    rows: Sequence[Example],
    brief: Brief,
    coder: Coder,
    *,
    manifest: bytes,
    account: BudgetAccount,
    watch: Watch,
) -> list[Disagreement]:
    """Pays for one call that works out examples from their inputs, and returns where it differs.

    An answer that cannot be read gives no opinion. A change has one such call: a later contract is compared
    with the same answer.

    Raises:
        CoderFailed: the coder gave no answer, or the budget is used up.
    """
    pairs = _opinions(app, rows, brief, coder, manifest=manifest, account=account, watch=watch)
    return [
        Disagreement(example=row, other=_with_outcome(row, other), by="a second opinion")
        for row, other in pairs
        if not _agree(row, other)
    ]


def opinions_on_questions(
    trial: Trial,
    questions: Sequence[Question],
    brief: Brief,
    coder: Coder,
    *,
    account: BudgetAccount,
    watch: Watch,
) -> list[Example]:
    """Pays for one call that works out the inputs of open questions; returns the answers as examples.

    An opinion counts only if it is one of the two answers of its question and keeps the laws of the app; the
    other questions stay open. If a budget cannot pay for the call, all of them do.

    Raises:
        CoderFailed: the coder gave no answer.
    """
    app, manifest = trial.app, trial.files[MANIFEST]
    asked = [(_key(app, row), row, question) for question in questions if (row := _stand_in(question))]
    rows = {key: row for key, row, _ in asked}
    try:
        pairs = _opinions(
            app, list(rows.values()), brief, coder, manifest=manifest, account=account, watch=watch
        )
    except OverBudget as failure:
        watch(Progress(doing=f"no second opinion: {failure.message}"))
        return []
    opinions = {_key(app, row): opinion for row, opinion in pairs}
    found: dict[str, Example] = {}
    for key, _, question in asked:
        answer = _agreed(question, opinions[key]) if key in opinions else None
        row = None if answer is None else question.example(answer)
        if answer is not None and row is not None and _keeps_laws(trial, app, row, answer):
            found.setdefault(key, row)
    watch(Progress(doing=f"a second opinion answers {len(found)} of {len(questions)} open questions"))
    return list(found.values())


def _stand_in(question: Question) -> Example | None:
    """Returns an example with the input of a question; None if no answer can be stated."""
    return question.example(question.app) or question.example(question.other)


def _agreed(question: Question, opinion: Example) -> Outcome | None:
    """Returns the answer that an opinion agrees with; None for neither or both."""
    rows = [(answer, question.example(answer)) for answer in (question.app, question.other)]
    agreed = [answer for answer, row in rows if row is not None and _agree(row, opinion)]
    return agreed[0] if len(agreed) == 1 else None


def _keeps_laws(trial: Trial, app: App, row: Example, answer: Outcome) -> bool:
    """Returns whether an app's answer to an example's input keeps every predicate of the app under test."""
    asked = ExampleRow(
        arguments=with_defaults(trial.app.manifest, dict(row.input)),
        outcome=answer,
        clock_and_seed=(NOW if row.now is None else row.now, SEED if row.seed is None else row.seed),
    )
    judges = replace(app, properties=trial.app.properties)
    said = answers(trial.executor, judges, trial.predicates, [asked])
    return not any(found.broken for found in said.values())


def _opinions(
    app: App,
    rows: Sequence[Example],
    brief: Brief,
    coder: Coder,
    *,
    manifest: bytes,
    account: BudgetAccount,
    watch: Watch,
) -> list[tuple[Example, Example]]:
    """Pays for one call; returns the examples about which it is sure, each with the opinion on it.

    Raises:
        CoderFailed: the coder gave no answer, or the budget is used up.
    """
    asked = list(_workable(app, rows))
    if not asked:
        return []
    lines = "".join(f"{json.dumps(_line(row), ensure_ascii=False)}\n" for row in asked)
    watch(Progress(doing=f"working out {len(asked)} examples a second time"))
    try:
        found = pay(coder, brief, {MANIFEST: manifest, INPUTS: lines.encode()}, account=account, watch=watch)
    except BadAnswer as failure:
        watch(Progress(doing=f"no second opinion: {failure.message}"))
        return []
    others = dict(_read(app, found.files[ANSWERS]))
    pairs = ((row, others.get(_key(app, row))) for row in asked)
    return [(row, other) for row, other in pairs if other is not None]


def old_opinions(app: App, base: App, rows: Sequence[Example], executor: Executor) -> list[Disagreement]:
    """Returns where the version that is extended gives another output for a new example that it accepts.

    Outputs that break a law of the new contract are left out: there the old version was wrong.
    """
    trial = Trial(app=app, base=base, executor=executor, kind="expand")
    found = []
    for row in rows:
        call = replace(row, input=tuple(_call_of(app, base, row).items()))
        outcome = trial.example(base, call)
        if not isinstance(outcome, Value):
            continue
        other = replace(row, output=outcome.output, error=None)
        if _agree(row, other):
            continue
        if _keeps_laws(trial, base, row, outcome):
            version = f"version {base.manifest.version}"
            found.append(Disagreement(example=row, other=other, by=version, binding=True))
    return found


def with_settled(files: Mapping[str, bytes], app: App, settled: Sequence[Example]) -> dict[str, bytes]:
    """Returns an app's files (path -> bytes) in which the examples that a person chose stand."""
    chosen = {_key(app, row): row for row in settled}
    if not chosen:
        return dict(files)
    rows = [chosen.get(_key(app, row), row) for row in app.examples]
    text = "".join(f"{json.dumps(row.to_dict(), ensure_ascii=False)}\n" for row in rows)
    return {**files, EXAMPLES: text.encode()}


def is_among(app: App, row: Example, rows: Sequence[Example]) -> bool:
    """Returns whether rows have an example with the same input."""
    return _key(app, row) in {_key(app, other) for other in rows}


def _workable(app: App, rows: Sequence[Example]) -> Iterator[Example]:
    """Yields the examples that can be worked out by hand: no chance, no answers of a host."""
    size = 0
    if app.manifest.capabilities.random or app.manifest.capabilities.calls:
        return
    for row in rows[:MAX_INPUTS]:
        size += len(canonical(dict(row.input)))
        if size > MAX_INPUTS_SIZE:
            return
        if row.recording is None and row.seed is None:
            yield row


def _line(row: Example) -> dict[str, Any]:
    return {"input": dict(row.input)} | ({} if row.now is None else {"now": row.now})


def _read(app: App, data: bytes) -> Iterator[tuple[str, Example]]:
    """Yields the rows of an answer that are sure and fit the manifest, each with the key of its input."""
    for line in data.decode(errors="replace").split("\n"):
        try:
            document = parse(line, what="the row") if line.strip() else None
        except InvalidValue:
            continue
        if not isinstance(document, dict) or document.get("unsure"):
            continue
        given, error = document.get("input"), document.get("error")
        if not isinstance(given, dict) or ("output" in document) == ("error" in document):
            continue
        now = document.get("now")
        row = Example(
            input=tuple(given.items()),
            output=document.get("output"),
            now=now if isinstance(now, int) else None,
        )
        if isinstance(error, str) and error in app.manifest.error_codes:
            row = replace(row, output=None, error=error)
        elif "output" not in document or violations(app.manifest.output, document["output"]):
            continue
        yield _key(app, row), row


def _key(app: App, row: Example) -> str:
    """Returns a text that is the same for two examples of the same run: input, time, seed and recording."""
    try:
        given = with_defaults(app.manifest, dict(row.input))
    except InvalidArguments:
        given = dict(row.input)
    return canonical([given, row.now, row.seed, row.recording])


def _with_outcome(row: Example, other: Example) -> Example:
    return replace(row, output=other.output, error=other.error)


def _call_of(app: App, base: App, row: Example) -> dict[str, JSONValue]:
    """Returns an example's input for the version that is extended: no new argument that has its default."""
    old = {argument.name for argument in base.manifest.arguments}
    told = without_defaults(app.manifest, dict(row.input))
    return {name: value for name, value in row.input if name in old or name in told}


def _agree(one: Example, other: Example) -> bool:
    if one.error is not None or other.error is not None:
        return one.error == other.error
    return _close(one.output, other.output)


def _close(one: JSONValue, other: JSONValue) -> bool:
    match one, other:
        case (bool(), _) | (_, bool()):
            return one is other
        case ((int() | float()), (int() | float())):
            return math.isclose(one, other, rel_tol=CLOSE, abs_tol=CLOSE / 1000)
        case list(), list():
            return len(one) == len(other) and all(map(_close, one, other))
        case dict(), dict():
            return one.keys() == other.keys() and all(_close(one[key], other[key]) for key in one)
    return one == other
