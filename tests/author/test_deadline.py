from __future__ import annotations

import threading

import pytest

from mapp.author.coder import Progress, Watch
from mapp.author.deadline import DeadlineExceeded, within


def test_the_result_is_returned_and_progress_is_reported_in_this_thread() -> None:
    told: list[tuple[Progress, int]] = []

    def work(tell: Watch) -> int:
        tell(Progress(doing="one"))
        tell(Progress(doing="two"))
        return 7

    found = within(60, work, lambda progress: told.append((progress, threading.get_ident())))
    assert found == 7
    assert [(progress.doing, thread) for progress, thread in told] == [
        ("one", threading.get_ident()),
        ("two", threading.get_ident()),
    ]


def test_an_exception_of_the_work_is_raised() -> None:
    def work(_: Watch) -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        within(60, work, lambda _: None)


def test_work_that_takes_too_long_is_abandoned_and_can_notice_it() -> None:
    abandoned, seen = threading.Event(), threading.Event()

    def work(_: Watch) -> None:
        abandoned.wait(60)
        seen.set()

    with pytest.raises(DeadlineExceeded):
        within(0.05, work, lambda _: None, abandoned)
    assert seen.wait(60)


def test_the_watcher_can_stop_the_work() -> None:
    abandoned = threading.Event()

    def work(tell: Watch) -> None:
        tell(Progress(doing="x"))
        abandoned.wait(60)

    def stop(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        within(60, work, stop, abandoned)
    assert abandoned.is_set()
