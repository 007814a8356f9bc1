"""The bytes between parent and worker: encodes jobs and decodes replies, without trusting a reply.

In: a header (four 8-byte numbers), then `[job, arguments]` and the subject's job, all JSON. Out: a one-byte
tag, two 8-byte numbers (length of the body, growth in kB), then the body. The script may have taken over the
worker, so everything is checked. Anything but a well-formed reply counts as a crash.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from typing import Any

from mapp.sandbox.executor import (
    Grant,
    Inspection,
    Job,
    Killed,
    Program,
    Result,
    Returned,
    Threw,
    Unserialisable,
)
from mapp.sandbox.executors import termination

MAX_INPUT_SIZE = 50_000_000  # bytes of job and arguments
THROWN_WITHOUT_MEMORY = {"null": "object", "[uninitialized]": "unknown"}  # message to name
NO_MEMORY_MESSAGES = ("out of memory", "Invalid Result Value", "(Failed")  # from the engine and its bindings
PREFIX = 17  # tag, length and growth
CALL = b"H"  # the tag of a host call: the script waits for the answer, the reply comes later
MAX_CALL_SIZE = 4 << 20  # bytes; the prelude allows 512 Ki characters
OUR_LINES = re.compile(r"<dukpy>|<input>:[1-9]\d{4,}:")  # stack lines of our own code; as in quickjs_ng.py
SLACK = 65_536  # bytes in a reply besides the output: names, messages, a stack
MAX_LENGTH = {"name": 4000, "message": 4000, "stack": 8000}  # characters of what was thrown; as in prelude.js
IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*\Z")
UNCAUGHT = re.compile(r"([A-Za-z_$][\w$]*): ?(.*)", re.DOTALL)


class InputTooLarge(Exception):
    """The arguments are larger than a worker accepts."""


class MalformedReply(Exception):
    """A reply that no intact worker sends."""


def encode(job: Job, *, inspect: bool = False) -> bytes:
    """Returns the bytes that pass `job` to a worker.

    Raises:
        InputTooLarge: the job is larger than `MAX_INPUT_SIZE`.
        ValueError: `entry` is not an identifier, which is a bug in the caller.
    """
    if not IDENTIFIER.match(job.entry):
        raise ValueError(f"{job.entry!r} is not the name of a function")
    meta = {**_meta(job, job.program), "entry": job.entry, "host": job.host, "inspect": inspect}
    meta["subject"] = job.subject is not None
    # The arguments are inserted unparsed: text that is not one JSON value can only change their number.
    body = b"[" + _bytes(json.dumps(meta)) + b",[" + _bytes(",".join(job.arguments)) + b"]]"
    if len(body) > MAX_INPUT_SIZE:
        raise InputTooLarge(
            f"input too large: {len(body) / 1e6:.1f} MB, at most {MAX_INPUT_SIZE // 10**6} MB"
        )
    subject = _bytes(json.dumps({**_meta(job, job.subject), "text": True})) if job.subject else b""
    return _header(job, len(body), len(subject)) + body + subject


def for_all(payload: bytes, jobs: Sequence[Job], longest: int) -> bytes:
    """Returns the first job's bytes with limits that are enough for all jobs of a worker together."""
    seconds = sum(math.ceil(job.wall_ms / 1000) for job in jobs) + 1
    numbers = (jobs[0].memory_mb * 2**20 + 2 * longest, seconds)
    return payload[:16] + b"".join(number.to_bytes(8, "big") for number in numbers) + payload[32:]


def growth_mb(reply: bytes) -> float:
    """Returns how much a worker says it has grown, in MB."""
    return int.from_bytes(reply[9:PREFIX], "big") / 1024


def inspection(source: str) -> Job:
    """Returns the job that evaluates `source` without calling a function."""
    return Job(program=Program(source=source, capabilities=Grant()), host=False)


def reply_limit(job: Job) -> int:
    """Returns the largest size of a reply in bytes: quoting the output once more at most doubles it."""
    return PREFIX + 2 * job.output_kb * 1024 + SLACK


def is_complete(reply: bytes | bytearray) -> bool:
    """Returns whether the whole announced reply has arrived."""
    return len(reply) >= PREFIX and len(reply) >= PREFIX + int.from_bytes(reply[1:9], "big")


class Inbox:
    """Bytes received from a worker: any number of host calls, then a reply."""

    def __init__(self, job: Job, received: bytes = b"") -> None:
        self._data = bytearray(received)
        self._limit = reply_limit(job)

    def add(self, chunk: bytes) -> None:
        """Adds bytes that have just arrived."""
        self._data += chunk

    def take_call(self) -> bytes | None:
        """Removes and returns the body of the next complete host call, or returns None."""
        if not self.has_call:
            return None
        end = PREFIX + self._announced()
        body = bytes(self._data[PREFIX:end])
        del self._data[:end]
        return body

    @property
    def has_call(self) -> bool:
        """Returns whether a complete host call has arrived."""
        return self._is_call() and is_complete(self._data)

    @property
    def is_done(self) -> bool:
        """Returns whether the reply is complete, or is too large to become valid."""
        return not self._is_call() and (len(self._data) > self._limit or is_complete(self._data))

    @property
    def reply(self) -> bytes:
        """Returns the part of the reply that has arrived."""
        return bytes(self._data)

    def take_rest(self) -> bytes:
        """Removes and returns the bytes after a complete reply: the beginning of the next one."""
        end = PREFIX + self._announced()
        rest = bytes(self._data[end:])
        del self._data[end:]
        return rest

    def _is_call(self) -> bool:
        if self._data[:1] != CALL:
            return False
        return len(self._data) < PREFIX or self._announced() <= MAX_CALL_SIZE

    def _announced(self) -> int:
        return int.from_bytes(self._data[1:9], "big")


def decode(reply: bytes, job: Job, wall_ms: float) -> Result:
    """Returns the result in a reply. One above its limit is rejected unread; a malformed one is a crash."""
    if len(reply) > reply_limit(job) or reply[:1] == CALL:  # only a call that is too large gets here
        return termination.too_much_output(job, wall_ms)
    try:
        result = _result(reply[:1], reply[PREFIX:], job, wall_ms)
    except (MalformedReply, ValueError, KeyError, TypeError, RecursionError) as error:
        return Killed(reason="crash", detail=f"malformed reply: {error}", wall_ms=wall_ms)
    if looks_out_of_memory(result) and termination.is_exhausted(job, growth_mb(reply)):
        return termination.out_of_memory(job, wall_ms)
    return result


def functions_of(result: Result) -> Inspection | Threw | Killed:
    """Returns the result of an inspection."""
    match result:
        case Returned(json=text, wall_ms=wall_ms):
            return _parse_names(text, wall_ms)
        case Threw() | Killed():
            return result
        case Unserialisable(message=message, wall_ms=wall_ms):
            return Killed(reason="crash", detail=message, wall_ms=wall_ms)


def _parse_names(text: str, wall_ms: float) -> Inspection | Killed:
    try:
        names = json.loads(text)
    except (ValueError, RecursionError) as error:
        return Killed(reason="crash", detail=f"malformed reply: {str(error)[:200]}", wall_ms=wall_ms)
    listed = names if isinstance(names, list) else []
    return Inspection(functions=tuple(name for name in listed if isinstance(name, str)))


def looks_out_of_memory(result: Result) -> bool:
    """Returns whether an engine that ran out of memory would have thrown this.

    Any script can throw the same, so this alone decides nothing: it counts only if the worker has also grown.
    """
    if not isinstance(result, Threw):
        return False
    if THROWN_WITHOUT_MEMORY.get(result.message) == result.name:
        return True
    if result.name == "InternalError":
        return True
    return result.name == "Error" and (not result.message or result.message.startswith(NO_MEMORY_MESSAGES))


def _meta(job: Job, program: Program) -> dict[str, Any]:
    seed = job.seed % 2**64
    return {
        "source": program.source,
        "clock": program.capabilities.clock,
        "random": program.capabilities.random,
        "calls": dict.fromkeys(program.capabilities.calls, True),
        "entry": "main",
        "host": True,
        "now": job.now_ms,
        "seed": [seed & 0xFFFFFFFF, seed >> 32],
        "limit": job.output_kb * 1024,
    }


def _header(job: Job, size: int, subject_size: int) -> bytes:
    seconds = termination.cpu_seconds(job)
    numbers = (size, subject_size, job.memory_mb * 2**20, seconds)
    return b"".join(number.to_bytes(8, "big") for number in numbers)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _result(tag: bytes, body: bytes, job: Job, wall_ms: float) -> Result:
    match tag:
        case b"J":
            return _record(_parse_record(json.loads(body)), job, wall_ms)
        case b"U":
            return _unhandled(body.decode("utf-8", "replace"), wall_ms)
        case b"M":
            return termination.out_of_memory(job, wall_ms)
        case _:
            raise MalformedReply("unknown tag")


def _parse_record(text: object) -> dict[str, object]:
    """Parses the prelude's text: one line of JSON, then the JSON of the output."""
    if not isinstance(text, str):
        raise MalformedReply("the record is not a string")
    line, _, output = text.partition("\n")
    record = json.loads(line)
    if not isinstance(record, dict):
        raise MalformedReply("the record has no fields")
    return {**record, "json": output}


def _record(record: dict[str, object], job: Job, wall_ms: float) -> Result:
    match record["kind"]:
        case "returned" | "functions":
            return _returned(_text(record, "json"), job, wall_ms)
        case "memory" if not _may_forge_memory(job):
            return termination.out_of_memory(job, wall_ms)
        case "threw" | "memory":
            name, message, stack = (_text(record, key)[:most] for key, most in MAX_LENGTH.items())
            return Threw(name=name, message=message, stack=_readable(stack), wall_ms=wall_ms)
        case "refused":
            return Unserialisable(message=_text(record, "message")[: MAX_LENGTH["message"]], wall_ms=wall_ms)
        case "output":
            return termination.too_much_output(job, wall_ms)
        case _:
            raise MalformedReply("unknown kind")


def _may_forge_memory(job: Job) -> bool:
    """Returns whether a script can obtain an engine error that has nothing to do with memory.

    dukpy throws one when an import fails because its name is not a string. The script can then change the
    message, or give the error's prototype to another object. JavaScript does not allow escapes in a keyword,
    so a search for the word finds every import.
    """
    return "import" in job.program.source


def _returned(text: str, job: Job, wall_ms: float) -> Result:
    if len(text.encode()) > job.output_kb * 1024:
        return termination.too_much_output(job, wall_ms)
    return Returned(json=text, wall_ms=wall_ms)


def _text(record: dict[str, object], key: str) -> str:
    value = record[key]
    if not isinstance(value, str):
        raise MalformedReply(f"{key} is not a string")
    value.encode()  # raises ValueError for half a surrogate pair, which could not be printed
    return value


def _unhandled(text: str, wall_ms: float) -> Threw:
    """Returns the result of an unhandled rejection, which the engine reports as one text, head line first."""
    if text in THROWN_WITHOUT_MEMORY:
        return Threw(name=THROWN_WITHOUT_MEMORY[text], message=text, stack="", wall_ms=wall_ms)
    head, _, stack = text.partition("\n    at ")
    match = UNCAUGHT.match(head)
    name, message = match.groups() if match else ("Error", head)
    return Threw(name=name, message=message, stack=_readable(f"at {stack}" if stack else ""), wall_ms=wall_ms)


def _readable(stack: str) -> str:
    """Returns the script's own lines of a stack, without those of the prelude."""
    lines = (line.strip() for line in stack.splitlines())
    own = (line for line in lines if not OUR_LINES.search(line) and line != "at eval (native)")
    return "\n".join(line.replace("<input>", "main.js") for line in own if line)
