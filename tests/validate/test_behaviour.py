from __future__ import annotations

from collections.abc import Iterator

import pytest

from mapp.sandbox.executor import Executor
from mapp.sandbox.executors.select import open_executor
from mapp.validate.behaviour import Behaviour, compare_behaviour
from mapp.validate.trial import Trial
from support.apps import Draft, app


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    with open_executor() as found:
        yield found


def _compared(executor: Executor, old: Draft, new: Draft) -> Behaviour:
    trial = Trial(app=new.read(), files=new.files, executor=executor, base=old.read(), kind="edit")
    return compare_behaviour(trial)


def _returning(expression: str) -> Draft:
    return app("double").source(f"function main(input) {{ return {expression}; }}\n")


def test_the_same_code_behaves_the_same(executor: Executor) -> None:
    found = _compared(executor, app(), _returning("input.number + input.number"))

    assert (found.partings, found.refused, found.rule, found.examples) == ((), 0, "", 1)
    assert found.generated == 100


def test_a_changed_example_is_listed_with_its_place(executor: Executor) -> None:
    found = _compared(executor, app(), _returning("input.number === 2 ? 5 : input.number * 2"))

    assert [(row.place, str(row)) for row in found.partings if row.place] == [
        ("tests/examples.jsonl:1", "gave 4, gives 5")
    ]


@pytest.mark.parametrize(
    ("expression", "rule"),
    [
        ("input.number < 0 ? -1 : input.number * 2", "number < 0"),
        ("input.number > 0 ? -1 : input.number * 2", "number > 0"),
        ("input.number % 2 ? 1 : input.number * 2", ""),
        ("7", ""),
    ],
)
def test_a_simple_rule_describes_the_inputs_that_differ(
    executor: Executor, expression: str, rule: str
) -> None:
    found = _compared(executor, app(), _returning(expression))

    assert found.rule == rule
    assert found.partings


def test_a_rule_can_be_about_a_word_or_a_length(executor: Executor) -> None:
    def speaking(source: str) -> Draft:
        text = {"type": "string", "maxLength": 9}
        tone = {"enum": ["loud", "soft"]}
        taking = app("say").stating(input={"text": text, "tone": tone}, output={"type": "string"})
        return taking.file("tests/examples.jsonl", "").file("tests/requests.jsonl", "").source(source)

    plain = "function main(input) { return input.text; }\n"
    loud = 'function main(input) { return input.tone === "loud" ? input.text + "!" : input.text; }\n'
    long = "function main(input) { return input.text.length > 4 ? 'long' : input.text; }\n"

    assert _compared(executor, speaking(plain), speaking(loud)).rule == 'tone is "loud"'
    assert _compared(executor, speaking(plain), speaking(long)).rule.startswith("the length of text >= ")


def test_a_caller_who_relies_on_a_default_sees_that_it_changed(executor: Executor) -> None:
    def rated(default: int) -> Draft:
        draft = app("double").taking(rate={"type": "number", "default": default})
        return draft.source("function main(input) { return input.number * 0 + input.rate; }\n")

    found = _compared(executor, rated(1), rated(2))

    assert any(not row.place and str(row) == "gave 1, gives 2" for row in found.partings)


def test_inputs_that_the_new_version_refuses_are_counted_and_not_run(executor: Executor) -> None:
    narrower = app("double").taking(number={"type": "number", "minimum": 0, "maximum": 1000})

    found = _compared(executor, app(), narrower)

    assert 0 < found.refused < found.generated
    assert found.partings == ()


def test_refusals_and_failures_are_compared_like_values(executor: Executor) -> None:
    refusing = app("double").stating(errors={"negative": "It is below zero."})
    refusing.source(
        "function main(input) { if (input.number < 0) throw Error('negative'); return input.number * 2; }\n"
    )

    found = _compared(executor, app(), refusing)

    assert found.rule == "number < 0"
    assert all(str(row).endswith("gives the error negative") for row in found.partings)
    assert _compared(executor, refusing, refusing).partings == ()
    assert found.to_dict()["changed"][0]["new"]["outcome"] == "error:negative"


def test_the_shortest_inputs_come_first(executor: Executor) -> None:
    found = _compared(executor, app(), _returning("7"))
    generated = [len(str(row.arguments)) for row in found.partings if not row.place]

    assert generated == sorted(generated)
