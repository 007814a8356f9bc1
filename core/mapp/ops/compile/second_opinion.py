"""A second opinion on the examples of a contract, before any code is paid for.

The same mistake in an example and in the code passes every test. So the examples are worked out twice, apart:
by the author of the contract, and by one small call that sees only the request, the manifest and the inputs.
For an expansion, the current version runs on the new examples that it accepts.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from mapp.author.billing import BudgetAccount, pay
from mapp.author.coder import ANSWERS, INPUTS, Brief, Coder, Progress, Watch
from mapp.author.errors import BadAnswer
from mapp.errors import InvalidArguments, MappError
from mapp.model.app import EXAMPLES, MANIFEST, App, Example
from mapp.model.arguments import with_defaults
from mapp.model.outcome import Value
from mapp.model.validation import violations
from mapp.model.values import InvalidValue, JSONValue, canonical, parse
from mapp.sandbox.executor import Executor
from mapp.validate.checks.properties import broken
from mapp.validate.trial import Trial, short, wanted

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
    asked = list(_workable(app, rows))
    if not asked:
        return []
    lines = "".join(f"{json.dumps(_question(row), ensure_ascii=False)}\n" for row in asked)
    watch(Progress(doing=f"working out {len(asked)} examples a second time"))
    try:
        found = pay(coder, brief, {MANIFEST: manifest, INPUTS: lines.encode()}, account=account, watch=watch)
    except BadAnswer as failure:
        watch(Progress(doing=f"no second opinion: {failure.message}"))
        return []
    others = dict(_read(app, found.files[ANSWERS]))
    pairs = ((row, others.get(_key(app, row))) for row in asked)
    return [
        Disagreement(example=row, other=_with_outcome(row, other), by="a second opinion")
        for row, other in pairs
        if other is not None and not _agree(row, other)
    ]


def old_opinions(app: App, base: App, rows: Sequence[Example], executor: Executor) -> list[Disagreement]:
    """Returns where the version that is extended gives another output for a new example that it accepts.

    Outputs that break a law of the new contract are left out: there the old version was wrong.
    """
    trial = Trial(app=app, base=base, executor=executor, kind="expand")
    found = []
    for row in rows:
        call = replace(row, input=tuple(_without_defaults(app, base, row).items()))
        outcome = trial.example(base, call)
        if not isinstance(outcome, Value):
            continue
        other = replace(row, output=outcome.output, error=None)
        if _agree(row, other):
            continue
        filled = with_defaults(app.manifest, dict(row.input))
        if not broken(trial, base, [(filled, outcome)])[0]:
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


def _question(row: Example) -> dict[str, Any]:
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
        row = Example(input=tuple(given.items()), output=document.get("output"))
        if isinstance(error, str) and error in app.manifest.error_codes:
            row = replace(row, output=None, error=error)
        elif "output" not in document or violations(app.manifest.output, document["output"]):
            continue
        yield _key(app, row), row


def _key(app: App, row: Example) -> str:
    try:
        return canonical(with_defaults(app.manifest, dict(row.input)))
    except InvalidArguments:
        return canonical(dict(row.input))


def _with_outcome(row: Example, other: Example) -> Example:
    return replace(row, output=other.output, error=other.error)


def _without_defaults(app: App, base: App, row: Example) -> dict[str, JSONValue]:
    """Returns an input without the new arguments that have their default value."""
    old = {argument.name for argument in base.manifest.arguments}
    new = {
        argument.name: argument.schema.default
        for argument in app.manifest.arguments
        if argument.name not in old and argument.schema.has_default
    }
    return {
        name: value
        for name, value in row.input
        if name not in new or canonical(new[name]) != canonical(value)  # type: ignore[arg-type]  # has_default
    }


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
