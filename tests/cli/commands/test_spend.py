"""`mapp spend`: the cost of coders, for people and for scripts."""

from __future__ import annotations

import json
from pathlib import Path

from mapp.model.spend import Planned, Spend
from mapp.observe.ledger import SpendLedger
from support.terminal import mapp

WORST = Spend(model="big", tokens_in=9_000, tokens_out=16_000, cost_micros=500_000, seconds=600.0, calls=1)
REAL = Spend(
    model="big", tokens_in=2_500, cached_in=2_000, tokens_out=800, cost_micros=21_500, seconds=12.4, calls=1
)


def spent(world: Path) -> None:
    """Writes two calls into the ledger: one that ended and one that was killed."""
    ledger = SpendLedger(world / "library" / "journal.sqlite")
    for app in ("vat", "tip"):
        call = Planned(
            change=f"compile/{app}", app=app, phase="code", round=1, coder="x", prompt="p", max_cost=WORST
        )
        identity = ledger.plan(call, lambda _: None)
        if app == "vat":
            ledger.settle(identity, REAL, "answered")


def test_without_calls_it_says_that_nothing_was_spent() -> None:
    found = mapp("spend")
    assert (found.code, found.out) == (0, "")
    assert "nothing was spent" in found.err and "today: $0.00 of $5.00" in found.err


def test_cost_tokens_and_time_are_shown(world: Path) -> None:
    spent(world)
    first, second = mapp("spend", "--by", "app").out.splitlines()

    assert first.split() == [
        "tip",
        "$0.50",
        "1",
        "calls",
        "9,000",
        "in",
        "(0",
        "cached),",
        "16,000",
        "out",
        "600",
        "s",
        "1",
        "not",
        "settled",
    ]
    assert second.split() == [
        "vat",
        "$0.0215",
        "1",
        "calls",
        "2,500",
        "in",
        "(2,000",
        "cached),",
        "800",
        "out",
        "12",
        "s",
    ]


def test_what_is_left_of_the_budgets_is_shown(world: Path) -> None:
    spent(world)
    assert mapp("config", "budget_month", "no money, 300k tokens").code == 0
    shown = mapp("spend").err
    assert "today: $0.5215 of $5.00" in shown and "this month: $0.5215, no money limit" in shown


def test_the_json_answer_has_all_figures(world: Path) -> None:
    spent(world)
    found = mapp("spend", "--by", "model", "--days", "1", "--json").json

    assert found["by"] == "model"
    (row,) = found["spend"]
    assert (row["name"], row["rounds"], row["open"], row["cost_micros"]) == ("big", 2, 1, 521_500)
    assert found["budgets"]["day"]["budget"]["micros"] == 5_000_000
    assert found["budgets"]["day"]["spent"]["tokens_out"] == 16_800


def test_a_damaged_ledger_is_an_error(world: Path) -> None:
    (world / "library").mkdir()
    (world / "library" / "journal.sqlite").write_bytes(b"no database" * 500)
    found = mapp("spend")
    assert found.code == 1 and "MAPP-0530" in found.err


def test_calls_are_grouped_by_round_and_listed_for_a_change(world: Path) -> None:
    spent(world)
    (row,) = json.loads(mapp("spend", "--by", "round", "--json").out)["spend"]
    (call,) = SpendLedger(world / "library" / "journal.sqlite").calls("compile/vat")

    assert (row["name"], row["rounds"], row["cached_in"]) == ("code 1", 2, 2_000)
    assert (call.phase, call.round, call.state, call.spend.cached_in) == ("code", 1, "answered", 2_000)
    assert str(call) == (
        "code, round 1: 2,500 tokens read (2,000 from the cache, 0 into it), 800 written, $0.0215, answered"
    )
