"""The best joint assignment: one option per slot, no text used twice, the highest total score."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from operator import attrgetter

from mapp.route.fill.candidate import Option
from mapp.route.read.tokens import Token

MAX_STEPS = 4_000
"""How many branches the search tries before it returns the best assignment so far."""


def masks(
    options: Sequence[Sequence[Option]], tokens: Sequence[Token], groups: Sequence[int]
) -> list[list[int]]:
    """Returns for each option a bit mask of the tokens that it uses.

    Values and enums have separate fields: in `2 weeks` an enum may take `weeks` and a number `2 weeks`. Enums
    with the same values share a field. Loose text uses its words in every field.
    """
    size, fields = len(tokens), max(groups, default=0) + 1
    return [
        [_mask(option, tokens, size, group, fields) for option in row]
        for row, group in zip(options, groups, strict=True)
    ]


def _mask(option: Option, tokens: Sequence[Token], size: int, group: int, fields: int) -> int:
    bits = 0
    for start, end in option.spans:
        first = bisect_right(tokens, start, key=_end)
        last = bisect_left(tokens, end, key=_start)
        bits |= ((1 << max(0, last - first)) - 1) << first
    if option.enum:
        return bits << (size * group)
    if not option.loose:
        return bits
    return sum(bits << (size * number) for number in range(fields))


_start, _end = attrgetter("start"), attrgetter("end")


class Search:
    """Depth-first branch and bound: slot by slot, best option first; branches that cannot win are cut."""

    def __init__(self, scores: Sequence[Sequence[float]], used: Sequence[Sequence[int]]) -> None:
        self.used = used
        self.scores = scores
        self.order = [sorted(range(len(row)), key=lambda place: -row[place]) for row in scores]
        self.rest = [0.0] * (len(scores) + 1)
        for slot in range(len(scores) - 1, -1, -1):
            self.rest[slot] = self.rest[slot + 1] + max(scores[slot], default=0.0)
        self.best_total = float("-inf")
        self.best: list[int] = []
        self.steps = 0

    def run(self) -> tuple[list[int], float]:
        """Returns the index of the chosen option for each slot, and the total score."""
        self._down(0, 0, 0.0, [])
        return self.best, self.best_total

    def _down(self, slot: int, taken: int, total: float, chosen: list[int]) -> None:
        if slot == len(self.scores):
            if total > self.best_total:
                self.best_total, self.best = total, list(chosen)
            return
        for place in self.order[slot]:
            reached = total + self.scores[slot][place]
            if reached + self.rest[slot + 1] <= self.best_total or (self.steps > MAX_STEPS and self.best):
                return
            if self.used[slot][place] & taken:
                continue
            self.steps += 1
            chosen.append(place)
            self._down(slot + 1, taken | self.used[slot][place], reached, chosen)
            chosen.pop()
