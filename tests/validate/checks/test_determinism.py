"""Determinism is tested in another process, environment, order and time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from mapp.model.verdict import Result
from mapp.sandbox.executor import Executor, Job, Killed, Program, Returned
from mapp.sandbox.executor import Result as Ran
from mapp.sandbox.executors.forking import ForkingExecutor
from mapp.sandbox.executors.select import open_executor
from mapp.validate.checks.determinism import ELSEWHERE, check_determinism
from mapp.validate.trial import Trial
from support.apps import Draft, app


def result(executor: Executor, draft: Draft) -> Result:
    trial = Trial(
        app=draft.read(),
        executor=executor,
        inputs=20,
        second_environment=lambda: open_executor(environment=ELSEWHERE),
    )
    return check_determinism(trial)


def test_a_pure_app_passes(executor: Executor) -> None:
    found = result(executor, app())

    assert found.passed and found.counted > 10


def test_dates_sorting_and_letter_case_do_not_depend_on_the_environment(executor: Executor) -> None:
    source = """
    function main(input) {
      const date = new Date(2026, 2, 29, 2, 30);
      return [date.getTimezoneOffset(), date.getHours(), "I".toLowerCase() === "i" ? 1 : 0,
              "i".toLocaleUpperCase() === "I" ? 1 : 0, ["z", "ä", "a"].sort((a, b) => a.localeCompare(b)),
              Math.cbrt(input.number), Math.atan2(input.number, 3)].join(" ").length;
    }
    """

    assert result(executor, app().source(source)).passed


def test_the_time_zone_and_language_of_the_person_do_not_reach_a_script(
    executor: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job(
        program=Program(source="function main() { return [new Date(2026, 5, 1, 12).toISOString(), 1.5]; }")
    )
    monkeypatch.setenv("TZ", "Pacific/Chatham")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    with open_executor() as other:
        found = other.run(job)

    assert isinstance(found, Returned) and found.json == '["2026-06-01T12:00:00.000Z",1.5]'


@pytest.mark.parametrize("call", ["Math.random()", "Date.now() / 1e13", "host.now() / 1e13", "host.random()"])
def test_depending_on_time_or_chance_fails_without_the_capability(executor: Executor, call: str) -> None:
    source = f"function main(input, host) {{ try {{ return {call}; }} catch (error) {{ return -1; }} }}"
    found = result(executor, app().source(source).stating(capabilities={}))
    allowed = result(executor, app().source(source).stating(capabilities={"clock": True, "random": True}))

    # Without the capability it is constant or not there; with it, the same time and seed give the same.
    assert found.passed and allowed.passed


class Elsewhere(ForkingExecutor):
    """Simulates a machine on which the number 2 gives another result."""

    def run_batch(self, jobs: Sequence[Job]) -> list[Ran]:
        source = "function main(input) { return input.number === 2 ? 5 : input.number * 2; }"
        return super().run_batch([replace(job, program=Program(source=source)) for job in jobs])


def test_a_difference_is_shown_with_the_input(executor: Executor) -> None:
    trial = Trial(app=app().read(), executor=executor, inputs=5, second_environment=Elsewhere)
    found = check_determinism(trial)

    assert "gave 4, and 5 in another process" in found.problems[0].message
    assert found.problems[0].path == 'input {"number":2}'


@dataclass
class Starved:
    """Simulates a sandbox on a machine so busy that its first runs time out."""

    real: Executor
    starved: int

    def __enter__(self) -> Starved:
        return self

    def __exit__(self, *_: object) -> None:
        self.real.close()

    def run(self, job: Job) -> Ran:
        self.starved -= 1
        return (
            Killed(reason="wall", detail="no time", wall_ms=9.0) if self.starved >= 0 else self.real.run(job)
        )


def starved(executor: Executor, runs: int) -> Result:
    def elsewhere() -> Executor:
        return Starved(open_executor(environment=ELSEWHERE), runs)  # type: ignore[return-value]  # all it is asked

    return check_determinism(
        Trial(app=app().read(), executor=executor, inputs=20, second_environment=elsewhere)
    )


def test_a_run_that_timed_out_on_a_busy_machine_is_repeated(executor: Executor) -> None:
    assert starved(executor, 2).passed


def test_a_loop_that_never_ends_in_one_environment_is_a_difference(executor: Executor) -> None:
    found = starved(executor, 10_000)

    assert not found.passed and "Killed" in found.problems[0].message
