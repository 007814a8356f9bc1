"""Which jobs may share a worker, and which of the results that come of it are as good as those of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mapp.sandbox.executor import Job, Killed, Result
from mapp.sandbox.executors import protocol

TOGETHER = 32  # jobs in one worker: more would gain little and keep more contexts ready
RETIRED_MB = 8.0  # a worker that has grown by more is replaced, so that the next job has its memory
RUNS = 3  # of its subject that a job is expected to ask for
UNCERTAIN = ("memory", "cpu", "crash")


def groups(jobs: Sequence[Job], lanes: int) -> Iterator[Sequence[Job]]:
    """Yields the jobs in groups for one worker each, all lanes used; one that must be alone is alone."""
    start = 0
    while start < len(jobs):
        end = start + 1
        while end < len(jobs) and may_share(jobs[start], jobs[end]):
            end += 1
        stretch = jobs[start:end]
        size = min(TOGETHER // (2 if stretch[0].subject else 1), -(-len(jobs) // lanes))
        yield from (stretch[at : at + size] for at in range(0, len(stretch), size))
        start = end


def may_share(one: Job, other: Job) -> bool:
    """Whether two jobs may share a worker: the same scripts, which ask nothing of their host."""
    return (
        not one.program.capabilities.calls
        and one.program == other.program
        and one.subject == other.subject
        and one.memory_mb == other.memory_mb
    )


def contexts(jobs: Sequence[Job]) -> int:
    """Returns how many fresh contexts should be ready for a group; every run of a subject wants its own."""
    return len(jobs) * (1 + RUNS if jobs[0].subject else 1)


def is_certain(result: Result, job: Job, grown_mb: float) -> bool:
    """Whether a job that was not its worker's first would have ended so in a worker of its own.

    What had to do with memory would perhaps not, nor what ended the worker: that may have come from outside.
    """
    if isinstance(result, Killed):
        return result.reason not in UNCERTAIN
    return not protocol.has_given_up(result) and grown_mb <= job.memory_mb / 2
