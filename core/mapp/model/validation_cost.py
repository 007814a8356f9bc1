"""Estimates the cost of validating a value: matching texts against patterns, and testing multiples.

For every character, a linear-time engine takes one step for each state of the pattern that it may be in.
States multiply: `[01]*1[01]{9000}` is short and has nine thousand. The estimate limits the cost of a
third-party pattern before matching, and equally on every machine, unlike a time limit. Numbers are divided
exactly, which is slow for numbers or divisors of unusual magnitude.
"""

from __future__ import annotations

import re
from functools import lru_cache
from math import prod
from typing import Final

from mapp.model.schema import Schema
from mapp.model.values import MAX_INTEGER, JSONValue

MAX_WORK: Final = 2**26
"""The limit for one value, in characters times states: a few seconds in the slowest case."""
USUAL_DIVISION: Final = 64
FAR_DIVISION: Final = 2048
"""The cost of one division, in the same unit."""

_TOKEN: Final = re.compile(
    r"""(?P<one>\[(?:\\.|[^\[\]\\])*\] | \\[pPux]\{[^}]*\} | \\. | [^\[\]()|*+?{}\\] | \}|\])
      | (?P<open>\((?:\?:|\?<[A-Za-z_]\w*>)?(?!\?))
      | (?P<close>\))
      | (?P<either>\|)
      | \{(?P<least>\d*)(?P<range>,(?P<most>\d*))?\}
      | (?P<once>[*+?])""",
    re.VERBOSE | re.DOTALL,
)
_NUMBER: Final = re.compile(r"\d+")


class _Unclear(Exception):
    """A pattern that mapp and the engine might read differently."""


def work(schema: Schema, value: JSONValue) -> int:
    """Returns an upper bound for the steps that the patterns and divisors of a value take."""
    match value:
        case str() if schema.pattern is not None:
            return (len(value) + 1) * places(schema.pattern)
        case int() | float() if schema.multiple_of is not None:
            usual = abs(value) <= MAX_INTEGER and schema.multiple_of >= 1e-9
            return USUAL_DIVISION if usual else FAR_DIVISION
        case list() if schema.items is not None:
            return sum(work(schema.items, item) for item in value)
        case dict():
            known = dict(schema.properties)
            return sum(work(known[name], item) for name, item in value.items() if name in known)
    return 0


@lru_cache(maxsize=1024)
def places(pattern: str) -> int:
    """Returns an upper bound for the states of a pattern that a matcher can be in at once.

    >>> places("^[A-Z]{2}[0-9]{2,4}$"), places("(ab){3}|c*"), places("(?i)a{9}")
    (8, 7, 72)
    """
    try:
        return max(1, _counted(pattern))
    except _Unclear:
        return len(pattern) * prod(max(1, int(number)) for number in _NUMBER.findall(pattern))


def _counted(pattern: str) -> int:
    open_groups, last, at = [0], 0, 0
    while at < len(pattern):
        token = _TOKEN.match(pattern, at)
        if token is None:
            raise _Unclear
        at = token.end()
        if token["open"]:
            open_groups.append(0)
            last = 0
        elif token["close"]:
            last = _closed(open_groups)
        elif token["one"]:
            open_groups[-1] += 1
            last = 1
        elif token["either"]:
            last = 0
        else:
            times = _times(token)
            open_groups[-1] += last * (times - 1)
            last *= times
    if len(open_groups) > 1:
        raise _Unclear
    return open_groups[0]


def _closed(open_groups: list[int]) -> int:
    if len(open_groups) == 1:
        raise _Unclear
    inner = open_groups.pop()
    open_groups[-1] += inner
    return inner


def _times(token: re.Match[str]) -> int:
    """Returns how many copies of the repeated part the engine builds."""
    if token["once"]:
        return 1
    return max([1, *(int(number) for number in (token["least"], token["most"]) if number)])
