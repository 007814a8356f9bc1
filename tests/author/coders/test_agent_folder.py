"""The folder of an agent: its files are read as untrusted data."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mapp.author.coders import agent_folder
from mapp.author.patch import LARGEST

FILES = {"mapp.toml": b"manifest = 1\n", "main.js": b"old", "tests/examples.jsonl": b"{}\n"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Returns a folder prepared for an agent."""
    made = tmp_path / "agent" / "work"
    agent_folder.write(made, FILES)
    return made


def test_written_files_are_read_back_and_a_used_folder_is_refused(folder: Path) -> None:
    assert {path: agent_folder.read(folder, path) for path in FILES} == {
        path: (content, "") for path, content in FILES.items()
    }
    with pytest.raises(FileExistsError):
        agent_folder.write(folder, FILES)


def test_links_pipes_folders_and_missing_files_are_not_read(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key").write_bytes(b"secret")
    (folder / "link").symlink_to(secret / "key")
    (folder / "linked").symlink_to(secret)
    os.link(secret / "key", folder / "hard")
    os.mkfifo(folder / "pipe")

    for path in ("link", "linked/key", "hard", "pipe", "tests", "missing", "missing/too"):
        content, fault = agent_folder.read(folder, path)
        assert content is None and fault, path
    assert agent_folder.read(folder, "missing") == (None, "is missing")
    assert agent_folder.read(folder, "pipe") == (None, "is not a plain file")


def test_a_file_that_is_too_large_is_read_one_byte_beyond_its_limit(folder: Path) -> None:
    (folder / "main.js").write_bytes(b"x" * (LARGEST["main.js"] * 2))
    content, _ = agent_folder.read(folder, "main.js")
    assert content is not None and len(content) == LARGEST["main.js"] + 1


def test_every_changed_file_that_may_not_change_is_listed(folder: Path) -> None:
    assert list(agent_folder.others(folder, FILES, ("main.js",))) == []
    (folder / "main.js").write_bytes(b"new")
    (folder / agent_folder.REPORT).write_bytes(b"done")
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_bytes(b"ref")
    assert list(agent_folder.others(folder, FILES, ("main.js",))) == []

    (folder / "mapp.toml").unlink()
    (folder / "tests" / "examples.jsonl").write_bytes(b"[]\n")
    (folder / "notes").write_bytes(b"")
    (folder / "elsewhere").symlink_to("/")
    assert sorted(agent_folder.others(folder, FILES, ("main.js",))) == [
        "elsewhere",
        "mapp.toml",
        "notes",
        "tests/examples.jsonl",
    ]


def test_a_file_replaced_by_a_link_to_an_equal_file_counts_as_changed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "equal").write_bytes(FILES["mapp.toml"])
    (folder / "mapp.toml").unlink()
    (folder / "mapp.toml").symlink_to(tmp_path / "equal")
    assert list(agent_folder.others(folder, FILES, ("main.js",))) == ["mapp.toml"]


def test_the_size_counts_files_on_disk_and_not_the_targets_of_links(folder: Path, tmp_path: Path) -> None:
    before = agent_folder.size(folder)
    (tmp_path / "large").write_bytes(b"x" * 1_000_000)
    (folder / "link").symlink_to(tmp_path / "large")
    (folder / "linked").symlink_to(tmp_path)
    assert agent_folder.size(folder) < before + 100_000

    (folder / "grown").write_bytes(b"x" * 1_000_000)
    assert agent_folder.size(folder) >= before + 1_000_000
