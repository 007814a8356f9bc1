"""The cost of model calls: tokens, money in millionths of a US dollar, seconds, number of calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any, Final

MICROS: Final = 1_000_000
"""Millionths in one US dollar. Money is stored as whole millionths, rounded up, so sums are exact."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Spend:
    """The cost of one or more model calls.

    `tokens_in` counts all tokens read, including `cached_in` from the provider's cache and `written_in` into
    it. `calls` counts requests sent, including retries.
    """

    model: str = ""
    tokens_in: int = 0
    cached_in: int = 0
    written_in: int = 0
    tokens_out: int = 0
    cost_micros: int = 0
    seconds: float = 0.0
    calls: int = 0

    @property
    def tokens(self) -> int:
        """Returns the number of tokens read and written."""
        return self.tokens_in + self.tokens_out

    @property
    def cost_usd(self) -> Decimal:
        """Returns the cost in US dollars, exactly."""
        return Decimal(self.cost_micros) / MICROS

    def __add__(self, other: Spend) -> Spend:
        """Returns the sum; it names the model only if both agree.

        >>> (Spend(tokens_in=1, cost_micros=2) + Spend(tokens_in=3)).tokens_in
        4
        """
        names = {name for name in (self.model, other.model) if name}
        sums = {
            item.name: getattr(self, item.name) + getattr(other, item.name)
            for item in fields(self)
            if item.name != "model"
        }
        return Spend(model=names.pop() if len(names) == 1 else "", **sums)

    def to_dict(self) -> dict[str, Any]:
        """Returns the spend as a JSON object."""
        return asdict(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Spend:
        """Returns the spend that `to_dict` wrote."""
        return cls(**document)


def dollars(micros: int) -> str:
    """Returns money as text, in dollars with at least two decimals.

    >>> dollars(1_234_500), dollars(3), dollars(0)
    ('$1.2345', '$0.000003', '$0.00')
    """
    text = f"{Decimal(micros) / MICROS:.6f}"
    whole, _, part = text.partition(".")
    return f"${whole}.{part.rstrip('0').ljust(2, '0')}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """A call of a coder that is about to be made, with its maximum cost."""

    change: str
    app: str
    phase: str
    round: int
    coder: str
    prompt: str
    max_cost: Spend


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelCall:
    """One call of a coder for a change: its phase, round, state and cost."""

    phase: str
    round: int
    state: str
    spend: Spend

    def __str__(self) -> str:
        """Returns the call in one line."""
        spend = self.spend
        cache = f" ({spend.cached_in:,} from the cache, {spend.written_in:,} into it)"
        return (
            f"{self.phase}, round {self.round}: {spend.tokens_in:,} tokens read"
            f"{cache if spend.cached_in or spend.written_in else ''}, {spend.tokens_out:,} written,"
            f" {dollars(spend.cost_micros)}, {self.state}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Returns the call as a JSON object."""
        return {"phase": self.phase, "round": self.round, "state": self.state, **self.spend.to_dict()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """The number of coder calls of a period or a change, and their spend."""

    rounds: int = 0
    spend: Spend = Spend()

    def __add__(self, other: Totals) -> Totals:
        return Totals(rounds=self.rounds + other.rounds, spend=self.spend + other.spend)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sums:
    """The spend so far: on one change, today and this month (UTC)."""

    change: Totals = Totals()
    day: Totals = Totals()
    month: Totals = Totals()
