"""An app's job has the app's limits, and its result is judged by the app's contract."""

from __future__ import annotations

import pytest

from mapp.model.outcome import Declared, Failed, Value
from mapp.sandbox.app_job import job_for, judge, program_of
from mapp.sandbox.executor import Killed, Reason, Result, Returned, Threw, Unserialisable
from support.apps import app

MANIFEST = app().stating(errors={"too_large": "The number is too large."}).read().manifest


def _threw(name: str, message: str) -> Threw:
    return Threw(name=name, message=message, stack="", wall_ms=1)


def test_a_job_has_the_limits_and_capabilities_of_its_app() -> None:
    limits = {"wall_ms": 700, "memory_mb": 32, "output_kb": 8}
    made = app().stating(limits=limits, capabilities={"clock": True}).read()
    job = job_for(made, {"number": 2}, now_ms=5, seed=6)

    assert (job.wall_ms, job.memory_mb, job.output_kb) == (700, 32, 8)
    assert (job.now_ms, job.seed, job.entry) == (5, 6, "main")
    assert job.program == program_of(made)
    assert job.program.capabilities.clock and not job.program.capabilities.random


def test_equal_arguments_give_equal_jobs_in_any_order() -> None:
    made = app().taking(other={"type": "string", "optional": True}).read()
    one = job_for(made, {"number": 1, "other": "ü"}, now_ms=0, seed=0)
    two = job_for(made, {"other": "ü", "number": 1}, now_ms=0, seed=0)

    assert one == two
    assert one.arguments == ('{"number":1,"other":"ü"}',)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('"two"', "does not fit the schema"),
        ("2001", "does not fit the schema"),
        ("null", "does not fit the schema"),
        ('{"a": 1, "a": 2}', "appears twice"),
        ("", "is not JSON"),
    ],
)
def test_an_output_outside_the_contract_is_a_failure(text: str, message: str) -> None:
    outcome = judge(MANIFEST, Returned(json=text, wall_ms=1))

    assert isinstance(outcome, Failed)
    assert outcome.kind == "invalid_output"
    assert message in outcome.message


def test_an_output_within_the_contract_is_a_value() -> None:
    assert judge(MANIFEST, Returned(json="2000", wall_ms=1)) == Value(output=2000)


def test_only_an_error_with_a_declared_code_is_a_declared_error() -> None:
    meaning = "The number is too large."

    assert judge(MANIFEST, _threw("Error", "too_large")) == Declared(error="too_large", meaning=meaning)
    for name, message in [("TypeError", "too_large"), ("string", "too_large"), ("Error", "too_large!")]:
        assert judge(MANIFEST, _threw(name, message)) == Failed(kind="threw", message=f"{name}: {message}")


@pytest.mark.parametrize("reason", ["wall", "cpu", "memory", "output", "crash"])
def test_a_run_that_a_limit_ended_fails_for_that_reason(reason: Reason) -> None:
    result: Result = Killed(reason=reason, detail="after 7 ms", wall_ms=7)

    assert judge(MANIFEST, result) == Failed(kind=reason, message="after 7 ms")


def test_a_value_that_json_cannot_hold_is_an_invalid_output() -> None:
    result = Unserialisable(message="output.a is NaN", wall_ms=1)

    assert judge(MANIFEST, result) == Failed(kind="invalid_output", message="output.a is NaN")
