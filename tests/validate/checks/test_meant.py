"""What a heal of a wrong value may change besides the failing case: only what the cure itself changes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mapp.sandbox.executor import Executor
from mapp.validate.checks.compared import check_recorded
from mapp.validate.checks.differential import check_differential
from mapp.validate.checks.healed import check_general
from mapp.validate.checks.meant import needed_part
from mapp.validate.trial import GoodRun, Trial
from support.apps import Draft, app

WRONG = """\
function main(input, host) {
  const net = input.price;
  const fee = net < 20 ? 5 : 0;
  return net * 3 + fee;
}
"""
RIGHT = WRONG.replace("net * 3", "net * 2")
BROKEN = RIGHT.replace("? 5", "? 6")
"""The cure, and another fault that the cure has nothing to do with."""
TIDIED = RIGHT.replace("net", "sum")
REPORTED: dict[str, Any] = {"input": {"price": 50}, "output": 100}


def shop(source: str) -> Draft:
    made = app("shop").source(source).stating(output={"type": "number"}).file("tests/properties.js", "")
    made.stating(errors={"sold_out": "there is none left"})
    made.manifest["input"] = {"price": {"type": "integer", "minimum": 0, "maximum": 100}}
    return made.file("tests/examples.jsonl", "").file("tests/requests.jsonl", "")


def heal(
    executor: Executor, source: str, row: dict[str, Any] = REPORTED, *, old: str = WRONG, runs: Any = ()
) -> Trial:
    """Returns the trial of a heal of a wrong price."""
    before = shop(old)
    after = shop(source).version("1.0.1").file("tests/regressions.jsonl", json.dumps(row) + "\n")
    return Trial(
        app=after.read(),
        files=after.files,
        base=before.read(),
        base_files=before.files,
        executor=executor,
        kind="heal",
        inputs=40,
        runs=runs,
    )


def good(price: int, output: float, **more: Any) -> GoodRun:
    """Returns a run of the old version about which nobody has complained, unless `more` says so."""
    return GoodRun(run=f"run{price}", arguments={"price": price}, output=output, now_ms=0, seed=1, **more)


def test_a_recorded_answer_that_was_wrong_in_the_same_way_is_a_question(executor: Executor) -> None:
    found = check_recorded(heal(executor, RIGHT, runs=(good(60, 180), good(0, 5))))

    assert found.passed
    [question] = found.questions
    assert dict(question.arguments) == {"price": 60}
    assert question.to_dict()["examples"] == {
        "app": {"input": {"price": 60}, "output": 120},
        "other": {"input": {"price": 60}, "output": 180},
    }


def test_an_answer_that_a_person_confirmed_must_stay(executor: Executor) -> None:
    found = check_recorded(heal(executor, RIGHT, runs=(good(60, 180, confirmed=True),)))
    assert [row.path for row in found.problems] == ["run run60"]


def test_what_the_failing_case_does_not_need_may_change_no_answer(executor: Executor) -> None:
    trial = heal(executor, BROKEN, runs=(good(0, 5), good(60, 180)))

    assert [row.path for row in check_recorded(trial).problems] == ["run run0"]
    assert any('"price":0' in row.path for row in check_differential(trial).problems)


def test_a_tidier_program_with_the_same_cure_is_no_problem(executor: Executor) -> None:
    trial = heal(executor, TIDIED, runs=(good(0, 5), good(60, 180)))
    assert check_recorded(trial).passed and check_differential(trial).passed


@pytest.mark.parametrize("source", [RIGHT, BROKEN])
def test_the_needed_part_is_the_cure_alone(executor: Executor, source: str) -> None:
    assert needed_part(heal(executor, source)).source == RIGHT


def test_without_a_persons_word_a_recorded_answer_must_stay(executor: Executor) -> None:
    """A crash says nothing about values that were given elsewhere."""
    old = WRONG.replace("const fee", "if (net === 50) throw Error('x');\n  const fee")
    row = {"input": {"price": 50}, "valid": "any"}
    found = check_recorded(heal(executor, RIGHT, row, old=old, runs=(good(60, 180),)))

    assert [row.path for row in found.problems] == ["run run60"]


def test_a_value_may_not_become_an_error_because_another_value_was_wrong(executor: Executor) -> None:
    source = RIGHT.replace("const fee", "if (net > 55) throw Error('sold_out');\n  const fee")
    trial = heal(executor, source, runs=(good(60, 180), good(40, 120)))

    assert [row.path for row in check_recorded(trial).problems] == ["run run60"]
    assert any('"price":56' in row.path for row in check_differential(trial).problems)


def test_values_of_another_kind_may_change_by_the_same_cure(executor: Executor) -> None:
    """Letters, spaces and digits group differences, and say nothing about their cause."""
    wrong = "function main(input, host) {\n  return 'ab c1 '.slice(input.price) + input.price;\n}\n"
    right = wrong.replace("input.price)", "input.price + 1)")

    def textual(source: str) -> Draft:
        return shop(source).stating(output={"type": "string"})

    before, after = textual(wrong), textual(right).version("1.0.1")
    after.file("tests/regressions.jsonl", '{"input": {"price": 0}, "output": "b c1 0"}\n')
    trial = Trial(
        app=after.read(),
        files=after.files,
        base=before.read(),
        base_files=before.files,
        executor=executor,
        kind="heal",
        inputs=40,
        runs=(GoodRun(run="r", arguments={"price": 4}, output="1 4", now_ms=0, seed=1),),
    )

    assert check_recorded(trial).passed and check_differential(trial).passed


NOISY = "function main(input, host) { return input.price * 1.1; }\n"
ROUNDED = "function main(input, host) { return Number((input.price * 1.1).toFixed(2)); }\n"


def test_an_answer_without_noise_in_its_last_digits_is_a_wrong_value_like_any_other(
    executor: Executor,
) -> None:
    row = {"input": {"price": 3}, "output": 3.3}
    trial = heal(executor, ROUNDED, row, old=NOISY, runs=[good(7, 7 * 1.1)])

    assert check_general(trial).passed
    recorded = check_recorded(trial)
    assert recorded.passed and len(recorded.questions) == 1


def test_only_the_reported_value_without_its_noise_is_a_special_case(executor: Executor) -> None:
    special = NOISY.replace("return", "if (input.price === 3) return 3.3;\n  return")
    trial = heal(executor, special, {"input": {"price": 3}, "output": 3.3}, old=NOISY)

    assert not check_general(trial).passed
