"""Runs work with a deadline: the caller continues at the deadline, even if the work hangs."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from mapp.author.coder import Progress, Watch

T = TypeVar("T")


class DeadlineExceeded(Exception):
    """The work did not finish in time and was abandoned."""


def within(
    seconds: float, work: Callable[[Watch], T], watch: Watch, abandoned: threading.Event | None = None
) -> T:
    """Returns what the work returns, or raises what it raises; calls `watch` in the calling thread.

    The work runs in a thread of its own. If it is abandoned, at the deadline or because `watch` or an
    interrupt raised, `abandoned` is set, so that the work can notice.

    Raises:
        DeadlineExceeded: the work took longer than `seconds`.
    """
    messages: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()

    def run() -> None:
        try:
            messages.put(("done", work(lambda progress: messages.put(("progress", progress)))))
        except BaseException as error:  # raised again in the calling thread
            messages.put(("failed", error))

    threading.Thread(target=run, daemon=True, name="mapp-author").start()
    ends = time.monotonic() + seconds
    try:
        while True:
            kind, what = _next(messages, ends)
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


def _next(messages: queue.SimpleQueue[tuple[str, Any]], ends: float) -> tuple[str, Any]:
    try:
        return messages.get(timeout=max(0.0, ends - time.monotonic()))
    except queue.Empty:
        raise DeadlineExceeded from None
