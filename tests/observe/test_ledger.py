"""The ledger: a call is recorded before it is made and settled afterwards, and a kill loses none."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mapp.model.spend import Planned, Spend, Sums, Totals
from mapp.observe.journal import Journal
from mapp.observe.ledger import LedgerFailed, SpendLedger
from support.processes import kill, start

WORST = Spend(model="m", tokens_in=1_000, tokens_out=2_000, cost_micros=50_000, seconds=600.0, calls=1)
REAL = Spend(
    model="m",
    tokens_in=900,
    cached_in=300,
    written_in=5,
    tokens_out=100,
    cost_micros=4_321,
    seconds=2.5,
    calls=2,
)
CALL = Planned(
    change="compile/1", app="vat", phase="code", round=1, coder="scripted", prompt="code-1-x", max_cost=WORST
)
NOON = datetime(2026, 3, 15, 12, tzinfo=UTC).timestamp()


class Clock:
    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(world: Path, clock: Clock) -> SpendLedger:
    return SpendLedger(world / "library" / "journal.sqlite", clock=clock)


def anything(_: Sums) -> None:
    """Allows every call."""


def test_a_planned_call_counts_at_its_maximum_and_a_settled_one_at_its_real_cost(ledger: SpendLedger) -> None:
    assert ledger.sums("compile/1") == Sums()
    identity = ledger.plan(CALL, anything)
    planned = Totals(rounds=1, spend=replace(WORST, model=""))
    assert ledger.sums("compile/1") == Sums(change=planned, day=planned, month=planned)

    ledger.settle(identity, REAL, "answered")
    settled = Totals(rounds=1, spend=replace(REAL, model=""))
    assert ledger.sums("compile/1") == Sums(change=settled, day=settled, month=settled)


def test_a_call_that_is_not_allowed_is_not_written(ledger: SpendLedger) -> None:
    ledger.plan(CALL, anything)

    def refuse(sums: Sums) -> None:
        assert sums.change.rounds == 1
        raise KeyError("too much")

    with pytest.raises(KeyError):
        ledger.plan(CALL, refuse)
    assert ledger.sums("compile/1").change.rounds == 1


def test_days_and_months_end_at_midnight_utc(ledger: SpendLedger, clock: Clock) -> None:
    def at(*when: int) -> None:
        clock.now = datetime(*when, tzinfo=UTC).timestamp()  # type: ignore[misc, arg-type]

    for when in ((2026, 2, 28, 23, 59, 59), (2026, 3, 1), (2026, 3, 14, 23, 59, 59), (2026, 3, 15)):
        at(*when)
        ledger.plan(replace(CALL, change=str(when)), anything)
    at(2026, 3, 15, 23, 59, 59)
    sums = ledger.sums("(2026, 3, 1)")

    assert (sums.change.rounds, sums.day.rounds, sums.month.rounds) == (1, 1, 3)


def test_spend_is_grouped_by_time_app_model_change_and_round(ledger: SpendLedger, clock: Clock) -> None:
    ledger.settle(ledger.plan(CALL, anything), REAL, "answered")
    clock.now += 86_400
    ledger.settle(ledger.plan(replace(CALL, app="tip", change="compile/2"), anything), REAL, "refused")
    ledger.plan(replace(CALL, max_cost=replace(WORST, model="big")), anything)

    def rows(by: str, days: int | None = None) -> list[tuple[str, int, int, int]]:
        groups = ledger.groups(by, days=days)  # type: ignore[arg-type]
        return [
            (group.name, group.totals.rounds, group.open, group.totals.spend.cost_micros) for group in groups
        ]

    assert rows("day") == [("2026-03-16", 2, 1, 54_321), ("2026-03-15", 1, 0, 4_321)]
    assert rows("month") == [("2026-03", 3, 1, 58_642)]
    assert rows("app") == [("vat", 2, 1, 54_321), ("tip", 1, 0, 4_321)]
    assert rows("model") == [("big", 1, 1, 50_000), ("m", 2, 0, 8_642)]
    assert rows("change") == [("compile/1", 2, 1, 54_321), ("compile/2", 1, 0, 4_321)]
    assert ledger.groups("app")[0].to_dict()["rounds"] == 2


def test_an_answer_is_kept_until_its_change_ends(ledger: SpendLedger) -> None:
    assert ledger.answer("compile/1", "code", 1) is None
    first = ledger.plan(CALL, anything)
    assert ledger.answer("compile/1", "code", 1) is None
    ledger.settle(first, REAL, "answered", "{}")
    ledger.settle(ledger.plan(replace(CALL, round=2), anything), REAL, "refused", None)

    assert ledger.answer("compile/1", "code", 1) == "{}"
    for change, phase, number in (
        ("compile/1", "code", 2),
        ("compile/1", "contract", 1),
        ("other", "code", 1),
    ):
        assert ledger.answer(change, phase, number) is None
    ledger.forget_answers("compile/1")
    assert ledger.answer("compile/1", "code", 1) is None
    assert ledger.sums("compile/1").change.rounds == 2


def test_it_shares_the_file_with_the_journal(ledger: SpendLedger) -> None:
    ledger.plan(CALL, anything)
    journal = Journal(ledger.path, keep_runs=9, keep_days=9, keep_inputs=True)
    journal.decided("a", "compile", {}, None)
    ledger.plan(CALL, anything)
    journal.close()

    assert list(journal.runs()) == []
    assert ledger.sums("compile/1").change.rounds == 2
    journal.close()


def damage(path: Path) -> None:
    path.write_bytes(b"no database" * 500)


def replace_by_folder(path: Path) -> None:
    path.mkdir()


def fill_with_another_table(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE spend (other TEXT)")
    connection.close()


@pytest.mark.parametrize("spoil", [damage, replace_by_folder, fill_with_another_table])
def test_no_call_is_planned_if_the_ledger_cannot_be_written(
    ledger: SpendLedger, spoil: Callable[[Path], None]
) -> None:
    ledger.path.parent.mkdir(parents=True)
    spoil(ledger.path)
    with pytest.raises(LedgerFailed):
        ledger.plan(CALL, anything)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_no_call_is_planned_in_a_folder_without_permissions(ledger: SpendLedger) -> None:
    ledger.path.parent.mkdir(parents=True)
    ledger.path.parent.chmod(stat.S_IRUSR | stat.S_IXUSR)
    with pytest.raises(LedgerFailed):
        ledger.plan(CALL, anything)


def test_an_unknown_call_cannot_be_settled(ledger: SpendLedger) -> None:
    ledger.plan(CALL, anything)
    with pytest.raises(LedgerFailed):
        ledger.settle("nobody", REAL, "answered")


_PLANNER = """
import sys
from pathlib import Path
from mapp.model.spend import Planned, Spend
from mapp.observe.ledger import SpendLedger
worst = Spend(model="m", cost_micros=50_000, calls=1)
call = Planned(change="c", app="a", phase="code", round=1, coder="x", prompt="p", max_cost=worst)
ledger = SpendLedger(Path(sys.argv[1]))
def allowed(sums):
    if sums.change.spend.cost_micros + 50_000 > int(sys.argv[2]):
        raise SystemExit(0)
while True:
    ledger.plan(call, allowed)
    print("planned", flush=True)
"""


def test_many_processes_together_stay_within_the_budget(world: Path) -> None:
    path = world / "journal.sqlite"
    running = [start(_PLANNER, str(path), "1000000") for _ in range(3)]
    for process in running:
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err.decode()

    assert SpendLedger(path).sums("c").change == Totals(
        rounds=20, spend=Spend(cost_micros=1_000_000, calls=20)
    )


def test_a_killed_call_counts_at_its_maximum(world: Path) -> None:
    path = world / "journal.sqlite"
    process = start(_PLANNER, str(path), "10000000000")
    assert process.stdout is not None
    said = 0
    while said < 5:
        assert process.stdout.readline() == b"planned\n"
        said += 1
    kill(process)

    rounds = SpendLedger(path).sums("c").change.rounds
    assert rounds >= said
    assert SpendLedger(path).sums("c").change.spend.cost_micros == rounds * 50_000
