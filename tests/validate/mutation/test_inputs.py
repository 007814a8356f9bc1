"""The inputs of mutants: examples that the app meets, drawn ones, and how results are compared."""

from __future__ import annotations

import json

import pytest

from mapp.model.outcome import Declared, Failed, Value
from mapp.sandbox.executor import Executor, Killed, Returned, Threw
from mapp.sandbox.executor import Result as Ran
from mapp.validate.mutation.inputs import examples_of, is_same, questions
from mapp.validate.trial import Trial
from support.apps import Draft, app

PICKY = """\
function main(input) {
  if (input.number < 0) throw Error("negative");
  if (input.number === 7) throw TypeError("oh no");
  return input.number * 2;
}
"""
KEEPS = """\
async function main(input, host) {
  return input.number + (await host.store.get("last"));
}
"""


def trial_of(draft: Draft, executor: Executor) -> Trial:
    return Trial(app=draft.read(), executor=executor)


def picky() -> Draft:
    """Returns an app that refuses some numbers and fails for another, without a single test."""
    draft = app().source(PICKY).stating(errors={"negative": "below zero"})
    return draft.file("tests/examples.jsonl", "")


def test_examples_that_the_app_does_not_meet_are_left_out_and_the_smallest_comes_first(
    executor: Executor,
) -> None:
    draft = picky().example({"number": 100}, output=200).example({"number": 3}, output=7)
    draft.example({"number": 7}, output=14).example({"number": -1}, error="negative")
    found = examples_of(
        trial_of(draft.example({"number": "x"}, output=1).example({"number": 5}, output=10), executor)
    )

    places = [(question.arguments["number"], question.place) for question in found]
    assert places == [
        (5, "tests/examples.jsonl:6"),
        (-1, "tests/examples.jsonl:4"),
        (100, "tests/examples.jsonl:1"),
    ]


def test_a_question_gives_the_row_that_pins_its_outcome(executor: Executor) -> None:
    value, refusal, failure = questions(
        trial_of(picky(), executor), [{"number": 4}, {"number": -1}, {"number": 7}]
    )

    assert value.outcome == Value(output=8)
    assert value.row == '{"input":{"number":4},"output":8}'
    assert isinstance(refusal.outcome, Declared)
    assert refusal.row == '{"input":{"number":-1},"error":"negative"}'
    assert isinstance(failure.outcome, Failed)
    assert failure.row == ""


def test_an_example_with_a_recording_is_answered_from_it_only(executor: Executor) -> None:
    draft = app("keeper").source(KEEPS).stating(capabilities={"store": {"max_kb": 1}})
    for name, answer in (("five", 5), ("six", 6)):
        call = {"call": "store.get", "arguments": ["last"], "answer": answer}
        draft.file(f"tests/recordings/{name}.json", json.dumps({"recording": 1, "calls": [call]}))
    draft.file("tests/examples.jsonl", "").example({"number": 2}, output=7, recording="five")
    draft.example({"number": 3}, output=9, recording="six").example({"number": 4}, output=9, recording="six")
    found = examples_of(trial_of(draft, executor))

    assert [question.recording and question.recording.name for question in found] == ["five", "six"]


RETURNED = Returned(json="1", wall_ms=1)
THREW = Threw(name="Error", message="a", stack="", wall_ms=1)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (RETURNED, Returned(json="1", wall_ms=9), True),
        (RETURNED, Returned(json="1.0", wall_ms=1), False),
        (THREW, Threw(name="Error", message="a", stack="elsewhere", wall_ms=9), True),
        (THREW, Threw(name="Error", message="b", stack="", wall_ms=1), False),
        (THREW, Threw(name="TypeError", message="a", stack="", wall_ms=1), False),
        (RETURNED, THREW, False),
        (Killed(reason="wall", detail="", wall_ms=1), Killed(reason="wall", detail="", wall_ms=1), False),
    ],
)
def test_results_are_the_same_no_matter_how_long_they_took(one: Ran, other: Ran, same: bool) -> None:
    assert is_same(one, other) is same
