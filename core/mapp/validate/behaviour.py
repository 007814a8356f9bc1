"""Compares the behaviour of two versions of an app on the same inputs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mapp.errors import InvalidArguments
from mapp.model.app import App
from mapp.model.arguments import with_defaults
from mapp.model.outcome import Declared, Failed, Outcome, Value, outcome_to_dict
from mapp.model.values import JSONValue, canonical, same
from mapp.validate.checks.examples import numbered
from mapp.validate.trial import Arguments, Trial, describe

MIN_SEEN: Final = 3
"""A rule needs at least this many inputs on either side."""
MAX_RULE_LENGTH: Final = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Parting:
    """One input for which the two versions differ; `place` names the example that it comes from, if any."""

    arguments: tuple[tuple[str, JSONValue], ...]
    old: Outcome
    new: Outcome
    place: str = ""

    def __str__(self) -> str:
        return f"gave {describe(self.old)}, gives {describe(self.new)}"

    def to_dict(self) -> dict[str, Any]:
        """Returns it as a JSON object."""
        return {
            "arguments": dict(self.arguments),
            "old": outcome_to_dict(self.old),
            "new": outcome_to_dict(self.new),
            "example": self.place or None,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Behaviour:
    """How two versions compare: the number of inputs, the differences, and a rule that describes them.

    `refused` counts the inputs that the new version no longer accepts. `rule` is a guess from the tested
    inputs, e.g. `price < 0`; "" if there is no simple one.
    """

    examples: int
    generated: int
    refused: int
    partings: tuple[Parting, ...]
    rule: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Returns it as a JSON object."""
        return {
            "examples": self.examples,
            "generated": self.generated,
            "refused": self.refused,
            "where": self.rule or None,
            "changed": [row.to_dict() for row in self.partings],
        }


def compare_behaviour(trial: Trial) -> Behaviour:
    """Compares the app with its base on the base's examples and on drawn inputs.

    Both run with the clock and seed of tests, unless an example sets its own.
    """
    assert trial.base is not None
    drawn = list(trial.drawn_for(trial.base))
    asked = [_taken(trial, _call(trial.base, arguments)) for arguments in drawn]
    both = [(old, new) for old, new in zip(drawn, asked, strict=True) if new is not None]
    before = trial.attempt(trial.base, [old for old, _ in both])
    after = trial.attempt(trial.app, [new for _, new in both])
    parted, agreed = [], []
    for (arguments, _), old, new in zip(both, before, after, strict=True):
        if _alike(old, new):
            agreed.append(arguments)
        else:
            parted.append(Parting(arguments=tuple(arguments.items()), old=old, new=new))
    stated = list(_examples(trial))
    return Behaviour(
        examples=len(stated),
        generated=len(drawn),
        refused=len(drawn) - len(both),
        partings=(*(row for row in stated if not _alike(row.old, row.new)), *_simplest_first(parted)),
        rule=_rule([dict(row.arguments) for row in parted], agreed),
    )


def _call(app: App, arguments: Arguments) -> Arguments:
    """Returns an input as a caller writes it: without arguments that have their default value."""
    defaults = {row.name: row.schema.default for row in app.manifest.arguments if row.schema.has_default}
    return {
        name: value
        for name, value in arguments.items()
        if name not in defaults or not same(defaults[name], value)  # type: ignore[arg-type]  # none is absent
    }


def _taken(trial: Trial, arguments: Arguments) -> Arguments | None:
    """Returns the input completed for the new version; None if the new version does not accept it."""
    try:
        return with_defaults(trial.app.manifest, arguments)
    except InvalidArguments:
        return None


def _examples(trial: Trial) -> Iterator[Parting]:
    """Yields both outcomes for each example of the base that both versions accept."""
    assert trial.base is not None
    for place, row in numbered(trial.base):
        old, new = trial.example(trial.base, row), trial.example(trial.app, row)
        if old is not None and new is not None:
            yield Parting(arguments=row.input, old=old, new=new, place=place)


def _simplest_first(rows: list[Parting]) -> list[Parting]:
    return sorted(rows, key=lambda row: (len(text := json.dumps(dict(row.arguments))), text))


def _alike(old: Outcome, new: Outcome) -> bool:
    match old, new:
        case Value(output=before), Value(output=after):
            return same(before, after)
        case Declared(error=first), Declared(error=second):
            return first == second
        case Failed(kind=was), Failed(kind=now):
            return was == now
    return False


def _rule(parted: list[Arguments], agreed: list[Arguments]) -> str:
    """Returns a condition on one argument that holds for all inputs that differ and for no other."""
    if min(len(parted), len(agreed)) < MIN_SEEN:
        return ""
    for name in parted[0]:
        here, there = ([row.get(name) for row in rows if name in row] for rows in (parted, agreed))
        if len(here) == len(parted):
            for measure in (_bound, _listed):
                if found := measure(name, here, there):
                    return found
    return ""


def _bound(name: str, here: Sequence[Any], there: Sequence[Any]) -> str:
    for shown, size in _SIZES:
        if all(size(value) is not None for value in (*here, *there)):
            inside, outside = [size(value) for value in here], [size(value) for value in there]
            if not outside:
                return ""
            if max(inside) < min(outside):
                return f"{shown.format(name)} {_below(max(inside), min(outside))}"
            if min(inside) > max(outside):
                return f"{shown.format(name)} {_above(min(inside), max(outside))}"
    return ""


def _below(inside: float, outside: float) -> str:
    return "< 0" if inside < 0 <= outside else f"<= {canonical(inside)}"


def _above(inside: float, outside: float) -> str:
    return "> 0" if outside <= 0 < inside else f">= {canonical(inside)}"


def _number(value: object) -> int | float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _length(value: object) -> int | None:
    """Returns the length as JavaScript counts it: for a text, in UTF-16 code units."""
    if isinstance(value, str):
        return len(value.encode("utf-16-le", "surrogatepass")) // 2
    return len(value) if isinstance(value, list) else None


_SIZES: Final[tuple[tuple[str, Callable[[Any], Any]], ...]] = (("{}", _number), ("the length of {}", _length))


def _listed(name: str, here: Sequence[JSONValue], there: Sequence[JSONValue]) -> str:
    inside, outside = {canonical(value) for value in here}, {canonical(value) for value in there}
    if inside & outside or len(inside) >= min(len(here), MIN_SEEN):
        return ""
    text = " or ".join(sorted(inside))
    return f"{name} is {text}" if len(text) <= MAX_RULE_LENGTH else ""
