"""Prices of tokens: a dated table; a price in the settings takes precedence."""

from __future__ import annotations

import math
import re
import tomllib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib import resources
from typing import Any, Final

from mapp.errors import UsageError
from mapp.model.spend import Spend

OLD: Final = 180
"""Days after which the table counts as old: prices change about twice a year."""

_MIN_READ: Final = Decimal("0.1")
_WRITE: Final = Decimal("1.25")


@dataclass(frozen=True, kw_only=True, slots=True)
class Price:
    """Prices in US dollars per million tokens, which is micro-dollars per token."""

    input: Decimal = Decimal(0)
    output: Decimal = Decimal(0)
    cache_read: Decimal = Decimal(0)
    cache_write: Decimal = Decimal(0)

    def charged(self, spend: Spend) -> Spend:
        """Returns a spend with its cost, rounded up to whole micro-dollars."""
        plain = spend.tokens_in - spend.cached_in - spend.written_in
        cost = (
            max(0, plain) * self.input
            + spend.cached_in * self.cache_read
            + spend.written_in * self.cache_write
            + spend.tokens_out * self.output
        )
        return replace(spend, cost_micros=math.ceil(cost))

    @property
    def dearest_input(self) -> Decimal:
        """Returns the highest price of an input token."""
        return max(self.input, self.cache_read, self.cache_write)


@cache
def _table() -> dict[str, Any]:
    text = (resources.files("mapp.author") / "prices.toml").read_text(encoding="utf-8")
    return tomllib.loads(text, parse_float=Decimal)


def prices_date() -> str:
    """Returns the date of the table, e.g. `2026-11-22`."""
    return str(_table()["date"])


def prices_age(now: float) -> int:
    """Returns the table's age in days at `now`, in seconds since 1970-01-01 UTC."""
    return (datetime.fromtimestamp(now, UTC).date() - date.fromisoformat(prices_date())).days


def price_of(model: str, override: str = "", *, setting: str = "coder_price") -> Price:
    """Returns a model's price: the override if given, otherwise the row of the table.

    `setting` is the one that the hint of an error names.

    Raises:
        UsageError: the table does not list the model, or the override is not a price.
    """
    if override:
        return parse_price(override)
    models: dict[str, dict[str, Any]] = _table()["models"]
    row = models.get(re.sub(r"-20\d{6}\Z", "", model))  # a dated name has the price of its alias
    if row is None:
        raise UsageError(
            f"the price of {model!r} is unknown, so budgets cannot be enforced",
            hint=f"mapp config {setting} INPUT/OUTPUT, in dollars per million tokens",
        )
    return Price(**{key: Decimal(value) for key, value in row.items()})


def parse_price(text: str) -> Price:
    """Returns the price that `INPUT/OUTPUT` describes, in dollars per million tokens.

    >>> parse_price("3/15").cache_write
    Decimal('3.75')
    """
    try:
        figures = [Decimal(part) for part in text.split("/")]
    except InvalidOperation:
        figures = []
    if len(figures) != 2 or not all(part.is_finite() and 0 <= part <= 10_000 for part in figures):
        raise UsageError(
            f"{text!r} is not a price", hint="for example 3/15: dollars per million tokens read/written"
        )
    first, second = figures
    return Price(input=first, output=second, cache_read=first * _MIN_READ, cache_write=first * _WRITE)
