"""Budgets: what one change, one day and one month may cost, and how much of that is left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from mapp.author.failures import OverBudget
from mapp.model.spend import Sums, Totals, dollars


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """What may be spent: tokens read and written, money (micro-dollars), calls of a coder, seconds.

    None is no limit.
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
        """Returns the tighter of two budgets, limit by limit.

        >>> Budget(tokens=5, rounds=2).within(Budget(tokens=9, micros=1))
        Budget(tokens=5, micros=1, rounds=2, seconds=None)
        """
        names = [item.name for item in fields(self)]
        pairs = {name: _present(getattr(self, name), getattr(other, name)) for name in names}
        return Budget(**{name: min(pair, default=None) for name, pair in pairs.items()})  # type: ignore[arg-type]

    def exceeded(self, spent: Totals) -> Iterator[str]:
        """Yields, in words, every limit that the spend goes beyond."""
        spend = spent.spend
        if self.tokens is not None and spend.tokens > self.tokens:
            yield f"{spend.tokens:,} tokens of {self.tokens:,}"
        if self.micros is not None and spend.cost_micros > self.micros:
            yield f"{dollars(spend.cost_micros)} of {dollars(self.micros)}"
        if self.rounds is not None and spent.rounds > self.rounds:
            yield f"{spent.rounds} rounds of {self.rounds}"
        if self.seconds is not None and spend.seconds > self.seconds:
            yield f"{spend.seconds:.0f} seconds of {self.seconds:.0f}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Budgets:
    """What one change, one day and one month may cost; days and months are those of UTC."""

    change: Budget = Budget()
    day: Budget = Budget()
    month: Budget = Budget()

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
                    hint=f"mapp spend shows where it went; mapp config budget_{name} VALUE raises it",
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
                    hint=f"mapp spend shows where it went; mapp config budget_{name} VALUE raises it",
                )


def _less(limit: int | None, spent: int) -> int | None:
    return None if limit is None else max(0, limit - spent)


def _present(*limits: float | None) -> list[float]:
    return [limit for limit in limits if limit is not None]


def _used_up(left: float | None) -> bool:
    return left is not None and left <= 0
