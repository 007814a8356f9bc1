"""Other engines agree or disagree on an app, and some runs are not compared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from mapp.model.outcome import Declared, Failed, Value
from mapp.model.verdict import Result
from mapp.sandbox.engine import installed
from mapp.sandbox.executor import Executor, Job, Killed, Threw
from mapp.sandbox.executor import Result as Ran
from mapp.sandbox.executors.forking import ForkingExecutor
from mapp.validate.checks.engines import SHARE, agree, check_engines, check_other_engines
from mapp.validate.mutation import check_mutation
from mapp.validate.trial import OtherEngines, Trial
from support.apps import Draft, app

pytestmark = pytest.mark.skipif(len(installed()) < 2, reason="there is one engine here")

# A script on which the engines differ: ECMA-262 22.2.2 requires true, and version 0.11 returns false.
UNLIKE = "function main(input) { return /\\p{Lu}/iu.test('A') ? input.number * 2 : 1; }\n"


def compare(executor: Executor, draft: Draft) -> Result:
    """Compares the second engine with ours on an app."""
    trial = Trial(app=draft.read(), files=draft.files, executor=executor, inputs=30)
    with ForkingExecutor(lanes=1, engine="dukpy") as other:
        return check_engines(trial, [("dukpy", other)])


def test_an_app_that_engines_agree_on_passes_and_lists_what_was_compared(executor: Executor) -> None:
    result = compare(executor, app().example({"number": 3}, output=6))
    ((engine, counts),) = result.evidence

    assert result.status == "passed"
    assert engine.startswith("quickjs-ng 0.11.0 (dukpy")
    assert counts == {"compared": 32, "differing": 0, "limited": 0}


def test_a_difference_is_shown_with_its_input_and_how_to_see_it_again(executor: Executor) -> None:
    result = compare(executor, app().source(UNLIKE))
    first = result.problems[0]

    assert result.status == "failed"
    assert first.path == "tests/examples.jsonl:1"
    assert first.message.startswith("quickjs-ng 0.11.0 (dukpy")
    assert "gave 1, quickjs-ng 0.17" in first.message
    assert json.loads(first.evidence) == {"number": 2}
    assert first.reproduce == """printf %s '{"number": 2}' | MAPP_ENGINE=dukpy mapp exec double --input -"""


def test_many_differences_are_counted_but_only_a_few_are_shown(executor: Executor) -> None:
    result = compare(executor, app().source(UNLIKE))
    ((_, counts),) = result.evidence

    assert len(result.problems) == 5
    assert isinstance(counts, dict) and isinstance(counts["differing"], int) and counts["differing"] > 20


def test_runs_that_hit_a_limit_are_not_compared(executor: Executor) -> None:
    deep = "function main(input) { const f = (n) => n ? 1 + f(n - 1) : 0; return f(1e9) + input.number; }\n"
    result = compare(executor, app().source(deep))
    ((_, counts),) = result.evidence

    assert result.status == "passed"
    assert counts == {"compared": 0, "differing": 0, "limited": 31}


def test_an_app_that_calls_its_host_is_skipped(executor: Executor) -> None:
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
def test_outcomes_agree_if_their_canonical_texts_agree(
    one: Value | Declared | Failed, other: Value | Declared | Failed, expected: bool
) -> None:
    assert agree(one, other) is expected


class Saying:
    """An engine that returns the same result for every job."""

    engine = "an engine"
    isolation = "full"

    def __init__(self, found: Ran) -> None:
        self._found = found

    def run(self, job: Job, broker: object = None) -> Ran:
        return self._found


WALL = Killed(reason="wall", detail="still running after 2000 ms", wall_ms=2000.0)
DEEP = Threw(name="RangeError", message="Maximum call stack size exceeded", stack="", wall_ms=1.0)
GREEDY = Threw(name="InternalError", message="out of memory", stack="", wall_ms=1.0)


@pytest.mark.parametrize("found", [DEEP, GREEDY])
def test_an_app_cannot_avoid_the_comparison_by_faking_an_engine_error(executor: Executor, found: Ran) -> None:
    draft = app()
    trial = Trial(app=draft.read(), files=draft.files, executor=executor, inputs=5)
    other: Any = Saying(found)

    assert check_engines(trial, [("dukpy", other)]).status == "failed"
    assert (
        check_engines(trial, [("node", other)]).status == "passed"
    )  # node's stack is larger, so a stack overflow is not compared


def test_runs_ended_by_the_host_are_not_compared(executor: Executor) -> None:
    draft = app()
    trial = Trial(app=draft.read(), files=draft.files, executor=executor, inputs=5)
    other: Any = Saying(WALL)

    assert check_engines(trial, [("dukpy", other)]).status == "passed"


# ---- the check of the gate ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def second() -> Iterator[Executor]:
    with ForkingExecutor(lanes=1, engine="dukpy") as made:
        yield made


def examined(executor: Executor, draft: Draft, others: OtherEngines | None, **more: Any) -> Result:
    given = None if others is None else (lambda: others)
    trial = Trial(app=draft.read(), files=draft.files, executor=executor, inputs=30, others=given, **more)
    return check_other_engines(trial)


def test_the_gate_runs_every_example_and_a_fifth_of_the_drawn_inputs(
    executor: Executor, second: Executor
) -> None:
    draft = app().example({"number": 3}, output=6)
    result = examined(executor, draft, OtherEngines(executors=(("dukpy", second),)))
    ((engine, counts),) = result.evidence

    assert (result.check, result.status, result.counted) == ("engines", "passed", 2 + 30 // SHARE)
    assert engine == second.engine
    assert counts == {"compared": 8, "differing": 0, "limited": 0}


def test_a_difference_fails_the_gate_until_a_person_accepts_it(executor: Executor, second: Executor) -> None:
    others = OtherEngines(executors=(("dukpy", second),))
    failed = examined(executor, app().source(UNLIKE), others)
    accepted = examined(executor, app().source(UNLIKE), others, accept_engine_difference=True)

    assert failed.status == "failed" and "accepted" not in dict(failed.evidence)
    assert accepted.status == "passed" and dict(accepted.evidence)["accepted"] is True
    assert accepted.problems == failed.problems


def test_accepting_differences_leaves_no_trace_if_there_are_none(
    executor: Executor, second: Executor
) -> None:
    result = examined(
        executor, app(), OtherEngines(executors=(("dukpy", second),)), accept_engine_difference=True
    )

    assert result.status == "passed" and "accepted" not in dict(result.evidence)


@pytest.mark.parametrize("others", [None, OtherEngines(), OtherEngines(left_out=("it has faults",))])
def test_without_a_usable_engine_the_gate_says_why(executor: Executor, others: OtherEngines | None) -> None:
    result = examined(executor, app(), others)

    assert result.status == "skipped"
    why = str(dict(result.evidence)["why"])
    assert why == ("it has faults" if others and others.left_out else "there is no other engine here")


def test_an_app_that_calls_its_host_starts_no_other_engine(executor: Executor) -> None:
    draft = app().stating(capabilities={"store": {"max_kb": 1}})

    def refuse() -> OtherEngines:
        raise AssertionError("another engine was opened")

    trial = Trial(app=draft.read(), files=draft.files, executor=executor, others=refuse)
    assert check_other_engines(trial).status == "skipped"


def test_the_mutation_check_uses_one_engine(executor: Executor) -> None:
    draft = app()

    def refuse() -> OtherEngines:
        raise AssertionError("another engine was opened")

    trial = Trial(app=draft.read(), files=draft.files, executor=executor, inputs=10, others=refuse)
    assert check_mutation(trial).counted > 0
