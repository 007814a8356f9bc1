"""Generations are sealed, switched to, checked and swept."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from filelock import FileLock

from mapp.errors import Busy
from mapp.index import generations
from mapp.index.generations import DamagedIndex


def sealed(folder: Path) -> Path:
    """Returns a sealed generation with one file of its own and two of a graph."""
    generation = generations.begin(folder)
    (generation / "apps.npy").write_bytes(b"numbers")
    (generation / "chroma").mkdir()
    (generation / "chroma" / "chroma.sqlite3").write_bytes(b"database")
    (generation / "chroma" / "links.bin").write_bytes(b"links")
    generations.write_seal(
        generation, embedder="e", digest="d", dimensions=4, store="chroma", apps=1, extras=("extra",)
    )
    return generation


def test_a_seal_is_read_back_with_the_hash_of_each_file(tmp_path: Path) -> None:
    seal = generations.read_seal(sealed(tmp_path), thorough=True)
    assert (seal.embedder, seal.digest, seal.dimensions, seal.apps) == ("e", "d", 4, 1)
    assert seal.extras == ("extra",)
    assert [(path, file.size) for path, file in seal.files] == [("apps.npy", 7)]
    assert [path for path, _ in seal.graph] == ["chroma/chroma.sqlite3", "chroma/links.bin"]


def test_a_seal_of_another_layout_is_refused(tmp_path: Path) -> None:
    path = sealed(tmp_path) / "seal.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "layout": 99}))
    with pytest.raises(DamagedIndex, match="layout 99"):
        generations.read_seal(path.parent)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"files": 1, "graph": {}}', '{"files": {"a": [1]}}'])
def test_a_seal_that_cannot_be_read_is_damage(tmp_path: Path, content: str) -> None:
    path = sealed(tmp_path) / "seal.json"
    path.write_text(content)
    with pytest.raises(DamagedIndex, match="cannot be read"):
        generations.read_seal(path.parent)


def test_a_folder_in_the_place_of_a_file_is_damage(tmp_path: Path) -> None:
    generation = sealed(tmp_path)
    (generation / "apps.npy").unlink()
    (generation / "apps.npy").mkdir()
    with pytest.raises(DamagedIndex, match="not a regular file"):
        generations.read_seal(generation)


def test_the_graph_may_have_another_time_only_in_its_database(tmp_path: Path) -> None:
    generation = sealed(tmp_path)
    seal = generations.read_seal(generation)
    os.utime(generation / "chroma" / "chroma.sqlite3", ns=(1, 1))
    assert generations.graph_is_untouched(generation, seal)
    os.utime(generation / "chroma" / "links.bin", ns=(1, 1))
    assert not generations.graph_is_untouched(generation, seal)
    (generation / "chroma" / "links.bin").unlink()
    assert not generations.graph_is_untouched(generation, seal)


def test_a_sweep_leaves_the_current_generation_and_what_is_not_its_own(tmp_path: Path) -> None:
    sealed(tmp_path)
    kept = sealed(tmp_path)
    assert generations.current(tmp_path) is None
    generations.switch(tmp_path, kept)
    (tmp_path / ".CURRENT-half").write_bytes(b"")
    (tmp_path / "stamps.json").write_bytes(b"{}")
    generations.sweep(tmp_path)
    assert generations.current(tmp_path) == kept
    assert {path.name for path in tmp_path.iterdir()} - {"world"} == {kept.name, "CURRENT", "stamps.json"}


def test_a_second_builder_is_refused_after_the_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generations, "_LOCK_SECONDS", 0.05)
    entered = False
    with (
        FileLock(tmp_path / "lock"),
        pytest.raises(Busy, match="another process"),
        generations.building(tmp_path),
    ):
        entered = True
    assert not entered
    with generations.building(tmp_path):
        assert (tmp_path / "lock").exists()
