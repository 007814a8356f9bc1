"""The newest operations are those of the whole log, although most of it is not read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from mapp.errors import IntegrityError
from mapp.git.repository import Repository
from mapp.library.lockfile import LockEntry
from mapp.library.operations import (
    OPERATIONS,
    Operation,
    newest_operations,
    operation_id,
    read_operations,
    record_step,
)
from mapp.library.pins import entry_of
from mapp.model.app import read_app
from support.apps import app
from support.library import SOMEBODY, Built, library

START = 1_796_000_000


@pytest.fixture
def built() -> Iterator[Built]:
    yield library().build()


def step(built: Built, name: str, at: int, *, identity: str = "", lands: bool = True) -> None:
    """An operation commits an app's next version; without `lands` it was killed before that."""
    path = built.home.repository(name)
    files = app(name).source(f"function main(input, host) {{ return {at}; }}\n").files
    if not path.exists():
        Repository.create(path, files, "begin\n", SOMEBODY)
        before = None
        commit = Repository.open(path).tip()
    else:
        tip = Repository.open(path).tip()
        assert tip is not None
        before = _entry(name, files, tip)
        commit = Repository.open(path).commit_tree(
            Repository.open(path).write_tree(files), "next\n", SOMEBODY, parents=(tip,), ref=None
        )
    assert commit is not None
    repository = Repository.open(path)
    who = replace(SOMEBODY, time=at)
    operation = Operation(kind="edit", by=who, id=identity)
    record_step(repository, operation, app=name, before=before, after=_entry(name, files, commit))
    if lands and before is not None:
        repository.move_ref("refs/heads/main", before.commit, commit)


def _entry(name: str, files: dict[str, bytes], commit: str) -> LockEntry:
    return entry_of(read_app(files), files, commit=commit, tree="0" * 40, source="local")


def test_the_newest_of_many_are_read_in_order(built: Built) -> None:
    for turn in range(3):
        for number in range(6):
            step(built, f"app-{number}", START + 100 * turn + 7 * (number * 5 % 6))
    every = read_operations(built.home)
    assert [row.at for row in every] == sorted((row.at for row in every), reverse=True) and len(every) == 18
    for most in (1, 2, 5, 17, 18, 40):
        assert newest_operations(built.home, most) == every[:most]


def test_an_operation_on_several_apps_is_listed_with_all_of_them(built: Built) -> None:
    for number in range(4):
        step(built, f"app-{number}", START + number)
    together = operation_id("update", "all")
    step(built, "app-0", START + 5000)
    for number in range(3):  # of app-0, whose clock was ahead, the step is dated later
        step(built, f"app-{number}", START + 1000, identity=together)
    step(built, "app-3", START + 2000)
    found = newest_operations(built.home, 1)
    assert found == read_operations(built.home)[:1]
    assert (found[0].id, [row.app for row in found[0].steps]) == (together, ["app-0", "app-1", "app-2"])


def test_a_step_that_was_killed_before_it_took_effect_is_not_listed(built: Built) -> None:
    step(built, "app-0", START)
    step(built, "app-1", START + 1)
    step(built, "app-0", START + 900, lands=False)
    assert [row.at for row in newest_operations(built.home, 5)] == [START + 1, START]


def test_of_one_app_its_own_operations_are_listed(built: Built) -> None:
    for number in range(5):
        step(built, f"app-{number % 2}", START + number)
    found = newest_operations(built.home, 2, app="app-1")
    assert [row.at for row in found] == [START + 3, START + 1]


def test_of_an_app_without_new_operations_one_commit_is_read(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    for turn in range(4):
        for number in range(5):
            step(built, f"app-{number}", START + 10 * number + turn)
    read = []
    monkeypatch.setattr(
        Repository,
        "open",
        classmethod(lambda cls, path: read.append(path.stem) or cls(path)),  # type: ignore[func-returns-value]
    )
    assert len(newest_operations(built.home, 3)) == 3
    assert set(read) == {"app-4"}


def test_an_app_with_a_damaged_log_is_left_out(built: Built) -> None:
    step(built, "app-0", START)
    step(built, "app-1", START + 1)
    repository = Repository.open(built.home.repository("app-1"))
    repository.set_ref(OPERATIONS, str(repository.tip()))
    assert [row.steps[0].app for row in newest_operations(built.home, 5)] == ["app-0"]


def test_a_damaged_lock_file_is_an_error(built: Built) -> None:
    step(built, "app-0", START)
    built.home.lock_file.write_text("not a lock")
    with pytest.raises(IntegrityError):
        newest_operations(built.home, 5)
