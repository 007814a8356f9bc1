"""The zygote of the sandbox with one difference: its workers run the source they are given as Python.

This is what an attacker has who has broken the engine: native code in a worker after every door was locked.
Started by path in a bare interpreter, as the real one is.
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
OPENED = [word.partition("=")[2] for word in sys.argv if word.startswith("open-door=")]
sys.argv = [word for word in sys.argv if not word.startswith("open-door=")]

import _socket  # noqa: E402

import quickjs_ng  # type: ignore[import-not-found]  # noqa: E402, F401 (later there are no files)
import worker  # type: ignore[import-not-found]  # noqa: E402
import zygote  # type: ignore[import-not-found]  # noqa: E402

if "commit" in OPENED:  # a confinement that promises and does not hold
    zygote.confinement.Confinement.commit = lambda doors, memory, seconds: None

b"x".decode("unicode_escape"), "\xff".encode("ascii", "replace")  # codecs are files; later there are none
LIBC = ctypes.CDLL(None, use_errno=True)
NAMES = {
    **{
        module.__name__: module for module in (ctypes, errno, fcntl, mmap, os, resource, signal, struct, time)
    },
    "_socket": _socket,
    "libc": LIBC,
}


class Wire:
    """The worker's own socket, used as nobody meant it to be."""

    def __init__(self, source: int, sink: int) -> None:
        self._source, self._sink = source, sink

    def say(self, data: bytes) -> int:
        """Writes bytes, whatever they are."""
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
    """Reads one plain text out of a job; a worker cannot read JSON by itself."""
    start = job.index(b'"' + name + b'": "') + len(name) + 5
    end = start
    while job[end : end + 1] != b'"':
        end += 2 if job[end : end + 1] == b"\\" else 1
    return job[start:end].decode("unicode_escape")


def answer(interpreter: Any, job: bytes) -> tuple[bytes, bytes]:
    """Runs the source; what it calls `found` goes out as the output."""
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
