"""Every call is recorded before it is made and settled afterwards; nothing is paid for twice."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from mapp.author.billing import BudgetAccount, pay
from mapp.author.budget import Budgets
from mapp.author.coder import Brief, Files, Progress, Proposal, Watch
from mapp.author.coders.scripted import ScriptedCoder
from mapp.author.errors import BadAnswer, CoderRefused, OverBudget, Unavailable
from mapp.author.prices import parse_price
from mapp.author.prompt import digest
from mapp.model.budget import Budget
from mapp.model.spend import Planned, Spend
from mapp.observe.ledger import LedgerFailed, SpendLedger
from support.processes import kill, start

BRIEF = Brief(app="vat", phase="code", goal="add 20% VAT")
PRICE = parse_price("3/15")
ANSWER = {"main.js": "function main() { return 1; } // é\n"}


@pytest.fixture
def ledger(world: Path) -> SpendLedger:
    return SpendLedger(world / "journal.sqlite")


def account(ledger: SpendLedger, **limits: Budget) -> BudgetAccount:
    return BudgetAccount(budgets=Budgets(**limits), ledger=ledger, change="compile/1")


def ask(
    coder: ScriptedCoder, pays: BudgetAccount, brief: Brief = BRIEF, watch: Watch = lambda _: None
) -> Proposal:
    return pay(coder, brief, {}, account=pays, watch=watch)


def test_a_call_is_planned_before_it_is_made_and_settled_after(ledger: SpendLedger) -> None:
    coder = ScriptedCoder(answers=[ANSWER], price=PRICE)
    seen: list[int] = []

    def watch(_: Progress) -> None:
        (group,) = ledger.groups("app")
        seen.append(group.totals.spend.cost_micros)
        assert group.open == 1

    found = ask(coder, account(ledger), watch=watch)
    (group,) = ledger.groups("app")

    assert seen == [coder.max_cost(BRIEF, {}, Budget()).cost_micros]
    assert (group.open, group.totals.spend.cost_micros) == (0, found.spend.cost_micros)
    assert 0 < found.spend.cost_micros < seen[0]


def test_a_round_that_was_answered_is_never_paid_for_again(ledger: SpendLedger) -> None:
    first = ask(ScriptedCoder(answers=[ANSWER], price=PRICE), account(ledger))
    nobody = ScriptedCoder(answers=[])
    again = ask(nobody, account(ledger))

    assert again == first
    assert nobody.asked == []
    assert ledger.sums("compile/1").change.rounds == 1


def test_a_failure_is_settled_at_its_cost(ledger: SpendLedger) -> None:
    spent = Spend(model="m", tokens_in=5, cost_micros=77, calls=1)
    with pytest.raises(CoderRefused):
        ask(ScriptedCoder(answers=[CoderRefused("no", spend=spent)]), account(ledger))
    (group,) = ledger.groups("app")

    assert (group.open, group.totals.spend.cost_micros) == (0, 77)
    assert ledger.answer("compile/1", "code", 1) is None


def test_a_round_that_ended_in_a_bad_answer_is_not_paid_for_again_either(ledger: SpendLedger) -> None:
    for coder in (ScriptedCoder(answers=[{}], price=PRICE), ScriptedCoder(answers=[])):
        with pytest.raises(BadAnswer, match="changes none") as error:
            ask(coder, account(ledger))
        assert error.value.spend.cost_micros > 0
    assert coder.asked == []
    assert ledger.sums("compile/1").change.rounds == 1


def test_a_round_in_which_the_service_was_unreachable_is_retried(ledger: SpendLedger) -> None:
    with pytest.raises(Unavailable):
        ask(ScriptedCoder(answers=[]), account(ledger))
    assert ask(ScriptedCoder(answers=[ANSWER]), account(ledger)).files


def test_an_interrupted_call_counts_at_its_maximum(ledger: SpendLedger) -> None:
    def stop(_: Progress) -> None:
        raise KeyboardInterrupt

    coder = ScriptedCoder(answers=[ANSWER], price=PRICE)
    with pytest.raises(KeyboardInterrupt):
        ask(coder, account(ledger), watch=stop)

    (group,) = ledger.groups("app")
    assert (group.open, group.totals.spend.cost_micros) == (
        1,
        coder.max_cost(BRIEF, {}, Budget()).cost_micros,
    )


@pytest.mark.parametrize("which", ["change", "day", "month"])
@pytest.mark.parametrize("limit", [Budget(rounds=2), Budget(micros=600_000), Budget(tokens=45_000)], ids=str)
def test_every_budget_stops_the_calls(ledger: SpendLedger, which: str, limit: Budget) -> None:
    answers = [{"main.js": "x" * 40_000 + str(number)} for number in range(99)]
    coder = ScriptedCoder(answers=answers, price=PRICE, most_out=12_000)
    pays = account(ledger, **{which: limit})
    with pytest.raises(OverBudget):
        for number in range(1, 99):
            brief = Brief(app="vat", phase="code", goal="add 20% VAT", round=number)
            with contextlib.suppress(BadAnswer):  # near its end a budget leaves no room for so long an answer
                ask(coder, pays, brief)

    assert 2 <= len(coder.asked) <= 4
    spent = ledger.sums("compile/1").change
    assert spent.rounds == len(coder.asked)
    assert list(limit.exceeded(spent)) == []


@pytest.mark.parametrize("which", ["change", "day", "month"])
def test_an_exhausted_budget_is_named_with_the_command_that_raises_it(
    ledger: SpendLedger, which: str
) -> None:
    pays = account(ledger, **{which: Budget(rounds=1)})
    ask(ScriptedCoder(answers=[ANSWER]), pays)
    with pytest.raises(OverBudget, match=f"the budget of this {which} is used up: no rounds left") as error:
        ask(ScriptedCoder(answers=[ANSWER]), pays, Brief(app="vat", phase="code", goal="x", round=2))
    assert f"mapp config budget_{which} '$20, 30 rounds'" in error.value.hint


def test_two_concurrent_calls_cannot_spend_the_same_remainder(ledger: SpendLedger) -> None:
    class Hasty(ScriptedCoder):
        def max_cost(self, brief: Brief, files: Files, budget: Budget) -> Spend:
            found = super().max_cost(brief, files, budget)
            if not self.asked:  # another process plans a call between the look at the ledger and the plan
                ledger.plan(
                    Planned(
                        change="2", app="a", phase="code", round=1, coder="x", prompt="p", max_cost=found
                    ),
                    lambda _: None,
                )
            return found

    coder = Hasty(answers=[ANSWER], price=PRICE)
    with pytest.raises(OverBudget, match=r"could exceed the budget of this day: \$"):
        ask(coder, account(ledger, day=Budget(micros=300_000)))
    assert coder.asked == []


def test_without_a_writable_ledger_no_coder_is_called(ledger: SpendLedger) -> None:
    ledger.path.write_bytes(b"no database" * 500)
    coder = ScriptedCoder(answers=[ANSWER])
    with pytest.raises(LedgerFailed):
        ask(coder, account(ledger))
    assert coder.asked == []


def test_an_answer_is_kept_when_the_ledger_fails_after_the_call(ledger: SpendLedger) -> None:
    told: list[str] = []

    def spoil(progress: Progress) -> None:
        told.append(progress.doing)
        if len(told) == 1:
            for path in ledger.path.parent.glob("journal.sqlite*"):
                path.write_bytes(b"no database" * 500)

    found = ask(ScriptedCoder(answers=[ANSWER]), account(ledger), watch=spoil)
    assert found.files["main.js"] == ANSWER["main.js"].encode()
    assert "counted at its maximum cost" in told[-1]


def test_a_row_names_the_prompt_and_the_coder(ledger: SpendLedger) -> None:
    ask(ScriptedCoder(answers=[ANSWER]), account(ledger))
    import sqlite3

    connection = sqlite3.connect(ledger.path)
    row = connection.execute("SELECT app, phase, round, coder, prompt, state, model FROM spend").fetchone()
    connection.close()
    assert row == ("vat", "code", 1, "scripted", digest("code"), "answered", "scripted")


def test_the_files_reach_the_coder_unchanged(ledger: SpendLedger) -> None:
    files: Files = {"main.js": b"old", "tests/requests.jsonl": b"{}\n"}
    coder = ScriptedCoder(answers=[ANSWER])
    pay(coder, BRIEF, files, account=account(ledger), watch=lambda _: None)
    assert coder.asked[0].files == files


_KILLED = """
import sys, time
from pathlib import Path
from mapp.author.budget import Budgets
from mapp.author.coder import Brief
from mapp.author.billing import BudgetAccount, pay
from mapp.author.prices import parse_price
from mapp.author.coders.scripted import ScriptedCoder
from mapp.observe.ledger import SpendLedger
account = BudgetAccount(budgets=Budgets(), ledger=SpendLedger(Path(sys.argv[1])), change="compile/1")
coder = ScriptedCoder(answers=[{"main.js": "x"}] * 2, price=parse_price("3/15"))
def ask(number, watch):
    pay(coder, Brief(app="vat", phase="code", goal="x", round=number), {}, account=account, watch=watch)
def hang(_):
    print("asked", flush=True)
    time.sleep(600)
ask(1, lambda _: None)
ask(2, hang)
"""


def test_a_killed_change_keeps_the_rounds_that_it_paid_for(ledger: SpendLedger) -> None:
    process = start(_KILLED, str(ledger.path))
    assert process.stdout is not None and process.stdout.readline() == b"asked\n"
    kill(process)
    (group,) = ledger.groups("change")
    coder = ScriptedCoder(answers=[{"main.js": "y"}], price=PRICE)
    brief = [Brief(app="vat", phase="code", goal="x", round=number) for number in (1, 2)]

    assert (group.totals.rounds, group.open) == (2, 1)
    assert ask(coder, account(ledger), brief[0]).files == {"main.js": b"x"}
    assert ask(coder, account(ledger), brief[1]).files == {"main.js": b"y"}
    assert [asked.brief.round for asked in coder.asked] == [2]
