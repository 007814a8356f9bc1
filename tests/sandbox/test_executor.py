"""What all executors share: batches of any executor, and the order of the levels of isolation."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from mapp.errors import SandboxUnavailable
from mapp.sandbox.executor import STRENGTH, Batching, Isolation, Job, Program, Result, Returned, is_enough
from mapp.sandbox.executor import run_batch as run_all
from mapp.sandbox.executors.forking import ForkingExecutor
from mapp.sandbox.executors.spawning import SpawningExecutor

JOBS = [Job(program=Program(source=""), arguments=(str(number),)) for number in range(3)]


class Single:
    """Runs one job at a time: the result is the argument."""

    def __init__(self) -> None:
        self.ran: list[Job] = []

    def run(self, job: Job, broker: object = None) -> Result:
        if job.arguments == ("9",):
            raise SandboxUnavailable("No sandbox.")
        self.ran.append(job)
        return Returned(json=job.arguments[0], wall_ms=0)


class Many(Single):
    """Also runs batches."""

    def run_batch(self, jobs: Sequence[Job]) -> list[Result]:
        return [Returned(json=f"[{job.arguments[0]}]", wall_ms=0) for job in jobs]


def _texts(results: list[Result]) -> list[str]:
    return [result.json for result in results if isinstance(result, Returned)]


def test_an_executor_without_batches_runs_the_jobs_in_order() -> None:
    executor = Single()

    assert _texts(run_all(executor, JOBS)) == ["0", "1", "2"]  # type: ignore[arg-type]
    assert executor.ran == JOBS


def test_an_executor_with_batches_gets_all_jobs_at_once() -> None:
    executor = Many()

    assert _texts(run_all(executor, JOBS)) == ["[0]", "[1]", "[2]"]  # type: ignore[arg-type]
    assert executor.ran == []


def test_a_batch_without_a_sandbox_is_an_error_not_a_result() -> None:
    executor = Single()
    lost = Job(program=Program(source=""), arguments=("9",))

    with pytest.raises(SandboxUnavailable):
        run_all(executor, [JOBS[0], lost, JOBS[1]])  # type: ignore[arg-type]
    assert executor.ran == JOBS[:1]


def test_only_the_forking_executor_batches() -> None:
    with ForkingExecutor() as forking, SpawningExecutor() as spawning:
        assert isinstance(forking, Batching)
        assert not isinstance(spawning, Batching)


@pytest.mark.parametrize(
    ("isolation", "enough_for"),
    [("none", {"none"}), ("process", {"none", "process"}), ("full", {"none", "process", "full"})],
)
def test_a_level_of_isolation_is_enough_for_itself_and_weaker_ones(
    isolation: Isolation, enough_for: set[Isolation]
) -> None:
    assert {least for least in STRENGTH if is_enough(isolation, least)} == enough_for
