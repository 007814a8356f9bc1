"""A budget for model calls: limits on tokens, money, rounds and time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Final

from mapp.errors import UsageError
from mapp.model.spend import MICROS, Totals, dollars

_LIMIT: Final = re.compile(
    r"(?P<micros>\$(\d{1,6}(?:\.\d{1,6})?))|(?P<tokens>(\d{1,9})\s?(k?) tokens?)"
    r"|(?P<rounds>(\d{1,6}) rounds?)|(?P<seconds>(\d{1,6})\s?(s|min|h))"
)
_LIFTED: Final = {"no money": "micros", "no tokens": "tokens", "no rounds": "rounds", "no time": "seconds"}
"""The words that lift one limit when a budget overrides another."""
_SECONDS: Final = {"s": 1, "min": 60, "h": 3600}


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """Limits on tokens read and written, money (micro-dollars), calls of a coder, and seconds.

    None means no limit.
    """

    tokens: int | None = None
    micros: int | None = None
    rounds: int | None = None
    seconds: float | None = None

    def minus(self, spent: Totals) -> Budget:
        """Returns what is left, at least zero."""
        return Budget(
            tokens=_less(self.tokens, spent.spend.tokens),
            micros=_less(self.micros, spent.spend.cost_micros),
            rounds=_less(self.rounds, spent.rounds),
            seconds=None if self.seconds is None else max(0.0, self.seconds - spent.spend.seconds),
        )

    def within(self, other: Budget) -> Budget:
        """Returns the stricter of two budgets, limit by limit.

        >>> Budget(tokens=5, rounds=2).within(Budget(tokens=9, micros=1))
        Budget(tokens=5, micros=1, rounds=2, seconds=None)
        """
        names = [item.name for item in fields(self)]
        pairs = {name: _present(getattr(self, name), getattr(other, name)) for name in names}
        return Budget(**{name: min(pair, default=None) for name, pair in pairs.items()})  # type: ignore[arg-type]

    def exceeded(self, spent: Totals) -> Iterator[str]:
        """Yields each exceeded limit in words."""
        spend = spent.spend
        if self.tokens is not None and spend.tokens > self.tokens:
            yield f"{spend.tokens:,} tokens of {self.tokens:,}"
        if self.micros is not None and spend.cost_micros > self.micros:
            yield f"{dollars(spend.cost_micros)} of {dollars(self.micros)}"
        if self.rounds is not None and spent.rounds > self.rounds:
            yield f"{spent.rounds} rounds of {self.rounds}"
        if self.seconds is not None and spend.seconds > self.seconds:
            yield f"{spend.seconds:.0f} seconds of {self.seconds:.0f}"


def parse_budget(text: str) -> Budget:
    """Returns the budget that a text describes; an empty text means no limits.

    >>> parse_budget("$1.50, 300k tokens, 8 rounds, 20 min")
    Budget(tokens=300000, micros=1500000, rounds=8, seconds=1200)

    Raises:
        UsageError: a part is not a limit, or a limit is given twice.
    """
    limits: dict[str, Any] = {}
    for part in _parts(text).values():
        if found := _LIMIT.fullmatch(part):
            limits.update(_limit(found))
    return Budget(**limits)


def merged_budget(lower: str, upper: str) -> str:
    """Returns a budget text with overrides: each limit in `upper` replaces that of the same kind in `lower`.

    `no money`, `no tokens`, `no rounds` and `no time` lift one limit, an empty text lifts all.

    >>> merged_budget("$2, 12 rounds, 30 min", "20 rounds")
    '$2, 20 rounds, 30 min'
    >>> merged_budget("$2, 12 rounds", "no rounds, 5k tokens")
    '$2, no rounds, 5k tokens'

    Raises:
        UsageError: as `parse_budget` does.
    """
    limits = _parts(upper)
    return ", ".join({**_parts(lower), **limits}.values()) if limits else ""


def inherits_limits(lower: str, upper: str) -> bool:
    """Returns whether a limit of `lower` is still in force in `merged_budget(lower, upper)`.

    >>> inherits_limits("$2, 12 rounds", "20 rounds"), inherits_limits("12 rounds", "$1, 20 rounds")
    (True, False)

    Raises:
        UsageError: as `parse_budget` does.
    """
    limits = _parts(upper)
    return bool(limits) and not _parts(lower).keys() <= limits.keys()


def _parts(text: str) -> dict[str, str]:
    """Returns the parts of a budget text by the kind of limit."""
    parts: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        found = _LIMIT.fullmatch(part)
        kind = _LIFTED.get(part) or (found.lastgroup if found else None)
        if kind is None or kind in parts:
            raise UsageError(
                f"invalid or repeated limit {part!r} in the budget {text!r}",
                hint="for example: $1.50, 300k tokens, 8 rounds, 20 min; to lift a limit: no rounds",
            )
        parts[kind] = part
    return parts


def _limit(found: re.Match[str]) -> dict[str, int]:
    _, money, _, tokens, thousands, _, rounds, _, time, unit = found.groups()
    if money is not None:
        return {"micros": int(Decimal(money) * MICROS)}
    if tokens is not None:
        return {"tokens": int(tokens) * (1000 if thousands else 1)}
    if rounds is not None:
        return {"rounds": int(rounds)}
    return {"seconds": int(time) * _SECONDS[unit]}


def _less(limit: int | None, spent: int) -> int | None:
    return None if limit is None else max(0, limit - spent)


def _present(*limits: float | None) -> list[float]:
    return [limit for limit in limits if limit is not None]
