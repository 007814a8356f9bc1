"""Apps and predicates that never end fail quickly and with a reason."""

from __future__ import annotations

import itertools

import pytest

from mapp.model.outcome import Failed
from mapp.model.verdict import Result
from mapp.sandbox.executor import Executor, Job, Killed, Program, Returned
from mapp.sandbox.executor import Result as Ran
from mapp.sandbox.executors.delegating import DelegatingExecutor
from mapp.sandbox.host_calls import Broker
from mapp.validate import evaluation
from mapp.validate import trial as trial_module
from mapp.validate.gate import examine
from mapp.validate.time_limit import BATCH, TimeBudget, TimeLimitedExecutor, TrialTimeout
from mapp.validate.trial import LATE, WAVE, Trial
from support.apps import Draft, app

ENDLESS = "function main(input) { for (;;); }\n"
LOOPS = """
function prop_endless(input, output) { for (;;); }
function meta_endless(input, run) { run(input); for (;;); }
function throws_endless(input) { for (;;); }
"""
JOB = Job(program=Program(source="const main = () => 1;"), arguments=("{}",))


def draft() -> Draft:
    return app().taking(number={"type": "integer", "minimum": -1000, "maximum": 1000})


def judged(executor: Executor, made: Draft) -> dict[str, Result]:
    trial = Trial(app=made.read(), files=made.files, executor=executor, inputs=60)
    return {found.check: found for found in examine(trial)}


def test_an_app_that_never_ends_does_not_time_out_on_every_input(executor: Executor) -> None:
    found = judged(executor, draft().source(ENDLESS).stating(limits={"wall_ms": 60}))

    assert (found["total"].status, found["total"].counted) == ("failed", WAVE)
    assert {
        row.status for name, row in found.items() if name in ("properties", "determinism", "mutation")
    } == {"skipped"}
    assert dict(found["mutation"].evidence)["why"] == "not run: the app takes too long"


def test_timeouts_are_retried_one_at_a_time(executor: Executor) -> None:
    made = draft()
    trial = Trial(app=made.read(), files=made.files, executor=executor, inputs=5)
    first = list(trial.attempt(trial.app, trial.drawn))
    late = [Failed(kind="wall", message="busy"), *first[1:]]

    assert list(trial.retry_timeouts(trial.drawn, late)) == first


def test_two_versions_are_not_compared_on_every_input_on_which_one_never_ends(
    executor: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial_module, "FIRST_WAVE", 2)
    monkeypatch.setattr(trial_module, "MAX_TIMEOUTS", 3)
    made = draft()
    trial = Trial(app=made.read(), files=made.files, executor=executor, inputs=5)
    hangs = made.source(ENDLESS).stating(limits={"wall_ms": 60}).read()
    found = trial.attempt(hangs, [{"number": number} for number in range(10)])

    assert [row.message.startswith("not run") for row in found] == [False] * 6 + [True] * 4  # type: ignore[union-attr]


def test_examples_that_never_end_do_not_all_time_out(executor: Executor) -> None:
    made = draft().source(ENDLESS).stating(limits={"wall_ms": 60})
    made.file("tests/examples.jsonl", '{"input": {"number": 1}, "output": 2}\n' * 50)

    assert len(judged(executor, made)["examples"].problems) == LATE


def test_predicates_that_never_end_are_reported_and_run_once(
    executor: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluation, "BUDGET_MS", 300)
    found = judged(executor, draft().file("tests/properties.js", LOOPS))

    said = {row.path: row.message for row in found["properties"].problems}
    for name in ("meta_endless", "prop_endless", "throws_endless"):
        assert "still running" in said[f"property {name}"]
    assert found["mutation"].status == "skipped"


def test_too_many_predicates_are_refused(executor: Executor) -> None:
    laws = "".join(f"function prop_{number}() {{ return true; }}\n" for number in range(201))
    (problem,) = judged(executor, draft().file("tests/properties.js", laws))["source"].problems

    assert problem.message == "defines 201 predicates; at most 200 are allowed"


def test_a_trial_that_runs_out_of_time_fails_and_says_so(executor: Executor) -> None:
    ticks = itertools.count(step=10)
    patient = TimeLimitedExecutor(executor, TimeBudget(15, clock=lambda: float(next(ticks))))
    found = judged(patient, draft())

    (failed,) = [row for row in found.values() if not row.passed]
    assert failed.problems[0].message == "all runs of the trial together took more than 15 seconds"
    after = list(found)[list(found).index(failed.check) + 1 :]
    assert after and {found[name].status for name in after} == {"skipped"}


def test_the_time_limit_applies_within_a_batch(executor: Executor) -> None:
    ticks = itertools.count(step=10)
    patient = TimeLimitedExecutor(executor, TimeBudget(5, clock=lambda: float(next(ticks))))

    assert all(isinstance(row, Returned) for row in patient.run_batch([JOB] * BATCH))
    with pytest.raises(TrialTimeout):
        patient.run_batch([JOB])


def test_parallel_runs_count_once() -> None:
    ticks = itertools.count(step=10)
    patience = TimeBudget(25, clock=lambda: float(next(ticks)))
    with patience.counted(), patience.counted():
        pass
    with patience.counted():
        pass  # twenty seconds counted, not thirty
    with pytest.raises(TrialTimeout), patience.counted():
        pass


class Busy(DelegatingExecutor):
    """Simulates a machine that gives a job only `share` of its time, until its wall limit is extended."""

    def __init__(self, executor: Executor, share: float) -> None:
        super().__init__(executor)
        self.share = share
        self.asked: list[int] = []

    def run(self, job: Job, broker: Broker | None = None) -> Ran:
        self.asked.append(job.patience)
        if job.patience == 1:
            return Killed(reason="wall", detail="late", wall_ms=2000.0, cpu_ms=self.share * job.wall_ms)
        return super().run(job, broker)


def test_a_starved_job_runs_again_with_more_time(executor: Executor) -> None:
    busy = Busy(executor, share=0.1)

    assert isinstance(TimeLimitedExecutor(busy, TimeBudget(60)).run(JOB), Returned)
    assert busy.asked == [1, 5]


def test_a_job_that_used_all_of_its_cpu_time_does_not_run_again(executor: Executor) -> None:
    busy = Busy(executor, share=0.98)

    assert isinstance(TimeLimitedExecutor(busy, TimeBudget(60)).run(JOB), Killed)
    assert busy.asked == [1]


def test_with_an_extended_wall_limit_cpu_time_ends_a_loop(executor: Executor) -> None:
    endless = Job(program=Program(source=ENDLESS), arguments=("{}",), wall_ms=200, patience=2000)
    result = executor.run(endless)

    assert isinstance(result, Killed)
    assert result.reason == "cpu"
