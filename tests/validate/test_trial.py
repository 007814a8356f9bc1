"""A trial gives each input its clock and seed, and describes outcomes in short."""

from __future__ import annotations

import pytest

from mapp.model.app import Example
from mapp.model.outcome import Declared, Failed, Outcome, Value
from mapp.model.verdict import Finding
from mapp.sandbox.executor import Executor
from mapp.validate.trial import (
    MAX_OFFSET_MS,
    NOW,
    SEED,
    GoodRun,
    Trial,
    describe,
    is_late,
    meets,
    result,
    short,
)
from support.apps import app


def test_a_pure_app_gets_the_same_clock_and_seed_for_every_input(executor: Executor) -> None:
    trial = Trial(app=app().read(), executor=executor)

    assert {trial.clock_and_seed({"number": number}) for number in range(5)} == {(NOW, SEED)}


def test_an_app_with_a_clock_gets_its_own_time_for_each_input_and_source(executor: Executor) -> None:
    with_clock = app().stating(capabilities={"clock": True})
    trial = Trial(app=with_clock.read(), executor=executor)
    rewritten = Trial(app=with_clock.source("const main = (x) => x.number * 2;\n").read(), executor=executor)
    first = [trial.clock_and_seed({"number": number}) for number in range(5)]

    assert first == [trial.clock_and_seed({"number": number}) for number in range(5)]
    assert len(set(first)) == 5
    assert all(abs(now - NOW) <= MAX_OFFSET_MS for now, _ in first)
    assert trial.clock_and_seed({"number": 1}) != rewritten.clock_and_seed({"number": 1})


@pytest.mark.parametrize(
    ("arguments", "output", "difference"),
    [
        ({"number": 2}, 4, ""),
        ({"number": 2}, 5, "gave 5 before, and gives 4 now"),
        ({"number": 5000}, 10_000, "its input does not fit anymore"),
    ],
)
def test_a_recorded_run_is_repeated(
    executor: Executor, arguments: dict[str, int], output: int, difference: str
) -> None:
    trial = Trial(app=app().read(), executor=executor)
    run = GoodRun(run="r1", arguments={**arguments}, output=output, now_ms=NOW, seed=SEED)
    found = trial.repeat(run)

    assert found.startswith(difference) and bool(found) == bool(difference)


@pytest.mark.parametrize(
    ("outcome", "text", "late"),
    [
        (Value(output={"b": 1, "a": 2}), '{"a":2,"b":1}', False),
        (Declared(error="no_rate", meaning="No rate."), "the error no_rate", False),
        (Failed(kind="threw", message="TypeError: oh no"), "threw: TypeError: oh no", False),
        (Failed(kind="wall", message="too slow"), "wall: too slow", True),
        (Failed(kind="cpu", message="too slow"), "cpu: too slow", True),
    ],
)
def test_outcomes_are_described_in_short(outcome: Outcome, text: str, late: bool) -> None:
    assert describe(outcome) == text
    assert is_late(outcome) is late


def test_an_example_expects_either_an_output_or_an_error() -> None:
    gives, refuses = Example(input=(), output=4), Example(input=(), error="no_rate")

    assert meets(gives, Value(output=4.0)) and not meets(gives, Value(output=5))
    assert meets(refuses, Declared(error="no_rate", meaning="")) and not meets(refuses, Value(output=None))
    assert not meets(gives, Failed(kind="threw", message=""))


def test_a_result_fails_if_there_is_a_problem() -> None:
    assert result("rows", 3, []).status == "passed"
    assert result("rows", 3, [Finding(path="a", message="b")]).status == "failed"


def test_a_long_text_is_cut_and_its_length_named() -> None:
    assert short("a" * 400) == "a" * 400
    assert short("a" * 1500) == f"{'a' * 360} … (1,500 characters)"
