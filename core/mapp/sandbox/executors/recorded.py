"""Answers host calls from recordings, so that runs can be repeated and apps checked offline."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from mapp.model.recording import Exchange
from mapp.model.values import InvalidValue, canonical
from mapp.sandbox.executor import Executor, Job, Result
from mapp.sandbox.executors.delegating import DelegatingExecutor
from mapp.sandbox.host_calls import Broker, CallRefused, HostAnswer, HostCall

UNRECORDED = CallRefused(code="unrecorded", message="this call is not in the recording")
UNAVAILABLE = CallRefused(code="unavailable", message="no recording answers this call")

Otherwise = Callable[[HostCall], HostAnswer | CallRefused]
"""Answers a call that was not recorded."""


class Stand:
    """Stands in for the host while an app is checked: a store that starts empty, and nothing else."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def __call__(self, call: HostCall) -> HostAnswer | CallRefused:
        """Returns the store's answer, or a refusal of every other call."""
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
    """Answers host calls from a recording, without touching the network or the store.

    Each recorded call is used once, in order. With `again`, the last answer to a call is repeated as often as
    the script makes it.
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
        """Returns the recorded answer to the first unused equal call, or what `otherwise` answers."""
        exchange = self._find(call)
        self.made.append(exchange)
        if exchange.code:
            return CallRefused(code=exchange.code, message=exchange.message)
        return HostAnswer(json=exchange.answer)

    def _find(self, call: HostCall) -> Exchange:
        try:
            left = self._left.get((call.name, canonical(json.loads(call.arguments))), [])
        except (ValueError, RecursionError, InvalidValue):
            return Exchange(
                name=call.name, arguments="[]", code="malformed", message="this is not a host call"
            )
        if left:
            return left[0] if self._again and len(left) == 1 else left.pop(0)
        return exchange_of(call, self._otherwise(call))


def exchange_of(call: HostCall, answer: HostAnswer | CallRefused) -> Exchange:
    """Returns a call and its answer as one row of a recording."""
    if isinstance(answer, CallRefused):
        return Exchange(name=call.name, arguments=call.arguments, code=answer.code, message=answer.message)
    return Exchange(name=call.name, arguments=call.arguments, answer=answer.json)


def same_calls(before: Sequence[Exchange], after: Sequence[Exchange]) -> bool:
    """Returns whether two runs made the same calls in the same order, and the same ones were refused."""
    return [(*row.asked, row.code) for row in before] == [(*row.asked, row.code) for row in after]


class RecordedExecutor(DelegatingExecutor):
    """An Executor that answers the host calls of every run from the same recording."""

    def __init__(self, executor: Executor, recorded: Sequence[Exchange]) -> None:
        super().__init__(executor)
        self._recorded = tuple(recorded)

    def run(self, job: Job, broker: Broker | None = None) -> Result:
        """Runs a job and returns its result. A `broker` takes the place of the recording."""
        if broker is None and job.program.capabilities.calls:
            broker = RecordedBroker(self._recorded, again=True, otherwise=Stand())
        return super().run(job, broker)

    def run_batch(self, jobs: Sequence[Job]) -> list[Result]:
        """Returns the results in the order of the jobs. Jobs with host calls run one by one."""
        if any(job.program.capabilities.calls for job in jobs):
            return [self.run(job) for job in jobs]
        return super().run_batch(jobs)
