"""Compares two apps of different authors: whether one does what the other does, whatever it calls things.

Two signs count: copied code, and the same answers to the same inputs. Only answers that say something are
compared: two apps that check numbers of different kinds both say no to nearly everything that is drawn, and
two that transform texts both return most texts unchanged.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from mapp.errors import InvalidArguments
from mapp.model.app import App
from mapp.model.arguments import with_defaults
from mapp.model.manifest import Argument
from mapp.model.outcome import Outcome, Value
from mapp.model.schema import Schema
from mapp.model.values import JSONValue, canonical
from mapp.sandbox.app_job import job_for, judge
from mapp.sandbox.executor import run_batch
from mapp.validate.time_limit import EXTENSION
from mapp.validate.trial import LATE, Arguments, Trial, is_late

DRAWN: Final = 60
"""How many inputs are drawn from the listed app's schema."""
MIN_TELLING: Final = 8
"""With fewer answers that say something, nothing is concluded."""
MIN_ANSWERS: Final = 3
"""So many different answers must be among them, if the app gives as many."""
SAME_ANSWERS: Final = 0.95
"""The share of the drawn inputs and of the listed app's examples that must agree."""
SAME_EXAMPLES: Final = 0.6
"""The share of the new app's own examples that must agree: it may have chosen those that differ."""
SAME_CODE: Final = 0.85
"""The share of the pieces of code that must be the same."""
_PIECE: Final = 6
"""How many tokens a piece of code has."""
MIN_TOKENS: Final = 24
"""Shorter programs are not compared: there are few ways to write them, and little is lost by having two."""
_DIGITS: Final = 9
"""Significant digits that are compared: another order of additions changes the last ones."""
_AT_ONCE: Final = 8
"""How many inputs run between two looks at the clock."""
_TOKEN: Final = re.compile(r"//[^\n]*|/\*.*?\*/|\w+|[^\s\w]", re.S)


@dataclass(frozen=True, kw_only=True, slots=True)
class Likeness:
    """How alike two apps are.

    `code` is the share of the new app's code that the listed one has too. Of `compared` telling inputs,
    `agreeing` gave the same answer; `same_answers` says whether that is enough.
    """

    code: float = 0.0
    compared: int = 0
    agreeing: int = 0
    same_answers: bool = False

    @property
    def same(self) -> bool:
        """Returns whether one app does what the other does."""
        return self.code >= SAME_CODE or self.same_answers


def likeness(trial: Trial) -> Likeness:
    """Returns how alike the app of a trial and its base are: the new app, and a listed one.

    Apps that call a host or a model are compared by their code alone: their answers depend on others.

    Raises:
        TrialTimeout: the apps took too long.
    """
    assert trial.base is not None
    code = shared_code(trial.app.source, trial.base.source)
    calls = trial.app.manifest.capabilities, trial.base.manifest.capabilities
    names = None if any(row.http or row.llm for row in calls) else matched(trial.base, trial.app)
    if code >= SAME_CODE or names is None:
        return Likeness(code=code)
    theirs = _pairs(trial, names, [*_examples(trial.base), *trial.drawn_for(trial.base, DRAWN)])
    back = {new: old for old, new in names.items()}
    complete = filter(None, map(trial.accepted, _examples(trial.app)))
    own = _pairs(trial, names, [_renamed(given, back) for given in complete])
    answered = [(old, new) for old, new in theirs if isinstance(old, Value)]
    kept = [_agree(old, new) for old, new in own if isinstance(old, Value) or isinstance(new, Value)]
    agreed = [_agree(old, new) for old, new in _telling(answered)]
    same = (
        len(agreed) >= MIN_TELLING
        and _is_varied(answered)
        and _share(agreed) >= SAME_ANSWERS
        and _share([_agree(old, new) for old, new in answered]) >= SAME_ANSWERS
        and (not kept or _share(kept) >= SAME_EXAMPLES)
    )
    return Likeness(code=code, compared=len(agreed), agreeing=sum(agreed), same_answers=same)


def matched(old: App, new: App) -> dict[str, str] | None:
    """Returns for each argument of one app the name of the same argument of another, or None.

    Arguments of one name go together, then those of one shape, in order. Arguments that may be left out need
    no counterpart.
    """
    if _shape(old.manifest.output) != _shape(new.manifest.output):
        return None
    left = {row.name: row for row in new.manifest.arguments}
    found: dict[str, str] = {}
    for by_name in (True, False):
        for row in old.manifest.arguments:
            if row.name in found:
                continue
            other = _counterpart(row, left.values(), by_name=by_name)
            if other is not None:
                found[row.name] = left.pop(other.name).name
    missing = [row for row in old.manifest.arguments if row.name not in found]
    return None if not found or any(row.required for row in (*missing, *left.values())) else found


def _counterpart(row: Argument, among: Iterable[Argument], *, by_name: bool) -> Argument | None:
    alike = (other for other in among if _shape(other.schema) == _shape(row.schema))
    return next((other for other in alike if not by_name or other.name == row.name), None)


def _shape(schema: Schema) -> JSONValue:
    """Returns what a value is, without names and bounds."""
    types: list[JSONValue] = [*sorted({"number" if name == "integer" else name for name in schema.types})]
    choices: list[JSONValue] | None = None
    if schema.enum is not None:
        choices = [*sorted(map(canonical, schema.enum))]
    items = None if schema.items is None else _shape(schema.items)
    fields: list[JSONValue] = sorted((_shape(row) for _, row in schema.properties), key=canonical)
    return [types, choices, items, fields]


def shared_code(one: str, other: str) -> float:
    """Returns the share of one source's pieces of code that another one has too, comments left out.

    Both directions count: a source to which much was added is another one.
    """
    first, second = _pieces(one), _pieces(other)
    if not first or not second:
        return 0.0
    return (first & second).total() / max(first.total(), second.total())


def is_trivial(source: str) -> bool:
    """Returns whether a program is too short to be compared."""
    return len(_tokens(source)) < MIN_TOKENS


def _tokens(source: str) -> list[str]:
    return [row for row in _TOKEN.findall(source) if not row.startswith(("//", "/*"))]


def _pieces(source: str) -> Counter[tuple[str, ...]]:
    tokens = _tokens(source)
    return Counter(tuple(tokens[at : at + _PIECE]) for at in range(len(tokens) - _PIECE + 1))


def _examples(app: App) -> list[Arguments]:
    return [dict(row.input) for row in (*app.examples, *app.regressions)]


def _accepted(app: App, inputs: Iterable[Arguments]) -> list[Arguments]:
    found = []
    for given in inputs:
        try:
            found.append(with_defaults(app.manifest, given))
        except InvalidArguments:
            continue
    return found


def _pairs(
    trial: Trial, names: Mapping[str, str], inputs: Sequence[Arguments]
) -> list[tuple[Outcome, Outcome]]:
    """Returns how both apps end on inputs of the listed one that the new one accepts, too."""
    assert trial.base is not None
    usable: dict[str, tuple[Arguments, Arguments]] = {}
    for given in _accepted(trial.base, inputs):
        new = trial.accepted(_renamed(given, names))
        if new is not None:
            usable.setdefault(canonical(dict(given)), (given, new))
    rows = list(usable.values())
    clocks = [trial.clock_and_seed(old) for old, _ in rows]
    before = _outcomes(trial, trial.base, [old for old, _ in rows], clocks)
    after = _outcomes(trial, trial.app, [new for _, new in rows], clocks)
    return [
        (old, new)
        for (given, _), old, new in zip(rows, before, after, strict=True)
        if not _echoes(given, old)
    ]


def _outcomes(
    trial: Trial, app: App, inputs: Sequence[Arguments], clocks: Sequence[tuple[int, int]]
) -> list[Outcome]:
    """Runs an app on complete inputs, each with its time and seed.

    Their CPU time is limited rather than their wall time: a busy machine decides nothing.

    After `LATE` timeouts the remaining inputs are not run and count as timed out.
    """
    found: list[Outcome] = []
    for start in range(0, len(inputs), _AT_ONCE):
        late = [row for row in found if is_late(row)]
        if len(late) >= LATE:
            return found + [late[0]] * (len(inputs) - start)
        jobs = [
            replace(job_for(app, arguments, now_ms=now, seed=seed), patience=EXTENSION)
            for arguments, (now, seed) in zip(inputs[start:], clocks[start : start + _AT_ONCE], strict=False)
        ]
        found += [judge(app.manifest, result) for result in run_batch(trial.executor, jobs)]
    return found


def _renamed(given: Arguments, names: Mapping[str, str]) -> Arguments:
    return {names[name]: value for name, value in given.items() if name in names}


def _echoes(given: Arguments, outcome: Outcome) -> bool:
    """Returns whether an answer is one of the arguments."""
    return isinstance(outcome, Value) and any(
        canonical(outcome.output) == canonical(row) for row in given.values()
    )


def _telling(answered: Sequence[tuple[Outcome, Outcome]]) -> list[tuple[Outcome, Outcome]]:
    """Returns the pairs in which the listed app does not give the answer that it gives mostly."""
    counts = Counter(_plain_text(old) for old, _ in answered)
    common = {text for text, count in counts.items() if 2 * count > len(answered)}
    return [row for row in answered if _plain_text(row[0]) not in common]


def _is_varied(answered: Sequence[tuple[Outcome, Outcome]]) -> bool:
    """Returns whether the listed app gives several answers besides the usual one; of two, both count."""
    known = len({_plain_text(old) for old, _ in answered})
    telling = len({_plain_text(old) for old, _ in _telling(answered)})
    return known > 1 and telling >= min(MIN_ANSWERS, known - 1)


def _agree(old: Outcome, new: Outcome) -> bool:
    if isinstance(old, Value) and isinstance(new, Value):
        return _plain_text(old) == _plain_text(new)
    return type(old) is type(new)


def _plain_text(outcome: Outcome) -> str:
    return canonical(_plain(outcome.output)) if isinstance(outcome, Value) else ""


def _plain(value: JSONValue) -> JSONValue:
    """Returns a value without names of fields and without the last digits of numbers."""
    match value:
        case dict():
            return [*sorted((_plain(row) for row in value.values()), key=canonical)]
        case list():
            return [_plain(row) for row in value]
        case float():
            return float(f"{value:.{_DIGITS}g}")
        case _:
            return value


def _share(rows: Sequence[bool]) -> float:
    return sum(rows) / len(rows)
