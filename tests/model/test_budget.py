from __future__ import annotations

import pytest

from mapp.errors import UsageError
from mapp.model.budget import Budget, inherits_limits, merged_budget, parse_budget
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
def test_an_invalid_limit_is_refused(text: str) -> None:
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


@pytest.mark.parametrize(
    ("lower", "upper", "merged"),
    [
        ("$2, 12 rounds, 30 min", "20 rounds", "$2, 20 rounds, 30 min"),
        ("$2, 12 rounds, 30 min", "$1.50, 5k tokens", "$1.50, 12 rounds, 30 min, 5k tokens"),
        ("$2", "1 round", "$2, 1 round"),
        ("1 h", "90 s", "90 s"),
        ("", "$1", "$1"),
        ("$2, 12 rounds", "", ""),
        ("$2, 12 rounds", "no money", "no money, 12 rounds"),
        ("no money, 12 rounds", "$3", "$3, 12 rounds"),
    ],
)
def test_budgets_are_merged_limit_by_limit(lower: str, upper: str, merged: str) -> None:
    assert merged_budget(lower, upper) == merged
    parse_budget(merged)


def test_a_limit_can_be_lifted() -> None:
    found = parse_budget("no money, no tokens, 3 rounds, no time")

    assert (found.micros, found.tokens, found.rounds, found.seconds) == (None, None, 3, None)
    with pytest.raises(UsageError):
        parse_budget("$1, no money")


@pytest.mark.parametrize(
    ("lower", "upper", "inherited"),
    [
        ("$2, 12 rounds, 30 min", "20 rounds", True),
        ("$2, 12 rounds", "no rounds", True),
        ("$2", "1 round", True),
        ("no money", "1 round", True),
        ("1 h", "90 s", False),
        ("$2, 12 rounds", "12 rounds,$2", False),
        ("12 rounds", "no rounds, 5k tokens", False),
        ("", "$1", False),
        ("$2", "", False),
        ("$2", " , ", False),
    ],
)
def test_a_budget_inherits_the_limits_that_are_not_overridden(
    lower: str, upper: str, inherited: bool
) -> None:
    assert inherits_limits(lower, upper) is inherited
