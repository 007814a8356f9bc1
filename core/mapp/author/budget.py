"""Budgets of one change, one day and one month, and what is left of them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Final

from mapp.author.errors import OverBudget
from mapp.author.prices import Price
from mapp.model.budget import Budget
from mapp.model.spend import Spend, Sums, Totals

MORE: Final = "'$20, 30 rounds'"
"""An example budget, quoted for a shell, for hints on how to set one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Budgets:
    """The budgets of one change, one day and one month (UTC)."""

    change: Budget = field(default_factory=Budget)
    day: Budget = field(default_factory=Budget)
    month: Budget = field(default_factory=Budget)

    def left(self, sums: Sums) -> Budget:
        """Returns what one more call may cost.

        Raises:
            OverBudget: one of the budgets is used up.
        """
        for name in ("change", "day", "month"):
            rest = getattr(self, name).minus(getattr(sums, name))
            if used := [item.name for item in fields(rest) if _used_up(getattr(rest, item.name))]:
                raise OverBudget(
                    f"the budget of this {name} is used up: no {used[0].replace('micros', 'money')} left",
                    hint=f"mapp spend shows what was spent; to raise it: mapp config budget_{name} {MORE}",
                )
        change, day, month = (
            self.change.minus(sums.change),
            self.day.minus(sums.day),
            self.month.minus(sums.month),
        )
        return change.within(day).within(month)

    def check(self, sums: Sums, max_cost: Totals) -> None:
        """Raises OverBudget if a planned call could exceed a limit."""
        for name in ("change", "day", "month"):
            budget: Budget = getattr(self, name)
            if beyond := next(budget.exceeded(getattr(sums, name) + max_cost), None):
                raise OverBudget(
                    f"one more call could exceed the budget of this {name}: {beyond}",
                    hint=f"mapp spend shows what was spent; to raise it: mapp config budget_{name} {MORE}",
                )


def _used_up(left: float | None) -> bool:
    return left is not None and left <= 0


MIN_ANSWER: Final = 1_000
"""Tokens; a useful answer needs at least as many."""
OVERHEAD: Final = 2_000
"""The most tokens that a provider adds to a prompt for tools and its own instructions."""
MAX_LENGTH: Final = 600.0
"""Seconds that one call may take, unless a budget leaves less."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CallLimits:
    """Limits of one call: tokens read, tokens written, seconds."""

    tokens_in: int
    tokens_out: int
    seconds: float

    def max_cost(self, model: str, price: Price) -> Spend:
        """Returns the spend of a call that uses all of the limits."""
        spend = Spend(
            model=model,
            tokens_in=self.tokens_in,
            written_in=self.tokens_in if price.cache_write > price.input else 0,
            tokens_out=self.tokens_out,
            seconds=self.seconds,
            calls=1,
        )
        return price.charged(spend)


def call_limits(prompt_bytes: int, price: Price, budget: Budget, *, max_out: int) -> CallLimits:
    """Returns the limits of a call. Each byte of the prompt counts as one token, the upper bound.

    Raises:
        OverBudget: no useful answer fits.
    """
    tokens_in = prompt_bytes + OVERHEAD
    limits = [max_out]
    if budget.tokens is not None:
        limits.append(budget.tokens - tokens_in)
    if budget.micros is not None and price.output > 0:
        rest = budget.micros - tokens_in * price.dearest_input - 1
        limits.append(int(rest / price.output))
    elif budget.micros is not None and tokens_in * price.dearest_input > budget.micros:
        limits.append(0)
    tokens_out = min(limits)
    seconds = min(MAX_LENGTH, budget.seconds if budget.seconds is not None else MAX_LENGTH)
    if tokens_out < min(MIN_ANSWER, max_out) or seconds <= 0 or budget.rounds == 0:
        raise OverBudget(
            "the budget is too small for one more answer",
            hint=f"mapp spend shows what was spent; to raise it: mapp config budget_change {MORE}",
        )
    return CallLimits(tokens_in=tokens_in, tokens_out=tokens_out, seconds=seconds)
