"""The word index follows the copy of a registry, file by file, and survives damage and hostile entries."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from mapp.git.repository import Repository
from mapp.share import word_index
from mapp.share.index_branch import update_index
from mapp.share.registries import RegistrySource
from mapp.share.registry import read_blob
from mapp.share.registry_copy import RegistryCopy
from mapp.share.word_index import open_words, words_path
from support.apps import app
from support.library import SOMEBODY
from support.registries import RegistryBuilder
from support.sharing import SharedWorld

SOURCE = RegistrySource(name="team", url="https://git.example.com/registry.git")


def copy_of(builder: RegistryBuilder, *, indexed: bool = True) -> RegistryCopy:
    """Returns a registry as a library has it: by its index, or by `main` if it has none."""
    commit = update_index(builder.now).commit if indexed else builder.now.commit
    return RegistryCopy(source=SOURCE, repository=builder.repository, commit=commit)


def shared(tmp_path: Path, *names: str) -> SharedWorld:
    found = SharedWorld(tmp_path)
    for name in names:
        author = found.author(name)
        author.release(app(name).stating(description=f"Works on every {name} it is given."))
        found.list(author.entry)
    return found


def found(copy: RegistryCopy, text: str) -> list[str]:
    with open_words(copy) as words:
        return list(words.find(text, 10))


@pytest.mark.parametrize("indexed", [True, False])
def test_apps_are_found_by_the_words_of_their_names_and_descriptions(tmp_path: Path, indexed: bool) -> None:
    world = shared(tmp_path, "carrot-juice", "walnut")
    copy = copy_of(world.builder, indexed=indexed)
    assert found(copy, "a JUICE of carrots") == ["carrot-juice"]
    assert sorted(found(copy, "works given")) == ["carrot-juice", "walnut"]
    assert found(copy, "the of") == found(copy, "…") == []
    with open_words(copy) as words:
        assert words.size == 2
        assert words.abouts(["walnut"]) == {"walnut": "walnut: Works on every walnut it is given."}


def test_only_files_that_changed_are_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = shared(tmp_path, "carrot", "walnut")
    assert found(copy_of(world.builder), "walnut") == ["walnut"]
    read: list[str] = []
    real = read_blob

    def counted(repository: Repository, identity: str, path: str) -> bytes:
        read.append(path)
        return real(repository, identity, path)

    monkeypatch.setattr(word_index, "read_blob", counted)
    assert found(copy_of(world.builder), "walnut") == ["walnut"]
    assert read == []
    author = world.author("hazel")
    author.release(app("hazel").stating(description="Counts nuts."))
    world.list(author.entry)
    assert found(copy_of(world.builder), "nuts") == ["hazel"]
    assert len(read) == 1
    newer = replace(author.entry.versions[-1], description="Weighs nuts.") if author.entry else None
    assert author.entry is not None and newer is not None
    world.list(replace(author.entry, versions=(newer,)))
    assert (
        found(copy_of(world.builder), "weighs") == ["hazel"] and found(copy_of(world.builder), "counts") == []
    )


@pytest.mark.parametrize("damage", [b"not a database", b"SQLite format 3\0" + b"\0" * 4096])
def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    world = shared(tmp_path, "walnut")
    copy = copy_of(world.builder)
    assert found(copy, "walnut") == ["walnut"]
    words_path(copy.repository.path).write_bytes(damage)
    assert found(copy, "walnut") == ["walnut"]


def test_a_file_of_another_format_is_made_anew(tmp_path: Path) -> None:
    world = shared(tmp_path, "walnut")
    copy = copy_of(world.builder)
    with sqlite3.connect(words_path(copy.repository.path)) as connection:
        connection.execute("pragma user_version = 99")
    connection.close()
    assert found(copy, "walnut") == ["walnut"]


def test_lines_that_are_not_entries_are_skipped(tmp_path: Path) -> None:
    """A registry is somebody else's; one bad line hides no other app."""
    repository, _ = Repository.create(tmp_path / "registry.git", {"README.md": b""}, "empty\n", SOMEBODY)

    def entry(name: object, description: object) -> bytes:
        return json.dumps({"entry": 1, "name": name, "version": [{"description": description}]}).encode()

    lines = [
        b"{",
        b"[" * 100_000,
        b'"text"',
        b"\xff\xfe",
        b'{"entry": 1, "name": "walnut", "version": []}',
        b'{"entry": 1, "name": "walnut", "version": [' + b"9" * 5000 + b"]}",
        entry("../walnut", "walnut"),
        entry(["walnut"], "walnut"),
        entry("walnut", 3),
        entry("half", "\ud800 walnut"),
        entry("long", "walnut " * 50_000),
        entry("good", "A walnut."),
    ]
    blob = repository.write_blob(b"\n".join(lines))
    shards = repository.write_entries({"00.ndjson": (blob, False)})
    tree = repository.write_entries({"shards": (shards, True)})
    commit = repository.commit_tree(tree, "index\n", SOMEBODY, parents=(), ref=None)
    copy = RegistryCopy(source=SOURCE, repository=repository, commit=commit)
    assert sorted(found(copy, "walnut")) == ["good", "half", "long"]
    with open_words(copy) as words:
        assert max(map(len, words.abouts().values())) < 400
