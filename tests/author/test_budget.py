"""Budgets, their remainders, and the limits of one call."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mapp.author.budget import MAX_LENGTH, OVERHEAD, Budgets, call_limits
from mapp.author.errors import OverBudget
from mapp.author.prices import Price, parse_price, price_of
from mapp.model.budget import Budget
from mapp.model.spend import Spend, Sums, Totals

SONNET = price_of("claude-sonnet-5-5")


@pytest.mark.parametrize("micros", [30_000, 100_000, 10_000_000])
@pytest.mark.parametrize("tokens", [None, 20_000])
@pytest.mark.parametrize("size", [1, 5_000])
def test_a_call_that_reaches_its_limits_stays_within_the_budget(
    micros: int, tokens: int | None, size: int
) -> None:
    limits = call_limits(size, SONNET, Budget(micros=micros, tokens=tokens), max_out=16_000)
    most = limits.max_cost("m", SONNET)

    assert most.cost_micros <= micros
    assert tokens is None or most.tokens <= tokens
    assert limits.tokens_in == size + OVERHEAD
    assert limits.tokens_out == 16_000 or most.cost_micros > micros * 0.99 or most.tokens == tokens


def test_a_free_model_needs_no_money() -> None:
    assert call_limits(10, Price(), Budget(micros=0), max_out=500).tokens_out == 500


def test_a_budget_without_room_for_an_answer_is_refused() -> None:
    with pytest.raises(OverBudget, match="is too small for one more answer"):
        call_limits(100_000, SONNET, Budget(micros=1), max_out=16_000)


def test_a_call_may_cost_as_much_as_the_strictest_budget_leaves() -> None:
    budgets = Budgets(change=Budget(rounds=9, micros=500), day=Budget(rounds=4), month=Budget(tokens=1_000))
    spent = Totals(rounds=1, spend=Spend(tokens_in=300, cost_micros=100))

    assert budgets.left(Sums(change=spent, day=spent, month=spent)) == Budget(
        rounds=3, micros=400, tokens=700
    )
    assert Budgets().left(Sums(change=spent, day=spent, month=spent)) == Budget()


def test_the_error_for_an_exhausted_budget_of_money_says_so() -> None:
    with pytest.raises(OverBudget, match="the budget of this day is used up: no money left") as error:
        Budgets(day=Budget(micros=5)).left(Sums(day=Totals(spend=Spend(cost_micros=5))))
    assert "mapp config budget_day" in error.value.hint


def test_a_planned_call_may_reach_a_limit_but_not_exceed_it() -> None:
    budgets = Budgets(month=Budget(tokens=100))
    spent = Sums(month=Totals(spend=Spend(tokens_in=60)))

    budgets.check(spent, Totals(rounds=1, spend=Spend(tokens_out=40)))
    with pytest.raises(OverBudget, match="exceed the budget of this month: 101 tokens of 100"):
        budgets.check(spent, Totals(rounds=1, spend=Spend(tokens_out=41)))


@pytest.mark.parametrize("budget", [Budget(rounds=0), Budget(seconds=0.0), Budget(tokens=OVERHEAD)], ids=str)
def test_any_kind_of_limit_can_be_exhausted(budget: Budget) -> None:
    with pytest.raises(OverBudget, match="too small"):
        call_limits(10, Price(), budget, max_out=500)


def test_a_call_takes_no_longer_than_the_budget_leaves() -> None:
    assert call_limits(1, Price(), Budget(seconds=9.5), max_out=500).seconds == 9.5
    assert call_limits(1, Price(), Budget(seconds=1e6), max_out=500).seconds == MAX_LENGTH


def test_the_budget_also_limits_a_model_that_charges_only_for_input() -> None:
    price = Price(input=Decimal(1))
    assert call_limits(10, price, Budget(micros=OVERHEAD + 10), max_out=500).tokens_out == 500
    with pytest.raises(OverBudget):
        call_limits(10, price, Budget(micros=OVERHEAD + 9), max_out=500)


def test_the_maximum_cost_includes_writing_to_the_cache_only_if_that_costs_more() -> None:
    limits = call_limits(10, parse_price("3/15"), Budget(), max_out=500)
    assert limits.max_cost("m", parse_price("3/15")).written_in == limits.tokens_in
    assert limits.max_cost("m", Price(input=Decimal(3))).written_in == 0
