from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.library import library
from support.terminal import mapp

Fill = Callable[[str, str | bytes], Path]


def test_runs_json() -> None:
    library().app("double").build()
    mapp("exec", "double", "number=1.5")

    run = mapp("runs", "--json").json["runs"][0]

    assert set(run) == {
        *("id", "started", "app", "commit", "tree", "version", "request", "input", "output", "outcome"),
        *("detail", "now_ms", "seed", "wall_ms", "total_ms", "engine", "isolation"),
    }
    assert (run["app"], run["input"], run["output"], run["outcome"]) == ("double", {"number": 1.5}, 3, "ok")


def test_a_damaged_journal_stops_no_run() -> None:
    built = library().app("double").build()
    built.home.journal.write_bytes(b"no database at all, " * 100)

    assert mapp("runs").code == 6
    assert mapp("exec", "double", "number=1").out == "2\n"
    assert len(mapp("runs", "--json").json["runs"]) == 1


def test_a_journal_that_another_program_locked_stops_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    built = library().app("double").build()
    mapp("exec", "double", "number=1")
    from mapp.observe.journal import Journal

    def locked(*_: Any) -> None:
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(Journal, "record", locked)
    found = mapp("exec", "double", "number=2")

    assert (found.code, found.out) == (0, "4\n")
    assert "could not be written into the journal" in found.err
    assert built.home.journal.exists()
