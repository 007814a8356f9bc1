"""How close two names of apps are: in edits, and to the eye."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

_CONFUSED: Final = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("0", "o"), ("1", "l"), ("i", "l"), ("5", "s"))
"""What the eye takes for something else; the longer ones first."""


def edits(one: str, other: str, most: int) -> int:
    """Returns the Damerau–Levenshtein distance of two texts, or `most + 1` if it is larger.

    Insertions, deletions, substitutions and transpositions of neighbours count one each (optimal string
    alignment).

    >>> edits("vat", "vta", 3), edits("vat", "cart", 3), edits("vat", "statistics", 3)
    (1, 2, 4)
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for here, letter in enumerate(one, 1):
        last, before, row = before, row, [here]
        for there, their in enumerate(other, 1):
            cost = min(before[there] + 1, row[-1] + 1, before[there - 1] + (letter != their))
            if here > 1 and there > 1 and letter == other[there - 2] and their == one[here - 2]:
                cost = min(cost, last[there - 2] + 1)
            row.append(cost)
        if min(row) > most and (not before or min(before) > most):
            return most + 1
    return min(row[-1], most + 1)


def near(name: str, names: Iterable[str], most: int) -> Iterator[tuple[str, int]]:
    """Yields the names within `most` edits, with their distance; the name itself is not among them.

    An edit damages at most two neighbouring pieces of a name, so one of enough pieces is in both. That
    excludes most of 100,000 names without computing a distance.
    """
    pieces = _pieces(name, 2 * most + 1)
    shortest, longest = len(name) - most, len(name) + most
    for other in names:
        if shortest <= len(other) <= longest and any(piece in other for piece in pieces) and other != name:
            distance = edits(name, other, most)
            if distance <= most:
                yield other, distance


def _pieces(name: str, count: int) -> list[str]:
    """Returns a name cut into pieces of about the same length; the empty one, in every name, if too short."""
    bounds = [round(len(name) * place / count) for place in range(count + 1)]
    return [name[start:end] for start, end in pairwise(bounds)]


def skeleton(name: str) -> str:
    """Returns what an eye in a hurry sees: equal for names that look alike.

    >>> skeleton("csv-to-json") == skeleton("csvt0-js0n"), skeleton("modern") == skeleton("modem")
    (True, True)
    """
    text = name.replace("-", "")
    for seen, meant in _CONFUSED:
        text = text.replace(seen, meant)
    return text
