"""A measured level of isolation is used again only on the same machine, boot, engine and files."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mapp.sandbox import engine, isolation_cache
from mapp.sandbox.executor import Isolation

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.mark.parametrize("level", ["full", "process", "none"])
def test_a_saved_level_is_loaded_again(tmp_path: Path, level: Isolation) -> None:
    file = tmp_path / "new" / "isolation"
    isolation_cache.save(file, level)

    assert isolation_cache.load(file) == level
    assert [path.name for path in file.parent.iterdir()] == ["isolation"]


def test_a_level_is_forgotten_after_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, boot = tmp_path / "isolation", tmp_path / "boot"
    monkeypatch.setattr(isolation_cache, "BOOT", boot)
    boot.write_text("one\n")
    isolation_cache.save(file, "full")

    assert isolation_cache.load(file) == "full"
    boot.write_text("two\n")
    assert isolation_cache.load(file) is None


def test_a_level_counts_only_for_the_engine_and_the_interpreter_that_were_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "isolation"
    isolation_cache.save(file, "process")
    for name in set(engine.installed()) - {engine.DEFAULT}:
        assert isolation_cache.load(file, name) is None

    monkeypatch.setattr(sys, "executable", "/usr/bin/other")
    assert isolation_cache.load(file) is None


@pytest.mark.parametrize("damage", [b"", b"full", b"full\n", b"\xff\xfe", b"strong\n"])
def test_a_damaged_cache_is_ignored(tmp_path: Path, damage: bytes) -> None:
    file = tmp_path / "isolation"
    file.write_bytes(damage)

    assert isolation_cache.load(file) is None


def test_an_unknown_level_is_ignored_even_under_the_same_circumstances(tmp_path: Path) -> None:
    file = tmp_path / "isolation"
    isolation_cache.save(file, "full")
    file.write_text(file.read_text().replace("full", "strong", 1))

    assert isolation_cache.load(file) is None


def test_a_cache_that_cannot_be_read_or_written_is_not_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    below = tmp_path / "file" / "isolation"
    isolation_cache.save(below, "full")
    isolation_cache.save(None, "full")

    assert isolation_cache.load(below) is None
    assert isolation_cache.load(None) is None
    assert isolation_cache.load(tmp_path) is None
