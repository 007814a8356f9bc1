"""An executor that wraps another passes everything on, and a subclass changes only its own part."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mapp.errors import SandboxUnavailable
from mapp.sandbox.executor import Grant, Inspection, Job, Program, Result, Threw
from mapp.sandbox.executors.delegating import DelegatingExecutor
from mapp.sandbox.executors.spawning import SpawningExecutor
from mapp.sandbox.host_calls import Broker, CallRefused, HostAnswer, HostCall
from support.scripts import expression, value

ONE = expression("1")


class Answering:
    """A broker that answers every call with its arguments."""

    def answer(self, call: HostCall, *, seconds: float) -> HostAnswer | CallRefused:
        return HostAnswer(json=call.arguments)


class Patient(DelegatingExecutor):
    """Runs every job with more patience and remembers it."""

    def __init__(self, executor: SpawningExecutor) -> None:
        super().__init__(executor)
        self.ran: list[Job] = []

    def run(self, job: Job, broker: Broker | None = None) -> Result:
        self.ran.append(replace(job, patience=3))
        return super().run(self.ran[-1], broker)


def test_runs_and_inspections_have_the_results_of_the_executor_inside() -> None:
    with DelegatingExecutor(SpawningExecutor()) as executor:
        assert value(executor.run(ONE)) == 1
        assert [value(result) for result in executor.run_batch([ONE, expression("2")])] == [1, 2]
        assert executor.inspect("function f() {}") == Inspection(functions=("f",))
        assert isinstance(executor.inspect("function ("), Threw)
        assert executor.engine == SpawningExecutor().engine


def test_host_calls_reach_the_broker() -> None:
    program = Program(
        source="function main(host) { return host.store.get('a'); }", capabilities=Grant(calls=("store",))
    )
    with DelegatingExecutor(SpawningExecutor()) as executor:
        assert value(executor.run(Job(program=program, wall_ms=60_000), Answering())) == ["a"]


def test_the_executor_inside_is_closed_at_the_end_even_after_an_error() -> None:
    inside = SpawningExecutor()
    with pytest.raises(ZeroDivisionError), DelegatingExecutor(inside):
        raise ZeroDivisionError

    with pytest.raises(SandboxUnavailable, match="closed"):
        inside.run(ONE)


def test_a_subclass_changes_only_the_method_that_it_replaces() -> None:
    with Patient(SpawningExecutor()) as executor:
        executor.warm()
        assert value(executor.run(ONE)) == 1
        assert executor.inspect("function f() {}") == Inspection(functions=("f",))

    assert executor.ran == [replace(ONE, patience=3)]
