"""Host calls answered from recordings: runs are repeated, and apps checked, without the outside."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from mapp.model.recording import Exchange
from mapp.model.values import InvalidValue, canonical
from mapp.sandbox.calls import Broker, CallRefused, HostAnswer, HostCall
from mapp.sandbox.executor import Executor, Job, Result
from mapp.sandbox.executors.delegating import DelegatingExecutor

UNRECORDED = CallRefused(code="unrecorded", message="the recording holds no such call")
UNAVAILABLE = CallRefused(code="unavailable", message="no recording answers this call")

Otherwise = Callable[[HostCall], HostAnswer | CallRefused]
"""What is answered to a call that was not recorded."""


class Stand:
    """What stands in for the outside while an app is checked: an empty store, and nobody else."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def __call__(self, call: HostCall) -> HostAnswer | CallRefused:
        """Returns what a store that was empty at first would answer, or that nobody is there."""
        match call.name, json.loads(call.arguments):
            case "store.keys", []:
                return HostAnswer(json=canonical([*sorted(self._kept)]))
            case "store.get", [str(key)]:
                return HostAnswer(json=self._kept.get(key, "null"))
            case "store.set", [str(key), value]:
                self._kept[key] = canonical(value)
                return HostAnswer(json="null")
            case "store.delete", [str(key)]:
                return HostAnswer(json="false" if self._kept.pop(key, None) is None else "true")
        return UNAVAILABLE


class RecordedBroker:
    """Answers host calls from a recording, each recorded call once and in order; reaches nothing.

    With `again` the last answer to a call is given as often as it is asked.
    """

    def __init__(
        self,
        recorded: Sequence[Exchange],
        *,
        again: bool = False,
        otherwise: Otherwise = lambda call: UNRECORDED,
    ) -> None:
        self._left: dict[tuple[str, str], list[Exchange]] = {}
        for exchange in recorded:
            self._left.setdefault(exchange.asked, []).append(exchange)
        self._again = again
        self._otherwise = otherwise
        self.made: list[Exchange] = []

    def answer(self, call: HostCall, *, seconds: float) -> HostAnswer | CallRefused:
        """Returns the recorded answer to the first such call that is left, or else a refusal."""
        exchange = self._found(call)
        self.made.append(exchange)
        if exchange.code:
            return CallRefused(code=exchange.code, message=exchange.message)
        return HostAnswer(json=exchange.answer)

    def _found(self, call: HostCall) -> Exchange:
        try:
            left = self._left.get((call.name, canonical(json.loads(call.arguments))), [])
        except (ValueError, RecursionError, InvalidValue):
            return Exchange(name=call.name, arguments="[]", code="malformed", message="this is no host call")
        if left:
            return left[0] if self._again and len(left) == 1 else left.pop(0)
        return exchange_of(call, self._otherwise(call))


def exchange_of(call: HostCall, answer: HostAnswer | CallRefused) -> Exchange:
    """Returns a call and what came of it, as one row of a recording."""
    if isinstance(answer, CallRefused):
        return Exchange(name=call.name, arguments=call.arguments, code=answer.code, message=answer.message)
    return Exchange(name=call.name, arguments=call.arguments, answer=answer.json)


def same_calls(before: Sequence[Exchange], after: Sequence[Exchange]) -> bool:
    """Returns whether the same was asked in the same order, and refused alike."""
    return [(*row.asked, row.code) for row in before] == [(*row.asked, row.code) for row in after]


class RecordedExecutor(DelegatingExecutor):
    """An Executor that has the host calls of every run answered from the same recorded calls."""

    def __init__(self, executor: Executor, recorded: Sequence[Exchange]) -> None:
        super().__init__(executor)
        self._recorded = tuple(recorded)

    def run(self, job: Job, broker: Broker | None = None) -> Result:
        """Returns what came of the job; a broker that is given answers instead."""
        if broker is None and job.program.capabilities.calls:
            broker = RecordedBroker(self._recorded, again=True, otherwise=Stand())
        return super().run(job, broker)

    def run_batch(self, jobs: Sequence[Job]) -> list[Result]:
        """Returns what came of each job, in their order; those that call their host run one by one."""
        if any(job.program.capabilities.calls for job in jobs):
            return [self.run(job) for job in jobs]
        return super().run_batch(jobs)
