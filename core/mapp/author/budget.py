"""Budgets: what one change, one day and one month may cost, and how much of that is left."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Final

from mapp.author.errors import OverBudget
from mapp.author.prices import Price
from mapp.model.budget import Budget
from mapp.model.spend import Spend, Sums, Totals

MORE: Final = "'$20, 30 rounds'"
"""A budget as it is typed, for messages that say how to set one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Budgets:
    """What one change, one day and one month may cost; days and months are those of UTC."""

    change: Budget = field(default_factory=Budget)
    day: Budget = field(default_factory=Budget)
    month: Budget = field(default_factory=Budget)

    def left(self, sums: Sums) -> Budget:
        """Returns what one more call may cost.

        Raises:
            OverBudget: nothing is left of one of them.
        """
        for name in ("change", "day", "month"):
            rest = getattr(self, name).minus(getattr(sums, name))
            if used := [item.name for item in fields(rest) if _used_up(getattr(rest, item.name))]:
                raise OverBudget(
                    f"the budget of this {name} is used up: no {used[0].replace('micros', 'money')} left",
                    hint=f"mapp spend shows where it went; to raise it: mapp config budget_{name} {MORE}",
                )
        change, day, month = (
            self.change.minus(sums.change),
            self.day.minus(sums.day),
            self.month.minus(sums.month),
        )
        return change.within(day).within(month)

    def check(self, sums: Sums, worst: Totals) -> None:
        """Raises OverBudget where a call that is planned could go beyond a limit."""
        for name in ("change", "day", "month"):
            budget: Budget = getattr(self, name)
            if beyond := next(budget.exceeded(getattr(sums, name) + worst), None):
                raise OverBudget(
                    f"one more call could go beyond the budget of this {name}: {beyond}",
                    hint=f"mapp spend shows where it went; to raise it: mapp config budget_{name} {MORE}",
                )


def _used_up(left: float | None) -> bool:
    return left is not None and left <= 0


MIN_ANSWER: Final = 1_000
"""Tokens; with less no useful answer can be written."""
OVERHEAD: Final = 2_000
"""Tokens that a provider adds to a prompt for tools and for itself, at most."""
MAX_LENGTH: Final = 600.0
"""Seconds that one call may take where no budget says less."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CallLimits:
    """The most that one call reads and writes, in tokens, and how long it may take, in seconds."""

    tokens_in: int
    tokens_out: int
    seconds: float

    def worst(self, model: str, price: Price) -> Spend:
        """Returns the spend of a call that uses all of it."""
        spend = Spend(
            model=model,
            tokens_in=self.tokens_in,
            written_in=self.tokens_in if price.cache_write > price.input else 0,
            tokens_out=self.tokens_out,
            seconds=self.seconds,
            calls=1,
        )
        return price.charged(spend)


def room(prompt_bytes: int, price: Price, budget: Budget, *, most_out: int) -> CallLimits:
    """Returns how much a call may use; a token is taken for no more than one byte of the prompt.

    Raises:
        OverBudget: no useful answer fits.
    """
    tokens_in = prompt_bytes + OVERHEAD
    limits = [most_out]
    if budget.tokens is not None:
        limits.append(budget.tokens - tokens_in)
    if budget.micros is not None and price.output > 0:
        rest = budget.micros - tokens_in * price.dearest_input - 1
        limits.append(int(rest / price.output))
    elif budget.micros is not None and tokens_in * price.dearest_input > budget.micros:
        limits.append(0)
    tokens_out = min(limits)
    seconds = min(MAX_LENGTH, budget.seconds if budget.seconds is not None else MAX_LENGTH)
    if tokens_out < min(MIN_ANSWER, most_out) or seconds <= 0 or budget.rounds == 0:
        raise OverBudget(
            "the budget does not leave enough for one more answer",
            hint=f"mapp spend shows where it went; to raise it: mapp config budget_change {MORE}",
        )
    return CallLimits(tokens_in=tokens_in, tokens_out=tokens_out, seconds=seconds)
