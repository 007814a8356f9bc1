"""Recomputing the apps against the lock file: every kind of difference is found."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mapp.errors import NotFound
from mapp.library.lockfile import LockEntry, read_lock, write_lock
from mapp.ops.share.fsck import fsck
from support.apps import app
from support.library import Built, git, library


@pytest.fixture
def built() -> Built:
    """Returns a library with two apps."""
    return library().app("vat").app("double").build()


def problems(built: Built) -> dict[str, tuple[str, ...]]:
    """Returns the problems of each app that has some."""
    return {row.app: row.problems for row in fsck(built.home) if row.problems}


def test_a_library_as_mapp_wrote_it_has_no_problems(built: Built) -> None:
    assert [row.app for row in fsck(built.home)] == ["double", "vat"]
    assert problems(built) == {}


CHANGES: dict[str, Callable[[LockEntry], LockEntry]] = {
    "content": lambda row: replace(row, content="sha256:" + "0" * 64),
    "tree": lambda row: replace(row, tree="0" * 40),
    "interface": lambda row: replace(row, interface="sha256:" + "0" * 64),
    "version": lambda row: replace(row, version="9.9.9"),
    "grants": lambda row: replace(row, granted=("http:evil.example.com",)),
}


@pytest.mark.parametrize("what", CHANGES)
def test_each_field_of_the_lock_file_is_compared(built: Built, what: str) -> None:
    known = read_lock(built.home.lock_file)
    write_lock(built.home.lock_file, {**known, "vat": CHANGES[what](known["vat"])})
    (found,) = problems(built)["vat"]
    assert what.removesuffix("s") in found


def test_a_moved_main_a_missing_app_and_an_unlocked_one_are_found(built: Built) -> None:
    repository = built.repository("vat")
    tree = git(repository, "rev-parse", "main^{tree}")
    other = git(repository, "-c", "user.name=A", "-c", "user.email=a@b", "commit-tree", "-m", "x", tree)
    git(repository, "update-ref", "refs/heads/main", other)
    built.put(app("third"))
    known = read_lock(built.home.lock_file)
    gone = replace(known.pop("third"), name="gone")
    write_lock(built.home.lock_file, {**known, "gone": gone})
    found = problems(built)
    assert found["vat"][0].startswith("main is at")
    assert found["third"] == ("is in the library, but not in mapp.lock",)
    assert found["gone"] == ("is in mapp.lock, but not in the library",)


def test_a_flipped_byte_in_an_object_is_found(built: Built) -> None:
    repository = built.repository("vat")
    blob = git(repository, "rev-parse", "main:main.js")
    path = Path(f"{repository}/objects/{blob[:2]}/{blob[2:]}")
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[-6] ^= 1
    path.write_bytes(bytes(data))
    assert "vat" in problems(built)
    assert "double" not in problems(built)


def test_named_apps_alone_are_checked(built: Built) -> None:
    assert [row.app for row in fsck(built.home, ["vat"])] == ["vat"]
    with pytest.raises(NotFound):
        list(fsck(built.home, ["nothing"]))
