"""The computed tree id is the one that git gives to the same files."""

from __future__ import annotations

from pathlib import Path

from mapp.git.commit import Signature
from mapp.git.identity import tree_id
from mapp.git.repository import Repository


def test_the_computed_id_is_the_one_that_git_writes(tmp_path: Path) -> None:
    files = {
        "a.js": b"1",
        "a": b"2",
        "tests/examples.jsonl": b"{}\n",
        "tests/recordings/one.json": b"[]",
        "tests.md": b"",
        ".github/workflows/validate.yml": b"on: push\n",
    }
    signature = Signature(name="A", email="a@example.com", time=1)
    repository, commit = Repository.create(tmp_path / "x.git", files, "x", signature)

    assert tree_id(files) == repository.tree_of(commit)
