"""The bytes between us and a worker: a job goes in, a reply comes out, and a reply is never believed.

In: a header (four numbers of 8 bytes), then `[job, arguments]` and the subject's job, all JSON. Out: a tag of
one byte, two numbers of 8 bytes (length of the body, growth in kB), the body. A worker may have been taken
over by what it ran, so everything is checked, and whatever is not a well-formed reply is a crash.
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
GIVEN_UP = {"null": "object", "[uninitialized]": "unknown"}  # what is thrown without memory, and its type
NOTHING_LEFT = ("out of memory", "Invalid Result Value", "(Failed")  # the words of engine and bindings then
PREFIX = 17  # tag, length and growth
CALL = b"H"  # the tag of a host call: the script waits, its reply is still to come
MAX_CALL_SIZE = 4 << 20  # bytes; the prelude lets 512 Ki characters pass
OURS = re.compile(r"<dukpy>|<input>:[1-9]\d{4,}:")  # lines of a stack that are ours; as in quickjs_ng.py
SLACK = 65_536  # what a reply may hold besides the output: names, messages, a stack
MAX_LENGTH = {"name": 4000, "message": 4000, "stack": 8000}  # characters of what was thrown; as in prelude.js
IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*\Z")
UNCAUGHT = re.compile(r"([A-Za-z_$][\w$]*): ?(.*)", re.DOTALL)


class InputTooLarge(Exception):
    """The arguments are more than any worker should read."""


class MalformedReply(Exception):
    """A reply that no honest worker sends."""


def encode(job: Job, *, inspect: bool = False) -> bytes:
    """Returns the bytes that give `job` to a worker.

    Raises:
        InputTooLarge: beyond `MAX_INPUT_SIZE`.
        ValueError: if `entry` is no identifier; that is a mistake of ours.
    """
    if not IDENTIFIER.match(job.entry):
        raise ValueError(f"{job.entry!r} is not the name of a function")
    meta = {**_meta(job, job.program), "entry": job.entry, "host": job.host, "inspect": inspect}
    meta["subject"] = job.subject is not None
    # The arguments are spliced in as they are: what is not one JSON value can only change their number.
    body = b"[" + _bytes(json.dumps(meta)) + b",[" + _bytes(",".join(job.arguments)) + b"]]"
    if len(body) > MAX_INPUT_SIZE:
        raise InputTooLarge(
            f"input too large: {len(body) / 1e6:.1f} MB, at most {MAX_INPUT_SIZE // 10**6} MB"
        )
    subject = _bytes(json.dumps({**_meta(job, job.subject), "text": True})) if job.subject else b""
    return _header(job, len(body), len(subject)) + body + subject


def for_all(payload: bytes, jobs: Sequence[Job], longest: int) -> bytes:
    """Returns the first job's bytes with limits that suffice for all jobs of a worker, in turn."""
    seconds = sum(math.ceil(job.wall_ms / 1000) for job in jobs) + 1
    numbers = (jobs[0].memory_mb * 2**20 + 2 * longest, seconds)
    return payload[:16] + b"".join(number.to_bytes(8, "big") for number in numbers) + payload[32:]


def growth_mb(reply: bytes) -> float:
    """Returns by how much a worker says that it has grown."""
    return int.from_bytes(reply[9:PREFIX], "big") / 1024


def inspection(source: str) -> Job:
    """Returns the job that evaluates `source` and calls nothing."""
    return Job(program=Program(source=source, capabilities=Grant()), host=False)


def reply_limit(job: Job) -> int:
    """Returns the most bytes a reply may have: quoting the output once more at most doubles it."""
    return PREFIX + 2 * job.output_kb * 1024 + SLACK


def is_complete(reply: bytes | bytearray) -> bool:
    """Whether all that was announced has arrived."""
    return len(reply) >= PREFIX and len(reply) >= PREFIX + int.from_bytes(reply[1:9], "big")


class Inbox:
    """What has arrived from a worker: host calls one after the other, and in the end a reply."""

    def __init__(self, job: Job, already: bytes = b"") -> None:
        self._data = bytearray(already)
        self._limit = reply_limit(job)

    def add(self, chunk: bytes) -> None:
        """Takes what has just arrived."""
        self._data += chunk

    def take_call(self) -> bytes | None:
        """Returns the body of the next host call and forgets it, or None while there is no complete one."""
        if not self.has_call:
            return None
        end = PREFIX + self._announced()
        body = bytes(self._data[PREFIX:end])
        del self._data[:end]
        return body

    @property
    def has_call(self) -> bool:
        """Whether a complete host call has arrived."""
        return self._is_call() and is_complete(self._data)

    @property
    def is_done(self) -> bool:
        """Whether the reply is complete, or nothing that may still arrive could make it one."""
        return not self._is_call() and (len(self._data) > self._limit or is_complete(self._data))

    @property
    def reply(self) -> bytes:
        """Returns what is there of the reply."""
        return bytes(self._data)

    def take_rest(self) -> bytes:
        """Returns what came after a complete reply, the beginning of the next, and forgets it."""
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
    """Returns what a reply says; one beyond its limit is refused unread, a senseless one is a crash."""
    if len(reply) > reply_limit(job) or reply[:1] == CALL:  # a call that is too large to be taken
        return termination.too_much_output(job, wall_ms)
    try:
        result = _result(reply[:1], reply[PREFIX:], job, wall_ms)
    except (MalformedReply, ValueError, KeyError, TypeError, RecursionError) as error:
        return Killed(reason="crash", detail=f"malformed reply: {error}", wall_ms=wall_ms)
    if has_given_up(result) and termination.is_exhausted(job, growth_mb(reply)):
        return termination.out_of_memory(job, wall_ms)
    return result


def functions_of(result: Result) -> Inspection | Threw | Killed:
    """Reads the result of an inspection."""
    match result:
        case Returned(json=text, wall_ms=wall_ms):
            return _listed(text, wall_ms)
        case Threw() | Killed():
            return result
        case Unserialisable(message=message, wall_ms=wall_ms):
            return Killed(reason="crash", detail=message, wall_ms=wall_ms)


def _listed(text: str, wall_ms: float) -> Inspection | Killed:
    try:
        names = json.loads(text)
    except (ValueError, RecursionError) as error:
        return Killed(reason="crash", detail=f"malformed reply: {str(error)[:200]}", wall_ms=wall_ms)
    listed = names if isinstance(names, list) else []
    return Inspection(functions=tuple(name for name in listed if isinstance(name, str)))


def has_given_up(result: Result) -> bool:
    """Whether an engine without memory would have thrown this.

    Every script can throw the same, so this decides nothing by itself: it counts where the worker has grown.
    """
    if not isinstance(result, Threw):
        return False
    if GIVEN_UP.get(result.message) == result.name:
        return True
    if result.name == "InternalError":
        return True
    return result.name == "Error" and (not result.message or result.message.startswith(NOTHING_LEFT))


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
            return _record(_opened(json.loads(body)), job, wall_ms)
        case b"U":
            return _unhandled(body.decode("utf-8", "replace"), wall_ms)
        case b"M":
            return termination.out_of_memory(job, wall_ms)
        case _:
            raise MalformedReply("unknown tag")


def _opened(text: object) -> dict[str, object]:
    """Reads the prelude's text: a line of JSON, then the JSON of the output."""
    if not isinstance(text, str):
        raise MalformedReply("the record is not a text")
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
    """Whether a script can have an error of the engine's own that has nothing to do with memory.

    dukpy throws one when an import fails whose name is no text; the script can then give it other
    words, or its prototype to something else. A keyword is never spelled with escapes.
    """
    return "import" in job.program.source


def _returned(text: str, job: Job, wall_ms: float) -> Result:
    if len(text.encode()) > job.output_kb * 1024:
        return termination.too_much_output(job, wall_ms)
    return Returned(json=text, wall_ms=wall_ms)


def _text(record: dict[str, object], key: str) -> str:
    value = record[key]
    if not isinstance(value, str):
        raise MalformedReply(f"{key} is not a text")
    value.encode()  # half a surrogate pair would break whoever prints it: ValueError
    return value


def _unhandled(text: str, wall_ms: float) -> Threw:
    """A promise that was rejected with nobody to handle it: the engine gives us one text, head line first."""
    if text in GIVEN_UP:
        return Threw(name=GIVEN_UP[text], message=text, stack="", wall_ms=wall_ms)
    head, _, stack = text.partition("\n    at ")
    match = UNCAUGHT.match(head)
    name, message = match.groups() if match else ("Error", head)
    return Threw(name=name, message=message, stack=_readable(f"at {stack}" if stack else ""), wall_ms=wall_ms)


def _readable(stack: str) -> str:
    """The lines of a stack that are the script's own; the rest are the prelude's."""
    lines = (line.strip() for line in stack.splitlines())
    own = (line for line in lines if not OURS.search(line) and line != "at eval (native)")
    return "\n".join(line.replace("<input>", "main.js") for line in own if line)
