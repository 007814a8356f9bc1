"""The coder with prepared answers: it charges and fails as a model would."""

from __future__ import annotations

import pytest

from mapp.author.budget import OVERHEAD
from mapp.author.coder import Brief
from mapp.author.coders.scripted import CHARACTERS_A_TOKEN, ScriptedCoder
from mapp.author.errors import BadAnswer, CoderRefused, NoCredentials, OverBudget, Unavailable
from mapp.author.prices import parse_price
from mapp.model.budget import Budget
from mapp.model.spend import Spend

BRIEF = Brief(app="vat", phase="code", goal="add 20% VAT")
PRICE = parse_price("3/15")


def test_answers_are_given_in_order_until_none_is_left() -> None:
    coder = ScriptedCoder(answers=[{"main.js": "one"}, {"main.js": b"two"}])

    assert coder.propose(BRIEF, {}, Budget(), lambda _: None).files == {"main.js": b"one"}
    assert coder.propose(BRIEF, {}, Budget(), lambda _: None).files == {"main.js": b"two"}
    with pytest.raises(Unavailable, match="no more answers"):
        coder.propose(BRIEF, {}, Budget(), lambda _: None)
    assert len(coder.asked) == 3


def test_a_call_is_recorded_as_it_was_even_if_the_files_change_later() -> None:
    files = {"main.js": b"old"}
    coder = ScriptedCoder(answers=[{"main.js": "new"}])
    coder.propose(BRIEF, files, Budget(rounds=4), lambda _: None)
    files["main.js"] = b"later"

    (asked,) = coder.asked
    assert (asked.brief, asked.files, asked.budget) == (BRIEF, {"main.js": b"old"}, Budget(rounds=4))
    assert "add 20% VAT" in asked.prompt.text


def test_an_answer_costs_its_tokens_at_four_characters_each() -> None:
    coder = ScriptedCoder(answers=[{"main.js": "x" * 4_000}], price=PRICE)
    spend = coder.propose(BRIEF, {}, Budget(), lambda _: None).spend

    assert spend.tokens_out == 4_000 // CHARACTERS_A_TOKEN
    assert spend.cost_micros == spend.tokens_in * 3 + 1_000 * 15
    assert spend.cost_micros <= coder.max_cost(BRIEF, {}, Budget()).cost_micros


def test_an_answer_longer_than_the_limit_is_bad_and_costs_the_whole_limit() -> None:
    coder = ScriptedCoder(answers=[{"main.js": "x" * 401}], most_out=100)
    with pytest.raises(BadAnswer, match="did not fit into 100 tokens") as error:
        coder.propose(BRIEF, {}, Budget(), lambda _: None)
    assert error.value.spend.tokens_out == 100


def test_a_failure_costs_the_reading_of_the_prompt_unless_it_has_a_cost_or_no_key() -> None:
    spent = Spend(model="m", cost_micros=7, calls=1)
    failures = [CoderRefused("no"), CoderRefused("no", spend=spent), NoCredentials("no key")]
    coder = ScriptedCoder(answers=failures, price=PRICE)
    costs = []
    for failure in failures:
        with pytest.raises(type(failure)) as error:
            coder.propose(BRIEF, {}, Budget(), lambda _: None)
        costs.append(error.value.spend.cost_micros)

    assert costs == [coder.asked[0].prompt.size // CHARACTERS_A_TOKEN * 3, 7, 0]


def test_an_exhausted_budget_uses_up_no_answer() -> None:
    coder = ScriptedCoder(answers=[{"main.js": "one"}])
    with pytest.raises(OverBudget):
        coder.propose(BRIEF, {}, Budget(tokens=OVERHEAD), lambda _: None)
    assert coder.asked == []
