"""A batch gives the same results as its jobs one by one, on every executor."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from mapp.sandbox.executor import (
    Executor,
    Grant,
    Job,
    Killed,
    Program,
    Result,
    Returned,
    Threw,
    Unserialisable,
    run_batch,
)
from mapp.sandbox.executors.forking import ForkingExecutor
from support.engines import MAKERS
from support.scripts import PLENTY_MS

WAYS: dict[str, Callable[[], Executor]] = {**MAKERS, "one lane": lambda: ForkingExecutor(lanes=1)}


@pytest.fixture(scope="module", params=sorted(WAYS))
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    with WAYS[request.param]() as made:
        yield made


def jobs(source: str, *inputs: object, **options: Any) -> list[Job]:
    program = Program(source=source, capabilities=Grant(clock=True, random=True))
    one = replace(Job(program=program, wall_ms=PLENTY_MS), **options)
    return [replace(one, arguments=(json.dumps(value),)) for value in inputs]


def said(result: Result) -> tuple[str, ...]:
    """Returns a result without the time that it took."""
    match result:
        case Returned(json=text):
            return "returned", text
        case Threw(name=name, message=message, stack=stack):
            return "threw", name, message, stack
        case Unserialisable(message=message):
            return "refused", message
        case Killed(reason=reason):
            return "killed", reason


def same(executor: Executor, batch: list[Job]) -> list[Result]:
    """Runs a batch and compares every result with that of a single run."""
    together = run_batch(executor, batch)
    assert [said(result) for result in together] == [said(executor.run(job)) for job in batch]
    return together


def values(results: list[Result]) -> list[object]:
    return [json.loads(result.json) for result in results if isinstance(result, Returned)]


def test_an_empty_batch_gives_no_results(executor: Executor) -> None:
    assert run_batch(executor, []) == []


def test_results_come_in_the_order_of_the_jobs(executor: Executor) -> None:
    assert values(same(executor, jobs("function main(i) { return i * 2; }", *range(45)))) == [
        *range(0, 90, 2)
    ]


def test_jobs_of_a_batch_share_no_state(executor: Executor) -> None:
    source = """
    function main(input) {
      const found = [globalThis.left, Object.prototype.left, [].left, Math.left, JSON.parse('{}').left];
      globalThis.left = Object.prototype.left = Array.prototype.left = Math.left = input;
      JSON.parse = JSON.stringify = Promise.prototype.then = () => 'lie';
      return found.map((one) => one === undefined);
    }"""

    assert values(same(executor, jobs(source, *range(6)))) == [[True] * 5] * 6


def test_every_job_has_its_own_time_and_seed(executor: Executor) -> None:
    source = "function main(i, host) { return [host.now(), Date.now(), host.random(), Math.random()]; }"
    batch = [replace(job, now_ms=n * 1000, seed=n) for n, job in enumerate(jobs(source, 1, 2, 3))]
    found = values(same(executor, [*batch, *batch]))

    assert found[:3] == found[3:]
    assert len({str(row) for row in found}) == 3


def test_every_kind_of_result_is_the_same_as_in_a_single_run(executor: Executor) -> None:
    source = """
    function main(input) {
      switch (input) {
        case 0: return "value";
        case 1: throw new RangeError("far");
        case 2: throw null;
        case 3: return NaN;
        case 4: return "x".repeat(200000);
        case 5: Promise.reject(new TypeError("lost")); return 1;
        case 6: { let depth = 0; const f = () => { depth += 1; f(); }; try { f(); } catch {} return depth; }
        case 7: return new Promise(() => {});
        case 8: null.x;
        case 9: return Promise.resolve({deep: [1.5, "\\u2028"]});
      }
    }"""
    same(executor, jobs(source, *range(10), *range(9, -1, -1), output_kb=100))


@pytest.mark.parametrize(
    ("bad", "reason", "wall_ms"),
    [
        ("for (;;);", "wall", 700),
        ("const a = []; for (;;) a.push('x'.repeat(9999) + a.length);", "memory", PLENTY_MS),
    ],
)
def test_a_job_that_ends_its_worker_does_not_affect_the_others(
    executor: Executor, bad: str, reason: str, wall_ms: int
) -> None:
    source = f"function main(input) {{ if (input === 'bad') {{ {bad} }} return input; }}"
    batch = jobs(source, 1, 2, "bad", 3, "bad", "bad", 4, memory_mb=16)
    found = run_batch(
        executor, [replace(job, wall_ms=wall_ms) if '"bad"' in job.arguments else job for job in batch]
    )

    assert values(found) == [1, 2, 3, 4]
    killed = [result for result in found if isinstance(result, Killed)]
    if isinstance(executor, ForkingExecutor):  # the other cannot tell memory from a crash
        assert [result.reason for result in killed] == [reason] * 3
    assert [at for at, result in enumerate(found) if isinstance(result, Killed)] == [2, 4, 5]


def test_every_job_has_its_own_time_limit(executor: Executor) -> None:
    endless = jobs("function main() { for (;;); }", 1, 2, wall_ms=150)
    longer = [replace(job, wall_ms=400) for job in endless]
    found = run_batch(executor, [*endless, *longer])

    assert [isinstance(result, Killed) and result.reason for result in found] == ["wall"] * 4
    assert all(result.wall_ms >= 400 for result in found[2:])


def test_memory_used_by_one_job_is_available_to_the_next(executor: Executor) -> None:
    source = (
        "function main(i) { const a = []; while (a.length < 300) a.push('x'.repeat(1e5) + i); return i; }"
    )
    same(executor, jobs(source, *range(4), memory_mb=64))


def test_programs_may_change_within_a_batch(executor: Executor) -> None:
    one, other = "function main(i) { return i + 1; }", "function main(i) { return i - 1; }"
    batch = [job for pair in zip(jobs(one, 1, 2, 3), jobs(other, 1, 2, 3), strict=True) for job in pair]

    assert values(same(executor, batch)) == [2, 0, 3, 1, 4, 2]


def test_entries_may_differ(executor: Executor) -> None:
    source = "function prop_a(i) { return i > 1; } function prop_b(i) { return i < 1; }"
    batch = [replace(job, entry=name) for job in jobs(source, 0, 2) for name in ("prop_a", "prop_b")]

    assert values(same(executor, batch)) == [False, True, True, False]


def test_a_subject_is_fresh_at_every_call(executor: Executor) -> None:
    subject = Program(source="let n = 0; function main(i) { n += 1; return [n, i]; }")
    source = "function main(i, run) { Object.prototype.x = 1; return [run(i).output, run(i + 1).output]; }"
    batch = jobs(source, *range(40), subject=subject, host=False)

    assert values(same(executor, batch)) == [[[1, i], [1, i + 1]] for i in range(40)]


def test_host_calls_in_a_batch_are_refused_as_in_a_run_without_a_broker(executor: Executor) -> None:
    source = "function main(i, host) { try { host.store.get('a'); } catch (e) { return [i, e.code]; } }"
    program = Program(source=source, capabilities=Grant(calls=("store",)))
    batch = [Job(program=program, arguments=(str(number),)) for number in range(3)]

    assert values(same(executor, batch)) == [[number, "unavailable"] for number in range(3)]


def test_large_jobs_and_large_results_are_accepted(executor: Executor) -> None:
    texts = ["é" * size for size in (10, 300_000, 10, 10, 500_000, 10)]

    assert values(same(executor, jobs("function main(i) { return i; }", *texts, output_kb=4096))) == texts


def test_only_the_job_that_is_too_large_is_refused(executor: Executor) -> None:
    source = "function main(i) { return i.length; }"
    small, large = jobs(source, "a", "x" * 50_000_000)
    found = run_batch(executor, [small, large, small])

    assert values(found) == [1, 1]
    assert isinstance(found[1], Killed)
    assert "too large" in found[1].detail
