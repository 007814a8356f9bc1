"""Makes the three standard streams safe to use, in whatever state the parent process left them.

A closed stream is replaced by one that behaves the same: reading or writing fails, and no file that is opened
later gets its descriptor. This module does not import click, so a plain `mapp --help` stays fast.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from typing import TYPE_CHECKING, Final, TextIO

from mapp.errors import MappError, UsageError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

CLOSED_PIPE: Final = 141
"""The exit code when the reader closed the output, as shells report SIGPIPE."""


class OutputLost(MappError):
    """An answer could not be written to standard output."""

    code = "MAPP-0221"


class ReaderGone(Exception):
    """The reader of the output closed its end, as `| head` does."""


class _Output(io.FileIO):
    """Standard output as bytes. After a failed write it remembers the failure and discards all data."""

    failure: OutputLost | ReaderGone | None = None

    def write(self, data: Buffer, /) -> int:
        """Writes bytes; raises ReaderGone or OutputLost."""
        if self.failure is not None:
            return memoryview(data).nbytes
        try:
            return super().write(data)
        except BrokenPipeError:
            self.failure = ReaderGone()
        except OSError as error:
            self.failure = OutputLost(
                f"the answer could not be written to standard output: {_reason(error)}",
                hint="check where the output goes, then run the command again",
            )
        raise self.failure


class _Input(io.FileIO):
    """Standard input as bytes; a failed read is a usage error."""

    def readinto(self, buffer: Buffer, /) -> int:
        """Reads bytes; raises UsageError."""
        try:
            return super().readinto(buffer)
        except OSError as error:
            raise UsageError(
                f"standard input cannot be read: {_reason(error)}", hint="pipe the text in, or name a file"
            ) from None

    def readall(self) -> bytes:
        """Reads all bytes; raises UsageError."""
        return b"".join(iter(lambda: self.read(65_536), b""))

    def read(self, size: int | None = -1, /) -> bytes:
        """Reads bytes; raises UsageError."""
        if size is None or size < 0:
            return self.readall()
        buffer = bytearray(size)
        return bytes(buffer[: self.readinto(buffer)])


def prepare() -> None:
    """Makes the standard streams of this process safe to use."""
    for number, stream in enumerate((sys.stdin, sys.stdout, sys.stderr)):
        if stream is None:
            _fill(number)
    if sys.stdin is None or not _is_terminal(sys.stdin):
        sys.stdin = io.TextIOWrapper(io.BufferedReader(_Input(0, closefd=False)), encoding="utf-8")
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stdout is None or os.name != "nt" or not _is_terminal(sys.stdout):
        _replace_output()


def _fill(number: int) -> None:
    """Opens the null device on the descriptor of a closed stream, in the mode in which its use still fails.

    Standard error is the exception: its messages are discarded.
    """
    with contextlib.suppress(OSError):
        os.fstat(number)
        return  # something else already uses that descriptor
    modes = (os.O_WRONLY, os.O_RDONLY, os.O_WRONLY)
    descriptor = os.open(os.devnull, modes[number])
    if descriptor != number:
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.set_inheritable(number, True)


def _replace_output() -> None:
    old = sys.stdout
    terminal = old is not None and _is_terminal(old)
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(_Output(1, "w", closefd=False)),
        encoding="utf-8" if old is None else old.encoding,
        errors="strict" if old is None else old.errors,
        newline=None,
        line_buffering=terminal,
    )


def _is_terminal(stream: TextIO) -> bool:
    with contextlib.suppress(OSError, ValueError):
        return stream.isatty()
    return False


def finish() -> None:
    """Flushes standard output.

    Raises:
        ReaderGone: the reader closed its end.
        OutputLost: this write or an earlier one failed.
    """
    sys.stdout.flush()
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    if isinstance(raw, _Output) and raw.failure is not None:
        raise raw.failure


def say(text: str) -> None:
    """Writes a line to standard error. A message that cannot be written does not end the command."""
    try:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123


def _reason(error: OSError) -> str:
    return "it is closed" if error.errno == errno.EBADF else str(error.strerror)
