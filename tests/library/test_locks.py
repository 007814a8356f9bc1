from __future__ import annotations

import re
from pathlib import Path

import pytest

from mapp.errors import Busy
from mapp.library.locks import alive, holding
from support.processes import end, holder, kill, start


@pytest.fixture
def locks(world: Path) -> Path:
    return world / "locks"


def test_a_waiting_command_reports_the_holder_and_since_when(locks: Path) -> None:
    process = holder(locks, "double")
    told: list[str] = []

    with pytest.raises(Busy) as caught, holding(locks, "double", tell=told.append, patience=0.05):
        pytest.fail("two processes held one lock")

    kill(process)
    expected = rf"double is held by pid {process.pid} since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d UTC"
    assert re.fullmatch(expected, caught.value.message)
    assert told == [f"waiting: {caught.value.message}"]
    assert caught.value.exit_code == 9


def test_the_next_holder_knows_that_the_last_one_was_killed(locks: Path) -> None:
    kill(holder(locks, "double"))

    with holding(locks, "double", patience=1) as abandoned:
        assert abandoned
    with holding(locks, "double", patience=1) as abandoned:
        assert not abandoned


def test_a_failed_holder_does_not_count_as_killed(locks: Path) -> None:
    with pytest.raises(ZeroDivisionError), holding(locks, "double"):
        _ = 1 / 0

    with holding(locks, "double", patience=1) as abandoned:
        assert not abandoned


def test_an_interrupted_holder_counts_as_killed(locks: Path) -> None:
    with pytest.raises(KeyboardInterrupt), holding(locks, "double"):
        raise KeyboardInterrupt

    with holding(locks, "double", patience=1) as abandoned:
        assert abandoned


@pytest.mark.parametrize(
    "note", ["", "{", "[]", '{"pid": 1}', '{"pid": 1, "since": "x"}', '{"pid": 1, "since": 1e300}', "\xff"]
)
def test_a_damaged_holder_note_is_ignored(locks: Path, note: str) -> None:
    process = holder(locks, "double")
    (locks / "double.holder").write_bytes(note.encode("latin-1"))

    with pytest.raises(Busy, match="held by another process"), holding(locks, "double", patience=0.05):
        pass

    kill(process)
    with holding(locks, "double", patience=1):
        pass


def test_locks_of_different_names_are_independent(locks: Path) -> None:
    process = holder(locks, "double")
    with holding(locks, "other", patience=0.05):
        pass
    kill(process)


def test_dead_processes_are_recognised() -> None:
    process = start("print('x')")
    assert alive(process.pid)
    end(process)

    assert not alive(process.pid)
    assert alive(1)
