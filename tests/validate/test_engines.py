"""What other engines make of an app: alike, unlike, and what is not compared."""

from __future__ import annotations

import json

import pytest

from mapp.model.outcome import Declared, Failed, Value
from mapp.model.verdict import Result
from mapp.sandbox.engine import installed
from mapp.sandbox.executor import Executor
from mapp.sandbox.forking import ForkingExecutor
from mapp.validate.engines import agree, check_engines
from mapp.validate.trial import Trial
from support.apps import Draft, app

pytestmark = pytest.mark.skipif("quickjs-ng" not in installed(), reason="there is one engine here")

UNLIKE = "function main(input) { return typeof Symbol.dispose === 'symbol' ? 1 : input.number * 2; }\n"


def compare(executor: Executor, draft: Draft) -> Result:
    """Returns what the second engine makes of an app."""
    trial = Trial(app=draft.read(), files=draft.files, executor=executor, inputs=30)
    with ForkingExecutor(lanes=1, engine="quickjs-ng") as other:
        return check_engines(trial, [("quickjs-ng", other)])


def test_an_app_that_engines_agree_on_passes_with_what_was_compared(executor: Executor) -> None:
    result = compare(executor, app().example({"number": 3}, output=6))
    ((engine, counts),) = result.evidence

    assert result.status == "passed"
    assert engine.startswith("quickjs-ng 0.17")
    assert counts == {"compared": 32, "differing": 0, "limited": 0}


def test_a_difference_is_shown_with_its_input_and_how_to_see_it_again(executor: Executor) -> None:
    result = compare(executor, app().source(UNLIKE))
    first = result.problems[0]

    assert result.status == "failed"
    assert first.path == "tests/examples.jsonl:1"
    assert "quickjs-ng 0.17" in first.message and "gave 1, quickjs-ng (dukpy" in first.message
    assert json.loads(first.evidence) == {"number": 2}
    assert (
        first.reproduce == """printf %s '{"number": 2}' | MAPP_ENGINE=quickjs-ng mapp exec double --input -"""
    )


def test_of_many_differences_a_few_are_shown_and_all_are_counted(executor: Executor) -> None:
    result = compare(executor, app().source(UNLIKE))
    ((_, counts),) = result.evidence

    assert len(result.problems) == 5
    assert isinstance(counts, dict) and isinstance(counts["differing"], int) and counts["differing"] > 20


def test_what_a_limit_ends_is_not_compared(executor: Executor) -> None:
    deep = "function main(input) { const f = (n) => n ? 1 + f(n - 1) : 0; return f(1e9) + input.number; }\n"
    result = compare(executor, app().source(deep))
    ((_, counts),) = result.evidence

    assert result.status == "passed"
    assert counts == {"compared": 0, "differing": 0, "limited": 31}


def test_an_app_that_asks_its_host_is_left_alone(executor: Executor) -> None:
    result = compare(executor, app().stating(capabilities={"store": {"max_kb": 1}}))

    assert result.status == "skipped"
    assert "host" in str(dict(result.evidence)["why"])


def test_without_another_engine_nothing_is_compared(executor: Executor) -> None:
    draft = app()

    assert check_engines(Trial(app=draft.read(), executor=executor), []).status == "skipped"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (Value(output={"a": 1, "b": 2}), Value(output={"b": 2, "a": 1}), True),
        (Value(output=0.1), Value(output=0.1), True),
        (Value(output=0.1), Value(output=0.10000000000000002), False),
        (Value(output=1), Declared(error="odd", meaning="it is odd"), False),
        (Declared(error="odd", meaning=""), Declared(error="odd", meaning=""), True),
        (Declared(error="odd", meaning=""), Declared(error="even", meaning=""), False),
        (
            Failed(kind="threw", message="TypeError: x is not a function"),
            Failed(kind="threw", message="TypeError: not a function"),
            True,
        ),
        (Failed(kind="threw", message="TypeError: x"), Failed(kind="threw", message="RangeError: x"), False),
        (Failed(kind="threw", message="Error: x"), Failed(kind="invalid_output", message="x"), False),
    ],
)
def test_outcomes_agree_when_their_canonical_texts_do(
    one: Value | Declared | Failed, other: Value | Declared | Failed, expected: bool
) -> None:
    assert agree(one, other) is expected
