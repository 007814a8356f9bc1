from __future__ import annotations

import pytest

from mapp.errors import UsageError
from mapp.model.budget import Budget, parse_budget
from mapp.model.spend import Spend, Totals


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("", Budget()),
        ("$2", Budget(micros=2_000_000)),
        ("$0.000001", Budget(micros=1)),
        ("300k tokens", Budget(tokens=300_000)),
        ("1 token , 1 round", Budget(tokens=1, rounds=1)),
        ("12 rounds,90 s", Budget(rounds=12, seconds=90)),
        ("2 h", Budget(seconds=7_200)),
        ("20min, $0", Budget(seconds=1_200, micros=0)),
    ],
)
def test_words_are_parsed_as_limits(text: str, budget: Budget) -> None:
    assert parse_budget(text) == budget


@pytest.mark.parametrize(
    "text",
    ["2", "$", "$-1", "$1e3", "two rounds", "$1, $2", "5 tokens, 6k tokens", "1.5 h", "$1 $2", "$0.0000001"],
)
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="invalid or repeated limit"):
        parse_budget(text)


def test_the_remainder_is_never_negative() -> None:
    spent = Totals(rounds=3, spend=Spend(tokens_in=5, tokens_out=6, cost_micros=70, seconds=8.0))
    assert Budget(tokens=20, micros=50, rounds=3, seconds=10.0).minus(spent) == Budget(
        tokens=9, micros=0, rounds=0, seconds=2.0
    )
    assert Budget().minus(spent) == Budget()


def test_exceeded_limits_are_described_in_words() -> None:
    spent = Totals(rounds=3, spend=Spend(tokens_in=1_500, cost_micros=2_500_000, seconds=61.0))
    budget = Budget(tokens=1_000, micros=2_000_000, rounds=2, seconds=60.0)

    assert list(budget.exceeded(spent)) == [
        "1,500 tokens of 1,000",
        "$2.50 of $2.00",
        "3 rounds of 2",
        "61 seconds of 60",
    ]
    assert list(budget.exceeded(Totals(rounds=2, spend=Spend(tokens_in=1_000, cost_micros=2_000_000)))) == []
