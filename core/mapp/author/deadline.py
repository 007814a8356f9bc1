"""Work with a clock that nothing can stop: whoever waits gets on at the deadline, whatever the work does."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from mapp.author.coder import Progress, Watch

T = TypeVar("T")


class DeadlineExceeded(Exception):
    """The work was not done in time, and was left to itself."""


def within(
    seconds: float, work: Callable[[Watch], T], watch: Watch, abandoned: threading.Event | None = None
) -> T:
    """Returns what the work returns, or raises what it raises; progress reaches `watch` in this thread.

    The work runs in a thread of its own. When it is given up, at the deadline or since `watch` or a person
    breaks it off, `abandoned` is set, so that the work can see that nobody waits any more.

    Raises:
        DeadlineExceeded: it took longer than so many seconds.
    """
    told: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()

    def run() -> None:
        try:
            told.put(("done", work(lambda progress: told.put(("progress", progress)))))
        except BaseException as error:  # handed over to whoever waits
            told.put(("failed", error))

    threading.Thread(target=run, daemon=True, name="mapp-author").start()
    ends = time.monotonic() + seconds
    try:
        while True:
            kind, what = _next(told, ends)
            if kind == "done":
                return what  # type: ignore[no-any-return]
            if kind == "failed":
                raise what
            assert isinstance(what, Progress)
            watch(what)
    except BaseException:
        if abandoned is not None:
            abandoned.set()
        raise


def _next(told: queue.SimpleQueue[tuple[str, Any]], ends: float) -> tuple[str, Any]:
    try:
        return told.get(timeout=max(0.0, ends - time.monotonic()))
    except queue.Empty:
        raise DeadlineExceeded from None
