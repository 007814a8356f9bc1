"""Compares the behaviour of two versions of an app on the same inputs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mapp.model.arguments import without_defaults
from mapp.model.outcome import Declared, Failed, Outcome, Value, outcome_to_dict
from mapp.model.values import JSONValue, same
from mapp.validate.checks.examples import numbered
from mapp.validate.checks.rules import common_rule
from mapp.validate.trial import Trial, describe


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
    asked = [trial.accepted(without_defaults(trial.base.manifest, arguments)) for arguments in drawn]
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
        rule=common_rule([dict(row.arguments) for row in parted], agreed),
    )


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
