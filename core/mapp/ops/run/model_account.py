"""Pays for an app's calls of the model: in the ledger at their maximum cost first, within the budgets."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from mapp.author.budget import OVERHEAD, Budgets
from mapp.author.prices import Price, parse_price, price_of
from mapp.config import Config
from mapp.errors import MappError
from mapp.llm.model import Completion, Model, ModelFailed
from mapp.model.budget import parse_budget
from mapp.model.spend import Planned, Spend, Totals
from mapp.model.values import canonical
from mapp.observe.ledger import IN_RUN, SpendLedger

_UNPAID: Final = frozenset({"credential", "rate_limited", "unavailable"})
"""Failures that cost nothing; after any other the service may have done the work."""


def price_of_model(config: Config) -> Price:
    """Returns the price of the model for apps.

    Raises:
        UsageError: it is unknown, so the budgets cannot be kept.
    """
    provider, _, name = config.llm.partition(":")
    if config.llm_price or provider != "anthropic":
        return parse_price(config.llm_price) if config.llm_price else Price()
    return price_of(name, setting="llm_price")


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelAccount:
    """Calls a model for the run of an app; the budgets of the day and of the month limit what it may cost."""

    model: Model
    name: str
    price: Price
    budgets: Budgets
    ledger: SpendLedger
    app: str
    run: str

    def complete(
        self, prompt: str, *, schema: Mapping[str, Any] | None, max_tokens: int, seconds: float
    ) -> Completion:
        """Returns the model's answer, after recording the call; arguments as in `Model.complete`.

        Raises:
            OverBudget: the call could cost more than is left of a budget. It was not made.
            LedgerFailed: the call cannot be recorded. It was not made.
            ModelFailed: the model did not answer.
        """
        max_cost = self._max_cost(prompt, schema, max_tokens, seconds)
        planned = Planned(
            change=f"{IN_RUN}/{self.run}",
            app=self.app,
            phase=IN_RUN,
            round=0,
            coder=self.name,
            prompt="",
            max_cost=max_cost,
        )
        # A call counts as no round: those are limits on coders.
        identity = self.ledger.plan(planned, lambda sums: self.budgets.check(sums, Totals(spend=max_cost)))
        try:
            done = self.model.complete(prompt, schema=schema, max_tokens=max_tokens, seconds=seconds)
        except ModelFailed as failure:
            unpaid = failure.kind in _UNPAID
            self._settle(identity, Spend(model=self.name, calls=1) if unpaid else max_cost, failure.kind)
            raise
        self._settle(identity, self._cost(done, max_cost), "answered")
        return done

    def _max_cost(
        self, prompt: str, schema: Mapping[str, Any] | None, max_tokens: int, seconds: float
    ) -> Spend:
        """Returns the most that a call can cost; each byte of the prompt is at most one token."""
        asked = len(prompt.encode("utf-8", "replace"))
        asked += 0 if schema is None else len(canonical(dict(schema)).encode())
        spend = Spend(
            model=self.name, tokens_in=asked + OVERHEAD, tokens_out=max_tokens, seconds=seconds, calls=1
        )
        return self.price.charged(spend)

    def _cost(self, done: Completion, max_cost: Spend) -> Spend:
        if not done.tokens_in and not done.tokens_out:  # the service does not say what it used
            return max_cost
        used = Spend(model=self.name, tokens_in=done.tokens_in, tokens_out=done.tokens_out, calls=1)
        return self.price.charged(replace(used, seconds=0.0))

    def _settle(self, identity: str, spend: Spend, outcome: str) -> None:
        with contextlib.suppress(MappError):  # it stays at its maximum
            self.ledger.settle(identity, spend, outcome)


def caps_of(config: Config) -> Budgets:
    """Returns the budgets that calls during runs count towards; raises UsageError when one is invalid."""
    return Budgets(day=parse_budget(config.budget_day), month=parse_budget(config.budget_month))
