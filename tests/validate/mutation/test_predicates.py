"""A predicate notices a mutant if it holds for the app and fails for the mutant."""

from __future__ import annotations

import pytest

from mapp.model.outcome import Declared, Failed, Outcome, Value
from mapp.sandbox.executor import Executor, Program
from mapp.validate.mutation.inputs import MutantInput, questions
from mapp.validate.mutation.predicates import Predicates
from mapp.validate.trial import Trial
from support.apps import app

REFUSING = """\
function main(input) {
  if (input.number < 0) throw Error("negative");
  return input.number * 2;
}
"""
EVEN = "function prop_even(input, output) { return output % 2 === 0; }"
NEGATIVE = "function throws_negative(input) { return input.number < 0; }"
GROWS = """\
function meta_grows(input, run) {
  return run({ number: input.number + 1 }).output > run(input).output;
}
"""


def predicates(executor: Executor, properties: str) -> Predicates:
    draft = app().source(REFUSING).stating(errors={"negative": "below zero"})
    return Predicates(
        trial=Trial(app=draft.file("tests/properties.js", properties).read(), executor=executor), wall_ms=2000
    )


def asked(found: Predicates, *numbers: int) -> tuple[MutantInput, ...]:
    return questions(found.trial, [{"number": number} for number in numbers])


@pytest.mark.parametrize(
    ("outcome", "by"),
    [
        (Value(output=7), "prop_even"),
        (Value(output=8), ""),
        (Failed(kind="wall", message="late"), ""),
    ],
)
def test_a_property_is_broken_by_a_changed_output(executor: Executor, outcome: Outcome, by: str) -> None:
    found = predicates(executor, EVEN)
    (question,) = asked(found, 3)

    assert found.broken([(question, outcome)]) == by


@pytest.mark.parametrize(
    ("number", "outcome", "by"),
    [
        (-1, Value(output=-2), "throws_negative"),
        (-1, Declared(error="negative", meaning=""), ""),
        (3, Declared(error="negative", meaning=""), "throws_negative"),
        (3, Value(output=5), ""),
    ],
)
def test_a_rule_about_refusals_is_broken_both_ways(
    executor: Executor, number: int, outcome: Outcome, by: str
) -> None:
    found = predicates(executor, NEGATIVE)
    (question,) = asked(found, number)

    assert found.broken([(question, outcome)]) == by


@pytest.mark.parametrize(
    "wrong",
    [
        "function prop_odd(input, output) { return output % 2 === 1; }",
        "function prop_throws(input, output) { throw Error('oh no'); }",
        "function throws_negative(input) { return input.number > 0; }",
    ],
)
def test_a_predicate_that_is_wrong_about_the_app_proves_nothing(executor: Executor, wrong: str) -> None:
    found = predicates(executor, wrong)
    (question,) = asked(found, 3)

    assert found.broken([(question, Value(output=8))]) == ""


def test_a_law_between_runs_disagrees_with_another_program(executor: Executor) -> None:
    found = predicates(executor, GROWS)
    inputs = asked(found, 1, 5)
    falls = Program(source="function main(input) { return -input.number; }")
    rises = Program(source="function main(input) { return input.number * 9; }")

    assert found.disagreeing(falls, inputs) == "meta_grows"
    assert found.disagreeing(rises, inputs) == ""


@pytest.mark.parametrize(
    ("properties", "can_fail"),
    [
        (EVEN, True),
        (NEGATIVE, True),
        (GROWS, True),
        ("function prop_fine(input, output) { return true; }", False),
        ("function throws_negative(input) { return false; }", False),
        ("function throws_negative(input) { return true; }", False),
        ("function throws_negative(input) { return input.number >= 0; }", False),
        ("function throws_negative(input) { if (input.number < 0) return true; throw Error('?'); }", False),
        ("function throws_negative(input) { return input.number < 0 ? 'yes' : false; }", False),
        ("function throws_other(input) { return input.number < 0; }", False),
        ("function meta_fine(input, run) { return true; }", False),
    ],
)
@pytest.mark.parametrize("numbers", [(-1, 2, 3), (2, -1, -7)])
def test_predicates_that_say_the_same_of_everything_cannot_fail(
    executor: Executor, properties: str, can_fail: bool, numbers: tuple[int, ...]
) -> None:
    found = predicates(executor, properties)

    assert found.can_fail(asked(found, *numbers)) is can_fail


@pytest.mark.parametrize("numbers", [(1, 2, 3), (-1, -2, -3)])
def test_a_rule_about_refusals_that_was_only_true_or_only_false_is_not_shown_to_fail(
    executor: Executor, numbers: tuple[int, ...]
) -> None:
    found = predicates(executor, NEGATIVE)

    assert found.can_fail(asked(found, *numbers)) is False
