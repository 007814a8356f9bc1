"""Where chance comes from: one question, `below`, that dice and Hypothesis both answer."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

Option = TypeVar("Option")


class Choices(Protocol):
    """A source of chance; it makes the smaller of two numbers the simpler one."""

    def below(self, bound: int) -> int:
        """Returns a whole number from 0 up to, but not including, `bound`, which is above 0."""
        ...


Drawer: TypeAlias = Callable[[Choices], Any]


class NothingFits(Exception):
    """No value fits a schema, or none that could be drawn; `str` says why, in words for people."""


class Dice:
    """Chance that is the same for the same seed, with every version of Python."""

    def __init__(self, seed: int) -> None:
        # Of all methods of Random, this one is the Mersenne twister itself and has never changed.
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
    """Returns one of several options, which are not none."""
    return options[choices.below(len(options))]


def seldom(choices: Choices, every: int) -> bool:
    """Returns True once in `every` times."""
    return choices.below(every) == every - 1


def length(choices: Choices, low: int, high: int) -> int:
    """Returns a length between two bounds: mostly a few more than the least, often a bound, seldom long."""
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
