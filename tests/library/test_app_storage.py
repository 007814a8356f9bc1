from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mapp.errors import Busy
from mapp.library.app_storage import KEPT, MAX_KEY_LENGTH, Store, StoreFull, read_version


def _store(path: Path, *, max_kb: int = 1, patience: float = 10.0) -> Store:
    return Store(path, run="r", max_kb=max_kb, patience=patience)


def test_committed_writes_are_visible_to_the_next_run(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.sqlite"
    store = _store(path)
    store.set("b", "1")
    store.set("a", '"é"')
    assert (store.get("b"), store.keys(), store.delete("b"), store.delete("b")) == (
        "1",
        ("a", "b"),
        True,
        False,
    )
    store.commit()

    store = _store(path)
    assert (store.keys(), store.get("a"), store.get("b")) == (("a",), '"é"', None)
    store.close()


def test_uncommitted_writes_are_discarded(tmp_path: Path) -> None:
    store = _store(tmp_path / "a.sqlite")
    store.set("a", "1")
    store.close()

    store = _store(tmp_path / "a.sqlite")
    assert store.keys() == ()
    store.close()


def test_a_killed_run_leaves_the_old_state(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    store = _store(path)
    store.set("a", "1")
    store.commit()
    script = f"""
import os
from pathlib import Path
from mapp.library.app_storage import Store
store = Store(Path({str(path)!r}), run="killed", max_kb=1)
store.set("a", "2")
os.kill(os.getpid(), 9)
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -9

    store = _store(path)
    assert store.get("a") == "1"
    store.close()


def test_a_write_beyond_the_size_limit_changes_nothing(tmp_path: Path) -> None:
    store = _store(tmp_path / "a.sqlite")
    store.set("a", '"' + "é" * 500 + '"')

    with pytest.raises(StoreFull):
        store.set("b", '"' + "x" * 30 + '"')
    store.set("a", '"' + "x" * 1021 + '"')
    assert store.keys() == ("a",)
    store.close()


def test_two_runs_of_one_app_take_turns(tmp_path: Path) -> None:
    first = _store(tmp_path / "a.sqlite")

    with pytest.raises(Busy):
        _store(tmp_path / "a.sqlite", patience=0.01)
    first.commit()
    _store(tmp_path / "a.sqlite", patience=0.01).close()


def test_earlier_versions_can_be_read_and_the_oldest_are_dropped(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    for number in range(KEPT + 5):
        store = _store(path)
        store.set("n", str(number))
        store.commit()

    assert read_version(path, KEPT + 5) == {"n": str(KEPT + 4)}
    assert read_version(path, KEPT) == {"n": str(KEPT - 1)}
    assert read_version(path, 2) == {}
    assert MAX_KEY_LENGTH == 200
