"""A mutant is killed, survives with an input that shows it, stays undecided, is broken, or is invalid."""

from __future__ import annotations

import pytest

from mapp.model.outcome import Value
from mapp.sandbox.executor import Executor
from mapp.validate.mutation.mutants import Mutant
from mapp.validate.mutation.run_mutant import MutantResult, MutantRunner, MutantStatus
from mapp.validate.trial import Trial
from support.apps import Draft, app

EVEN = "function prop_even(input, output) { return output % 2 === 0; }"


def runner(executor: Executor, draft: Draft) -> MutantRunner:
    found = MutantRunner.of(Trial(app=draft.read(), executor=executor, inputs=20))
    assert found is not None
    return found


def result(tested: MutantRunner, body: str) -> MutantResult:
    """Runs a program with this body of `main` as a mutant of the app, which doubles a number."""
    source = f"function main(input) {{ {body} }}"
    return tested.result(
        Mutant(
            operator="number", line=1, column=1, scope="", replaced="", replacement="", source=source, diff=""
        )
    )


@pytest.mark.parametrize(
    ("body", "status", "by"),
    [
        ("return input.number + 3;", "killed", "tests/examples.jsonl:1"),
        ("throw Error('oh no');", "killed", "tests/examples.jsonl:1"),
        ("for (;;) {}", "killed", "tests/examples.jsonl:1"),
        ("return input.number === 2 ? 4 : 3;", "killed", "prop_even"),
        ("return input.number === 2 ? 4 : 8;", "survived", ""),
        ("return input.number === 2 ? 4 : null;", "broken", ""),
        ("return input.number + input.number;", "undecided", ""),
        ("return (;", "invalid", ""),
    ],
)
def test_a_mutant_gets_the_status_of_what_noticed_it(
    executor: Executor, body: str, status: MutantStatus, by: str
) -> None:
    whole = {"number": {"type": "integer", "minimum": -1000, "maximum": 1000}}
    tested = runner(executor, app().stating(input=whole).file("tests/properties.js", EVEN))
    found = result(tested, body)

    assert (found.status, found.by) == (status, by)


def test_a_survivor_has_an_input_that_shows_it(executor: Executor) -> None:
    found = result(runner(executor, app()), "return input.number > 500 ? 0 : input.number * 2;")

    assert found.status == "survived"
    assert found.shown_by is not None
    number = found.shown_by.arguments["number"]
    assert isinstance(number, int | float) and number > 500
    assert found.shown_by.outcome == Value(output=number * 2)
    assert found.instead == Value(output=0)


def test_the_smallest_of_the_inputs_that_show_a_fault_is_given(executor: Executor) -> None:
    tested = runner(executor, app().file("tests/examples.jsonl", ""))
    found = result(tested, "return 1;")

    assert found.shown_by is not None
    assert found.shown_by.size == min(row.size for row in tested.drawn if row.outcome != Value(output=1))


def test_an_app_that_fails_every_input_cannot_be_measured(executor: Executor) -> None:
    trial = Trial(app=app().broken("throws").read(), executor=executor, inputs=20)

    assert MutantRunner.of(trial) is None


def test_an_example_that_the_app_does_not_meet_kills_nothing(executor: Executor) -> None:
    draft = app().file("tests/examples.jsonl", "").example({"number": 2}, output=5)
    tested = runner(executor, draft)

    assert tested.examples == ()
    assert result(tested, "return input.number * 1.5;").status == "survived"
