"""A progress bar for everything that one command does before its first output.

A command may have several phases: a first `mapp run` sets up the starter apps, builds the index and answers.
They share one bar, which never goes back, and one clock. A thread draws it ten times a second, so it moves
even while the command computes. The first thing that anything else writes ends the bar; only messages during
a phase appear above it.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

Advance = Callable[[int, int], None]

INTERVAL: Final = 0.1
"""Seconds between two drawings."""
_WIDTH: Final = 30
_ERASE: Final = "\r\x1b[K"
_BETWEEN: Final = "Working"


class Bar:
    """One bar on standard error, from its first phase to `end`."""

    def __init__(self, *, styled: Callable[[str], str] = str) -> None:
        """Starts drawing; `styled` colours the part that is done."""
        self._styled = styled
        self._lock = threading.RLock()
        self._began = time.monotonic()
        self._title = _BETWEEN
        self._done = 0.0
        self._in_phase = False
        self._streams = (sys.stdout, sys.stderr)
        self._terminal = sys.stderr
        self._marks = ("━", "─") if "utf" in (self._terminal.encoding or "").lower() else ("#", "-")
        self._ended = threading.Event()
        sys.stdout = _Watched(sys.stdout, self.end)
        sys.stderr = _Watched(sys.stderr, self.end, self._above)
        self._draw()
        threading.Thread(target=self._keep_drawing, name="progress", daemon=True).start()

    @property
    def ended(self) -> bool:
        """Returns whether the bar is gone."""
        return self._ended.is_set()

    @contextlib.contextmanager
    def phase(self, title: str, share: float) -> Iterator[Advance]:
        """Runs one phase, which takes `share` of what is left of the bar; the last phase has share 1.

        Yields a function that takes two numbers: how much of this phase is done, and how much there is.
        """
        start, end = self._done, self._done + (1 - self._done) * share

        def advance(done: int, total: int) -> None:
            part = min(max(done / total, 0.0), 1.0) if total > 0 else 0.0
            self._done = max(self._done, start + (end - start) * part)

        self._title, self._in_phase = title, True
        try:
            yield advance
        except BaseException:
            self.end()
            raise
        self._title, self._in_phase, self._done = _BETWEEN, False, end
        if share >= 1:
            self.end()

    def end(self) -> None:
        """Erases the bar; whatever is written from now on goes straight to the streams."""
        with self._lock:
            if self.ended:
                return
            self._ended.set()
            sys.stdout, sys.stderr = self._streams
            self._write(_ERASE)

    def _above(self, text: str) -> bool:
        """Makes room for a message above the bar; returns False if the message ends the bar."""
        if not (self._in_phase and text.endswith("\n")):
            return False
        self._write(_ERASE)
        return True

    def _keep_drawing(self) -> None:
        while not self._ended.wait(INTERVAL):
            self._draw()

    def _draw(self) -> None:
        with self._lock:
            if not self.ended:
                self._write(f"\r{self._line()}\x1b[K")

    def _line(self) -> str:
        room = self._columns() - 1
        clock = f"{100 * self._done:3.0f} % {time.monotonic() - self._began:5.1f} s"
        width = min(_WIDTH, room - len(self._title) - len(clock) - 2)
        if width < 1:
            return clock[-max(room, 0) :] if room > 0 else ""
        done = round(width * self._done)
        bar = self._styled(self._marks[0] * done) + self._marks[1] * (width - done)
        return f"{self._title} {bar} {clock}"

    def _columns(self) -> int:
        with contextlib.suppress(OSError, ValueError, AttributeError):
            return os.get_terminal_size(self._terminal.fileno()).columns or 80
        return 80

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):  # a terminal that is gone does not end the command
            self._terminal.write(text)
            self._terminal.flush()


class StatusLine(Bar):
    """A line on standard error that says what is running, redrawn ten times a second.

    It stays below messages, and ends before a question or an answer on standard output.
    """

    def __init__(self, text: Callable[[], str]) -> None:
        """Starts drawing what `text` returns, cut to the width of the terminal."""
        self._text = text
        super().__init__()
        self._in_phase = True

    def _line(self) -> str:
        return self._text()[: max(self._columns() - 1, 0)]


class _Watched:
    """A stream that ends the bar before anything is written to it, unless `above` makes room."""

    def __init__(
        self, stream: Any, end: Callable[[], None], above: Callable[[str], bool] = lambda _: False
    ) -> None:
        self._stream = stream
        self._end = end
        self._above = above

    def write(self, text: str) -> int:
        if text and not self._above(text):
            self._end()
        return int(self._stream.write(text))

    def writelines(self, lines: Iterator[str]) -> None:
        self.write("".join(lines))

    @property
    def buffer(self) -> Any:
        self._end()
        return self._stream.buffer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
