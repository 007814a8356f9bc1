"""The predicates of an app judge its runs in use, at a price that stays within its share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mapp.library import read
from mapp.model.outcome import Value
from mapp.ops.run import predicates
from mapp.ops.run.execute import Execution, execute
from mapp.ops.run.predicates import FIRST, SHARE, RunCheck
from mapp.ops.workspace import Workspace
from mapp.sandbox.executor import Job, Program, Result
from mapp.sandbox.executors.delegating import DelegatingExecutor
from mapp.sandbox.host_calls import Broker
from support.apps import app
from support.library import Built, library

EVEN = "function prop_even(input, output) { return output % 2 === 0; }\n"


@pytest.fixture
def built() -> Iterator[Built]:
    made = library().app("double").file("tests/properties.js", EVEN).build()
    yield made
    made.workspace.close()


def ran(workspace: Workspace, number: int = 4) -> Execution:
    return execute(workspace, "double", {"number": number})


def check(workspace: Workspace, done: Execution) -> dict[str, object]:
    found = workspace.journal.notes([done.run])[done.run].check
    assert found is not None
    return found


def test_a_new_version_is_always_checked(built: Built) -> None:
    commit = read.load(built.home, "double").commit
    built.workspace.predicate_checks[commit] = FIRST - 1, 1e9
    assert check(built.workspace, ran(built.workspace))["told"] is True


def test_predicates_that_cost_too_much_are_asked_about_some_runs_only(built: Built) -> None:
    commit = read.load(built.home, "double").commit
    built.workspace.predicate_checks[commit] = FIRST, 1e9
    found = check(built.workspace, ran(built.workspace))
    assert (found["told"], found["rate"], found["ms"]) == (False, 0.0, 0.0)
    assert built.workspace.predicate_checks[commit] == (FIRST, 1e9)


def test_cheap_predicates_are_asked_about_every_run(built: Built) -> None:
    commit = read.load(built.home, "double").commit
    built.workspace.predicate_checks[commit] = FIRST, 0.001
    assert check(built.workspace, ran(built.workspace))["rate"] == 1.0


def test_the_rate_spends_the_share_of_the_time_of_a_run(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predicates.time, "perf_counter", lambda: 0.002)
    monkeypatch.setattr(predicates, "_drawn", lambda identity: 1.0)
    app_used = read.load(built.home, "double")
    built.workspace.predicate_checks[app_used.commit] = FIRST, 3.0
    asked = RunCheck(built.workspace, app_used, {"number": 4}, run="r", began=0.0)
    program = Program(source="function main() { return 8; }")
    asked.run(Job(program=program), None)
    assert asked.found is not None and asked.found.rate == pytest.approx(2 * SHARE / 3, abs=0.001)


class _Counting(DelegatingExecutor):
    runs = 0

    def run(self, job: Job, broker: Broker | None = None) -> Result:
        self.runs += 1
        return super().run(job, broker)


def test_an_executor_without_a_second_question_runs_the_predicates_by_themselves(built: Built) -> None:
    counting = _Counting(built.workspace.executor)
    built.workspace.__dict__["executor"] = counting
    done = ran(built.workspace)
    assert (done.outcome, counting.runs) == (Value(output=8), 2)
    assert check(built.workspace, done)["told"] is True


def test_predicates_see_the_output_as_json(built: Built) -> None:
    tamper = "Number.prototype.valueOf = () => 3; JSON.parse = () => 3; JSON.stringify = () => '3';"
    source = f"{tamper} function main(input) {{ return input.number * 2 + 1; }}"
    built.put(app("double").version("1.0.1").source(source).file("tests/properties.js", EVEN))
    assert ran(built.workspace).doubt == ("prop_even",)
