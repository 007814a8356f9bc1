"""A zygote whose workers run their source as Python: what an attacker has who has taken over the engine.

Such an attacker runs native code in a worker after all walls are up. This script is started by path in a bare
interpreter, like the real zygote.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import mmap
import os
import resource
import signal
import struct
import sys
import time
from typing import Any

sys.path.insert(0, sys.argv.pop(1))
MISSING_WALLS = [word.partition("=")[2] for word in sys.argv if word.startswith("without-wall=")]
sys.argv = [word for word in sys.argv if not word.startswith("without-wall=")]

import _socket  # noqa: E402

import quickjs_ng  # type: ignore[import-not-found]  # noqa: E402, F401 (files are out of reach later)
import worker  # type: ignore[import-not-found]  # noqa: E402
import zygote  # type: ignore[import-not-found]  # noqa: E402

if "commit" in MISSING_WALLS:  # a confinement that claims more than it does
    zygote.confinement.Confinement.commit = lambda walls, memory, seconds: None

b"x".decode("unicode_escape"), "\xff".encode("ascii", "replace")  # loads codecs while files can be read
LIBC = ctypes.CDLL(None, use_errno=True)
NAMES = {
    **{
        module.__name__: module for module in (ctypes, errno, fcntl, mmap, os, resource, signal, struct, time)
    },
    "_socket": _socket,
    "libc": LIBC,
}


class Wire:
    """The worker's own socket, for sending anything at all."""

    def __init__(self, source: int, sink: int) -> None:
        self._source, self._sink = source, sink

    def say(self, data: bytes) -> int:
        """Writes any bytes."""
        worker.send(self._sink, data)
        return len(data)

    def frame(self, body: bytes, announced: int | None = None, tag: bytes = b"H") -> bytes:
        """Returns a frame, which may lie about its length."""
        size = len(body) if announced is None else announced
        return tag + size.to_bytes(8, "big") + bytes(8) + body

    def hear(self) -> bytes:
        """Waits for one answer and returns it."""
        data: bytes = worker.receive(self._source, int.from_bytes(worker.receive(self._source, 8), "big"))
        return data

    def ask(self, body: bytes) -> bytes:
        """Makes one call."""
        self.say(self.frame(body))
        return self.hear()


def field(job: bytes, name: bytes) -> str:
    """Returns one string of a job; a worker cannot import `json`."""
    start = job.index(b'"' + name + b'": "') + len(name) + 5
    end = start
    while job[end : end + 1] != b'"':
        end += 2 if job[end : end + 1] == b"\\" else 1
    return job[start:end].decode("unicode_escape")


def answer(interpreter: Any, job: bytes) -> tuple[bytes, bytes]:
    """Runs the source; the value of its variable `found` becomes the output."""
    wire = Wire(*interpreter.channel) if interpreter.channel else None
    names = {**NAMES, "job": job, "wire": wire}
    try:
        exec(field(job, b"source"), names)
        text = str(names.get("found", "went through"))
    except OSError as error:
        text = f"refused {errno.errorcode.get(error.errno or 0, error.errno)}"
    except MemoryError:
        text = "refused MemoryError"
    except ValueError as error:
        text = f"refused {error}"
    quoted = worker.quoted(text.encode("ascii", "replace"))
    return worker.RECORD, worker.quoted(b'{"kind":"returned"}\n' + quoted)


worker.answer = answer
zygote.main()
