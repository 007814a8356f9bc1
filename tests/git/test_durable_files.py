from __future__ import annotations

from pathlib import Path

import pytest

from mapp.errors import AlreadyExists
from mapp.git.durable_files import rename_new, sync_folder


def _folder(path: Path, content: str) -> Path:
    path.mkdir()
    (path / "HEAD").write_text(content)
    return path


def test_a_rename_never_replaces_an_existing_folder(tmp_path: Path) -> None:
    target = _folder(tmp_path / "double.git", "old")
    building = _folder(tmp_path / ".new-1", "new")

    with pytest.raises(AlreadyExists, match="double is already in the library"):
        rename_new(building, target)

    assert (target / "HEAD").read_text() == "old"
    assert building.exists()


def test_a_rename_moves_a_folder_to_a_free_name(tmp_path: Path) -> None:
    rename_new(_folder(tmp_path / ".new-1", "new"), tmp_path / "double.git")

    assert not (tmp_path / ".new-1").exists()
    assert (tmp_path / "double.git" / "HEAD").read_text() == "new"


def test_a_missing_source_is_a_system_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        rename_new(tmp_path / "none", tmp_path / "double.git")


def test_syncing_a_missing_folder_is_not_an_error(tmp_path: Path) -> None:
    sync_folder(tmp_path / "none")
