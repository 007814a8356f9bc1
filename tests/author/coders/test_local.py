"""The coder that asks any model: how it asks, what it reads, and what a failure costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from mapp.author.budget import OVERHEAD
from mapp.author.coder import Brief, Files, Progress
from mapp.author.coders.local import LocalCoder
from mapp.author.coders.small_model_prompt import render_code
from mapp.author.errors import BadAnswer, CoderFailed, NoCredentials, OverBudget, Unavailable
from mapp.author.prices import parse_price
from mapp.llm.model import Completion, ModelFailed
from mapp.model.budget import Budget

WORKSPACE: Files = {
    "mapp.toml": b"""\
manifest = 1
name = "rate"
version = "0.1.0"
description = "Says what a price is."

[input.prices]
type = "array"
items = { type = "number" }

[output]
type = "integer"
""",
    "tests/examples.jsonl": b'{"input":{"prices":[1.5]},"output":3}\n',
    "tests/properties.js": b"function prop_a() { return true; }\n",
}
BRIEF = Brief(app="rate", phase="code", goal="the price of a rate")
PROGRAM = "function main(input) { return 3; }\n"


@dataclass
class Says:
    """A model that always gives one answer and records its calls."""

    text: str = ""
    failure: ModelFailed | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)

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
        self.asked.append({"prompt": prompt, "schema": schema, "block": block, "sample": sample})
        if self.failure is not None:
            raise self.failure
        return Completion(text=self.text, tokens_in=5, tokens_out=7)


def coder(model: Says) -> LocalCoder:
    return LocalCoder(model=model, label="m", small=True)


@pytest.mark.parametrize("text", [f"```js\n{PROGRAM}", "I cannot do that.", ""])
def test_an_answer_that_is_cut_off_or_has_no_program_is_a_bad_answer(text: str) -> None:
    with pytest.raises(BadAnswer, match="cannot be read"):
        coder(Says(text)).propose(BRIEF, WORKSPACE, Budget(), lambda _: None)


def test_code_is_asked_for_as_a_block_and_every_round_draws_another_sample() -> None:
    model = Says(f"```js\n{PROGRAM}```")
    again = Brief(app="rate", phase="code", goal="x", round=3, report="wrong")
    for brief in (BRIEF, again):
        found = coder(model).propose(brief, WORKSPACE, Budget(), lambda _: None)
        assert found.files == {"main.js": PROGRAM.encode()}

    assert [(row["schema"], row["block"], row["sample"]) for row in model.asked] == [
        (None, "js", 0),
        (None, "js", 2),
    ]
    assert model.asked[0]["prompt"] == render_code(BRIEF, WORKSPACE).text


def test_for_a_small_model_that_is_too_slow_the_hint_names_the_other_way_to_get_a_contract() -> None:
    class Slow(Says):
        def complete(self, *_: Any, **__: Any) -> Completion:
            raise ModelFailed("timeout", "too slow")

    for phase, hinted in (("contract", True), ("code", False)):
        with pytest.raises(OverBudget) as error:
            brief = Brief(app="rate", phase=phase, goal="x")  # type: ignore[arg-type]
            coder(Slow("")).propose(brief, WORKSPACE, Budget(), lambda _: None)
        assert ("--contract FOLDER" in error.value.hint) == hinted


def test_a_large_model_is_asked_for_files_in_json_in_both_phases() -> None:
    model = Says('{"plan": "so", "files": {"main.js": "function main() {}"}}')
    LocalCoder(model=model, label="m").propose(BRIEF, WORKSPACE, Budget(), lambda _: None)

    assert model.asked[0]["block"] == "" and "main.js" in str(model.asked[0]["schema"])
    assert "prop_a" in model.asked[0]["prompt"]


def test_an_answer_is_charged_by_the_tokens_that_the_model_reports() -> None:
    model = Says('{"plan": "as asked", "files": {"main.js": "function main() {}"}}')
    steps: list[Progress] = []
    found = LocalCoder(model=model, label="m", price=parse_price("3/15")).propose(
        BRIEF, WORKSPACE, Budget(), steps.append
    )

    assert (found.spend.model, found.spend.tokens_in, found.spend.tokens_out, found.spend.calls) == (
        "m",
        5,
        7,
        1,
    )
    assert found.spend.cost_micros == 5 * 3 + 7 * 15
    assert found.reason == "as asked"
    assert "asking m" in [step.doing for step in steps]


@pytest.mark.parametrize(
    ("kind", "raised"),
    [("credential", NoCredentials), ("rate_limited", Unavailable), ("timeout", OverBudget)],
)
def test_a_failure_of_the_model_is_explained_and_counts_one_call(
    kind: str, raised: type[CoderFailed]
) -> None:
    with pytest.raises(raised) as error:
        coder(Says(failure=ModelFailed(kind, "it failed"))).propose(
            BRIEF, WORKSPACE, Budget(), lambda _: None
        )
    assert (error.value.spend.model, error.value.spend.calls) == ("m", 1)


def test_a_call_that_fails_in_the_middle_costs_all_of_its_limits_and_a_rejected_one_nothing() -> None:
    price = parse_price("3/15")
    for kind, costly in (("timeout", True), ("rate_limited", False), ("credential", False)):
        failing = LocalCoder(model=Says(failure=ModelFailed(kind, "x")), label="m", price=price)
        with pytest.raises(CoderFailed) as error:
            failing.propose(BRIEF, WORKSPACE, Budget(), lambda _: None)
        most = failing.max_cost(BRIEF, WORKSPACE, Budget()).cost_micros
        assert error.value.spend.cost_micros == (most if costly else 0) and most > 0


def test_with_an_exhausted_budget_the_model_is_not_called() -> None:
    model = Says()
    with pytest.raises(OverBudget, match="too small"):
        coder(model).propose(BRIEF, WORKSPACE, Budget(tokens=OVERHEAD), lambda _: None)
    assert model.asked == []


def test_json_in_a_fence_is_read_and_a_text_without_json_is_a_bad_answer_that_was_paid_for() -> None:
    fenced = 'Sure:\n```json\n{"plan": "", "files": {"main.js": "function main() {}"}}\n```\nDone.'
    large = LocalCoder(model=Says(fenced), label="m")
    assert large.propose(BRIEF, WORKSPACE, Budget(), lambda _: None).files == {
        "main.js": b"function main() {}"
    }

    for text in ("I cannot do that.", "} {", "[" * 100_000):
        with pytest.raises(BadAnswer, match="the answer of m cannot be read") as error:
            LocalCoder(model=Says(text), label="m").propose(BRIEF, WORKSPACE, Budget(), lambda _: None)
        assert error.value.spend.tokens == 12
