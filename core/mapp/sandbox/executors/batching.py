"""Decides which jobs may share a worker, and which of their results equal those of separate runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mapp.sandbox.executor import Job, Killed, Result
from mapp.sandbox.executors import protocol

MAX_GROUP = 32  # jobs in one worker; more would gain little and need more prepared contexts
MIN_GROUP = 8  # fewer jobs take less time in one worker than a second worker takes to start
RETIRED_MB = 8.0  # a worker that has grown by more is replaced, so that the next job gets its full memory
RUNS = 3  # expected runs of the subject per job
UNCERTAIN = ("memory", "cpu", "crash")


def groups(jobs: Sequence[Job], lanes: int) -> Iterator[Sequence[Job]]:
    """Yields groups of jobs, one group per worker, so that all lanes are used."""
    start = 0
    while start < len(jobs):
        end = start + 1
        while end < len(jobs) and may_share(jobs[start], jobs[end]):
            end += 1
        stretch = jobs[start:end]
        share = max(-(-len(jobs) // lanes), MIN_GROUP)
        size = min(MAX_GROUP // (2 if stretch[0].subject else 1), share)
        yield from (stretch[at : at + size] for at in range(0, len(stretch), size))
        start = end


def may_share(one: Job, other: Job) -> bool:
    """Returns whether two jobs may share a worker: they have the same scripts and make no host calls."""
    return (
        not one.program.capabilities.calls
        and one.program == other.program
        and one.subject == other.subject
        and one.memory_mb == other.memory_mb
    )


def contexts(jobs: Sequence[Job]) -> int:
    """Returns how many fresh contexts to prepare for a group. Every run of a subject needs its own."""
    return len(jobs) * (1 + RUNS if jobs[0].subject else 1)


def is_certain(result: Result, job: Job, grown_mb: float) -> bool:
    """Returns whether a job that was not its worker's first would have ended the same way in its own worker.

    That is uncertain for results that depend on memory, and for those that ended the worker, since the cause
    may lie outside the job.
    """
    if isinstance(result, Killed):
        return result.reason not in UNCERTAIN
    return not protocol.looks_out_of_memory(result) and grown_mb <= job.memory_mb / 2
