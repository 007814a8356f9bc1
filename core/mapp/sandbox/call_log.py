"""The host calls of one run, in order."""

from __future__ import annotations

import json
import time

from mapp.sandbox.calls import (
    _BUDGET,
    FUNCTIONS,
    LONGEST_WAIT,
    MOST_BYTES,
    MOST_CALLS,
    Answer,
    Broker,
    Call,
    Refused,
)
from mapp.sandbox.executor import Job


class Malformed(Exception):
    """A call that no honest worker sends."""


class Desk:
    """Where the calls of one run arrive: counts them, bounds them, and keeps account of the time."""

    def __init__(self, job: Job, broker: Broker | None) -> None:
        allowed = job.program.capabilities.calls
        self._allowed = {name for capability in allowed for name in FUNCTIONS[capability]}
        self._broker = broker
        self.calls = 0
        self.seconds = 0.0
        self._bytes = 0

    def reply(self, body: bytes) -> bytes:
        """Returns the bytes that answer a call's."""
        began = time.perf_counter()
        try:
            answer = self._answer(body)
        finally:
            self.seconds += time.perf_counter() - began
        match answer:
            case Answer(json=text):
                document = {"json": text, "code": "", "message": ""}
            case Refused(code=code, message=message):
                document = {"json": "", "code": code, "message": message}
        data = json.dumps(document).encode()
        self._bytes += len(data)
        return len(data).to_bytes(8, "big") + data

    def _answer(self, body: bytes) -> Answer | Refused:
        self.calls += 1
        self._bytes += len(body)
        left = LONGEST_WAIT - self.seconds
        if self.calls > MOST_CALLS or self._bytes > MOST_BYTES or left <= 0:
            return Refused(code="budget", message=_BUDGET)
        try:
            call = read_call(body)
        except Malformed as error:
            return Refused(code="malformed", message=str(error))
        if call.name not in self._allowed:
            return Refused(code="denied", message="the app does not declare that")
        if self._broker is None:
            return Refused(code="unavailable", message="nobody answers host calls here")
        return self._broker.answer(call, seconds=left)


def read_call(body: bytes) -> Call:
    """Returns the call that a worker sent.

    Raises:
        Malformed: it is none; the arguments themselves are left to whoever answers.
    """
    try:
        document = json.loads(body)
        name, arguments = document
        arguments.encode()  # half a surrogate pair would break whoever writes it down
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise Malformed("this is no host call") from None
    if not isinstance(name, str) or not isinstance(arguments, str):
        raise Malformed("this is no host call")
    return Call(name=name, arguments=arguments)
