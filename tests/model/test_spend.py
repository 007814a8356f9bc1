"""The cost of model calls: sums, money as text, and calls in one line."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from mapp.model.spend import ModelCall, Spend, Totals, dollars


def test_every_figure_is_summed() -> None:
    one = Spend(tokens_in=10, cached_in=4, written_in=3, tokens_out=2, cost_micros=7, seconds=0.5, calls=1)
    assert one + one == Spend(
        tokens_in=20, cached_in=8, written_in=6, tokens_out=4, cost_micros=14, seconds=1.0, calls=2
    )
    assert (one + one).tokens == 24


@pytest.mark.parametrize(
    ("one", "other", "both"), [("m", "m", "m"), ("m", "", "m"), ("", "m", "m"), ("m", "n", ""), ("", "", "")]
)
def test_a_sum_names_a_model_only_if_no_other_was_used(one: str, other: str, both: str) -> None:
    assert (Spend(model=one) + Spend(model=other)).model == both


@pytest.mark.parametrize(
    ("micros", "text"),
    [
        (0, "$0.00"),
        (1, "$0.000001"),
        (10_000, "$0.01"),
        (100_000, "$0.10"),
        (123_456_789_000_000, "$123456789.00"),
    ],
)
def test_money_has_at_least_two_decimals_and_loses_nothing(micros: int, text: str) -> None:
    assert dollars(micros) == text
    assert Decimal(text[1:]) == Spend(cost_micros=micros).cost_usd


def test_a_spend_survives_its_document() -> None:
    spend = Spend(model="m", tokens_in=5, cost_micros=2**62 + 1, seconds=0.25, calls=1)
    assert Spend.from_dict(json.loads(json.dumps(spend.to_dict()))) == spend


def test_a_call_mentions_the_cache_only_where_it_was_used() -> None:
    spend = Spend(tokens_in=1_200, tokens_out=30, cost_micros=4_500)
    cached = spend + Spend(cached_in=1_000)

    assert str(ModelCall(phase="code", round=2, state="answered", spend=spend)) == (
        "code, round 2: 1,200 tokens read, 30 written, $0.0045, answered"
    )
    assert "(1,000 from the cache, 0 into it)" in str(
        ModelCall(phase="code", round=2, state="answered", spend=cached)
    )


def test_totals_add_the_rounds_and_the_spend() -> None:
    total = Totals(rounds=1, spend=Spend(cost_micros=5)) + Totals(rounds=2, spend=Spend(cost_micros=6))
    assert total == Totals(rounds=3, spend=Spend(cost_micros=11))
