"""Counts, limits and answers the host calls of one run."""

from __future__ import annotations

import json
import time

from mapp.sandbox.executor import Job
from mapp.sandbox.host_calls import (
    _BUDGET,
    FUNCTIONS,
    MAX_BYTES,
    MAX_CALLS,
    MAX_WAIT,
    Broker,
    CallRefused,
    HostAnswer,
    HostCall,
)


class MalformedCall(Exception):
    """A call that no intact worker sends."""


class HostCallLog:
    """Answers the host calls of one run within the limits, and adds up the time that they take."""

    def __init__(self, job: Job, broker: Broker | None) -> None:
        allowed = job.program.capabilities.calls
        self._allowed = {name for capability in allowed for name in FUNCTIONS[capability]}
        self._broker = broker
        self.calls = 0
        self.seconds = 0.0
        self._bytes = 0

    def reply(self, body: bytes) -> bytes:
        """Returns the encoded answer to an encoded call."""
        began = time.perf_counter()
        try:
            answer = self._answer(body)
        finally:
            self.seconds += time.perf_counter() - began
        match answer:
            case HostAnswer(json=text):
                document = {"json": text, "code": "", "message": ""}
            case CallRefused(code=code, message=message):
                document = {"json": "", "code": code, "message": message}
        data = json.dumps(document).encode()
        self._bytes += len(data)
        return len(data).to_bytes(8, "big") + data

    def _answer(self, body: bytes) -> HostAnswer | CallRefused:
        self.calls += 1
        self._bytes += len(body)
        left = MAX_WAIT - self.seconds
        if self.calls > MAX_CALLS or self._bytes > MAX_BYTES or left <= 0:
            return CallRefused(code="budget", message=_BUDGET)
        try:
            call = read_call(body)
        except MalformedCall as error:
            return CallRefused(code="malformed", message=str(error))
        if call.name not in self._allowed:
            return CallRefused(code="denied", message=f"the app does not declare {call.name[:40]}")
        if self._broker is None:
            return CallRefused(code="unavailable", message="host calls are not available here")
        return self._broker.answer(call, seconds=left)


def read_call(body: bytes) -> HostCall:
    """Parses a worker's call. The broker checks the arguments.

    Raises:
        MalformedCall: the bytes are not a call.
    """
    try:
        document = json.loads(body)
        name, arguments = document
        arguments.encode()  # half a surrogate pair could not be written to the journal
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise MalformedCall("this is not a host call") from None
    if not isinstance(name, str) or not isinstance(arguments, str):
        raise MalformedCall("this is not a host call")
    return HostCall(name=name, arguments=arguments)
