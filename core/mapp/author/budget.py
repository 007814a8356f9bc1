"""Budgets: what one change, one day and one month may cost, and how much of that is left."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Final

from mapp.author.errors import OverBudget
from mapp.model.budget import Budget
from mapp.model.spend import Sums, Totals

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
