"""A second job that depends on the first is answered as if it ran alone, on every executor."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from mapp.sandbox.executor import Executor, Grant, Job, Killed, Program, Result, Returned, Threw, run_then
from mapp.sandbox.host_calls import HostAnswer, HostCall
from support.engines import MAKERS
from support.scripts import PLENTY_MS


@pytest.fixture(scope="module", params=sorted(MAKERS))
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    with MAKERS[request.param]() as made:
        yield made


def job(body: str, *inputs: object, wall_ms: int = PLENTY_MS, memory_mb: int = 64) -> Job:
    program = Program(source=f"function main(input, host) {{ {body} }}", capabilities=Grant(calls=("http",)))
    texts = tuple(map(json.dumps, inputs))
    return Job(program=program, arguments=texts, wall_ms=wall_ms, memory_mb=memory_mb)


def value(result: Result | None) -> object:
    assert isinstance(result, Returned), result
    return json.loads(result.json)


def test_the_second_job_is_made_of_the_first_result(executor: Executor) -> None:
    for number in (3, 4, 5):  # from the second time on, the context is made in advance
        first, second = run_then(
            executor, job("return input * 2;", number), lambda result: job("return input + 1;", value(result))
        )
        assert (value(first), value(second)) == (2 * number, 2 * number + 1)


def test_without_a_question_there_is_no_second_result(executor: Executor) -> None:
    first, second = run_then(executor, job("return 1;"), lambda result: None)
    assert (value(first), second) == (1, None)


def test_an_error_can_be_asked_about(executor: Executor) -> None:
    seen: list[Result] = []

    def then(result: Result) -> Job:
        seen.append(result)
        return job("return 'asked';")

    first, second = run_then(executor, job("throw new Error('no');"), then)
    assert isinstance(first, Threw) and first.message == "no"
    assert isinstance(seen[0], Threw) and value(second) == "asked"


def test_the_second_job_sees_nothing_of_the_first(executor: Executor) -> None:
    leave = (
        "globalThis.left = 1; Object.prototype.left = 1; JSON.parse = () => 'mine'; Array = null; return 1;"
    )
    look = """
    return [globalThis.left, ({}).left, JSON.parse("[2]"), typeof Array].map((part) => part ?? null);"""
    for _ in range(2):
        _, second = run_then(executor, job(leave), lambda result: job(look))
        assert value(second) == [None, None, [2], "function"]


class _Host:
    def __init__(self) -> None:
        self.calls = 0

    def answer(self, call: HostCall, *, seconds: float) -> HostAnswer:
        self.calls += 1
        return HostAnswer(json=json.dumps({"status": 200, "headers": {}, "body": ""}))


def test_only_the_first_job_reaches_its_host(executor: Executor) -> None:
    host = _Host()
    asking = "return host.http({ url: 'https://a.example/' }).status;"
    first, second = run_then(executor, job(asking, 1), lambda result: job(asking, 1), host)
    assert (value(first), host.calls) == (200, 1)
    assert isinstance(second, Threw)


def test_a_second_job_that_never_ends_leaves_the_first_result(executor: Executor) -> None:
    first, second = run_then(executor, job("return 7;"), lambda result: job("for (;;) {}", wall_ms=200))
    assert value(first) == 7
    assert isinstance(second, Killed) and second.reason == "wall"
    assert value(executor.run(job("return 8;"))) == 8


def test_what_the_first_job_used_up_is_not_missing_for_the_second(executor: Executor) -> None:
    full = "const rows = []; for (let at = 0; at < 100000; at += 1) rows.push({ at }); return rows.length;"
    second_full = job(full, memory_mb=24)
    first, second = run_then(executor, job(full, memory_mb=24), lambda result: second_full)
    assert (value(first), value(second)) == (100000, 100000)


def test_a_first_job_that_is_ended_is_not_asked_about_as_if_it_had_answered(executor: Executor) -> None:
    seen: list[Result] = []

    def then(result: Result) -> None:
        seen.append(result)

    first, second = run_then(executor, job("for (;;) {}", wall_ms=200), then)
    assert isinstance(first, Killed) and first.reason == "wall" and second is None
    assert all(isinstance(result, Killed) for result in seen)
