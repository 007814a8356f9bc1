from __future__ import annotations

import os
from pathlib import Path

import pytest

from mapp.errors import InvalidApp, NotFound
from mapp.git.tree import MAX_FILE_SIZE
from mapp.library.app_folder import read_folder
from support.apps import app


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return app("double").write(tmp_path / "double")


def test_app_files_are_read_and_others_are_listed(folder: Path) -> None:
    (folder / "notes.txt").write_text("mine\n")
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")

    files, left_out = read_folder(folder)

    assert files == app("double").files
    assert left_out == ("notes.txt",)


def test_a_missing_folder_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read_folder(tmp_path / "none")


def test_every_link_and_oversized_file_is_listed(folder: Path) -> None:
    (folder / "README.md").symlink_to("/etc/passwd")
    (folder / "LICENSE").write_bytes(bytes(MAX_FILE_SIZE + 1))

    with pytest.raises(InvalidApp) as caught:
        read_folder(folder)

    assert [str(problem) for problem in caught.value.problems] == [
        "LICENSE: is larger than 2 MiB",
        "README.md: is a symbolic link",
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_refused_without_waiting(folder: Path) -> None:
    os.mkfifo(folder / "README.md")

    with pytest.raises(InvalidApp, match="cannot be added"):
        read_folder(folder)
