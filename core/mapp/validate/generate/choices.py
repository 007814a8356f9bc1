"""The source of randomness: one question, `below`, that both dice and Hypothesis answer."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

Option = TypeVar("Option")


class Choices(Protocol):
    """A source of randomness; smaller numbers are simpler."""

    def below(self, bound: int) -> int:
        """Returns a whole number from 0 up to, but not including, `bound`, which must be above 0."""
        ...


Drawer: TypeAlias = Callable[[Choices], Any]


class NothingFits(Exception):
    """No value fits a schema, or none could be drawn; the message says why."""


class Dice:
    """Random choices that are the same for the same seed in every version of Python."""

    def __init__(self, seed: int) -> None:
        # This method of Random is the Mersenne twister itself and has never changed.
        self._bits = random.Random(seed).getrandbits

    def below(self, bound: int) -> int:
        """Returns a whole number from 0 up to, but not including, `bound`."""
        size = (bound - 1).bit_length()
        if size == 0:
            return 0
        while (found := self._bits(size)) >= bound:
            pass
        return found


def pick(choices: Choices, options: Sequence[Option]) -> Option:
    """Returns one of the options, of which there must be at least one."""
    return options[choices.below(len(options))]


def seldom(choices: Choices, every: int) -> bool:
    """Returns True once in `every` times on average."""
    return choices.below(every) == every - 1


def length(choices: Choices, low: int, high: int) -> int:
    """Returns a length between two bounds: mostly close to the lower one, often a bound, rarely long."""
    span = high - low
    if span <= 0:
        return low
    way = choices.below(16)
    if way < 6:
        return low + choices.below(min(span, 4) + 1)
    if way < 11:
        return low + choices.below(min(span, 12) + 1)
    if way < 13:
        return low
    if way < 15 or span > 400:
        return low + choices.below(min(span, 60) + 1)
    return high - choices.below(2)
