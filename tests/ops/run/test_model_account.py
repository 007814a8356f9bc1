"""What apps spend on a model: recorded before each call, within the budgets of the day and the month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mapp.config import load_config
from mapp.errors import UsageError
from mapp.llm.model import Completion, Model, ModelFailed
from mapp.model.outcome import Value
from mapp.observe.ledger import SpendLedger
from mapp.ops.manage.statistics import statistics
from mapp.ops.run.execute import Execution, execute
from mapp.ops.run.model_account import price_of_model
from mapp.ops.workspace import Workspace
from support.library import library
from support.terminal import mapp

ASKS = "try { return host.llm('what is ' + input.number); } catch (error) { return error.code; }"
TWICE = (
    f"const first = (() => {{ {ASKS} }})(); const second = (() => {{ {ASKS} }})(); return [first, second];"
)


@dataclass
class Answers:
    """A model that answers, or fails with a kind; it keeps how often it was called."""

    fails: str = ""
    tokens: tuple[int, int] = (1_000, 100)
    calls: int = field(default=0)

    def complete(
        self,
        prompt: str,
        *,
        schema: Mapping[str, Any] | None,
        max_tokens: int,
        seconds: float,
        block: str = "",
        sample: int = 0,
    ) -> Completion:
        self.calls += 1
        if self.fails:
            raise ModelFailed(self.fails, "no")
        return Completion(text="an answer", tokens_in=self.tokens[0], tokens_out=self.tokens[1])


@dataclass(kw_only=True)
class Asking(Workspace):
    """A workspace whose model belongs to the test."""

    answering: Model

    def model(self) -> Model | None:
        return self.answering


@pytest.fixture(autouse=True)
def _priced(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model costs two dollars per million tokens read and ten per million written."""
    monkeypatch.setenv("MAPP_LLM", "openai:small")
    monkeypatch.setenv("MAPP_LLM_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("MAPP_LLM_PRICE", "2/10")


def run(model: Answers, body: str = ASKS) -> Execution:
    """Runs an app that asks the model."""
    draft = (
        library()
        .app("asks")
        .stating(capabilities={"llm": {"max_tokens": 500}}, output={"type": ["string", "array"]})
    )
    built = draft.source(f"function main(input, host) {{ {body} }}").build()
    workspace = Asking(config=load_config(), answering=model)
    assert workspace.home.root == built.home.root
    try:
        return execute(workspace, "asks", {"number": 1}, grants=("llm",))
    finally:
        workspace.close()


def rows(world: Path) -> list[tuple[str, int, int, int]]:
    """Returns the calls of the ledger by app: tokens in and out, micro-dollars."""
    groups = SpendLedger(world / "library" / "journal.sqlite").groups("app")
    return [
        (
            group.name,
            group.totals.spend.tokens_in,
            group.totals.spend.tokens_out,
            group.totals.spend.cost_micros,
        )
        for group in groups
    ]


def test_a_call_is_in_the_ledger_in_spend_and_in_stats(world: Path) -> None:
    done = run(Answers())

    assert isinstance(done.outcome, Value) and done.outcome.output == "an answer"
    assert rows(world) == [("asks", 1_000, 100, 3_000)]
    assert mapp("spend", "--json").json["budgets"]["day"]["spent"]["cost_micros"] == 3_000
    found = statistics(Workspace(config=load_config()), by="app")
    assert (found.spend.cost_micros, found.calls) == (3_000, 1)
    assert [row.spend.cost_micros for row in found.groups] == [3_000]


@pytest.mark.parametrize("budget", ["MAPP_BUDGET_DAY", "MAPP_BUDGET_MONTH"])
def test_a_call_that_could_exceed_a_budget_is_refused_and_not_made(
    monkeypatch: pytest.MonkeyPatch, world: Path, budget: str
) -> None:
    # A call may cost 5,000 micro-dollars of output and 4,000 of prompt; it then costs 3,000.
    monkeypatch.setenv(budget, "$0.0105")
    model = Answers()
    done = run(model, TWICE)

    assert isinstance(done.outcome, Value) and done.outcome.output == ["an answer", "budget"]
    assert model.calls == 1 and rows(world) == [("asks", 1_000, 100, 3_000)]


def test_what_coders_spent_counts_against_an_app_and_the_other_way_round(
    monkeypatch: pytest.MonkeyPatch, world: Path
) -> None:
    run(Answers())
    monkeypatch.setenv("MAPP_BUDGET_DAY", "3k tokens, 1 round")
    sums = Workspace(config=load_config()).ledger.sums("")

    assert sums.day.spend.tokens == 1_100
    assert sums.day.rounds == 0  # rounds limit coders, not apps


@pytest.mark.parametrize(
    ("fails", "cost"), [("rate_limited", 0), ("credential", 0), ("unavailable", 0), ("timeout", 9_000)]
)
def test_a_failed_call_counts_only_if_it_may_have_been_done(world: Path, fails: str, cost: int) -> None:
    done = run(Answers(fails=fails))

    assert isinstance(done.outcome, Value) and done.outcome.output == fails
    [(_, _, _, micros)] = rows(world)
    assert cost <= micros <= cost + 100


def test_a_service_that_reports_no_tokens_counts_at_the_most(world: Path) -> None:
    run(Answers(tokens=(0, 0)))
    [(_, _, written, micros)] = rows(world)
    assert written == 500 and micros > 9_000


def test_a_model_without_a_known_price_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPP_LLM", "anthropic:unheard-of")
    monkeypatch.setenv("MAPP_LLM_PRICE", "")
    with pytest.raises(UsageError, match="price of 'unheard-of' is unknown") as caught:
        run(Answers())
    assert "llm_price" in caught.value.hint


def test_an_own_server_costs_nothing_unless_a_price_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert price_of_model(load_config()).output == Decimal(10)
    monkeypatch.setenv("MAPP_LLM_PRICE", "")
    assert price_of_model(load_config()).output == 0
