"""Removed apps: their notes, which of them can be restored, and when they are deleted."""

from __future__ import annotations

from pathlib import Path

import pytest

from mapp.library.lockfile import LockEntry
from mapp.library.paths import Home
from mapp.library.removed import DAY, DELETED, Removed, clean, names_kept, removed_apps, unfinished

ENTRY = LockEntry(
    name="vat",
    source="local",
    version="1.0.0",
    commit="c",
    tree="t",
    content="x",
    interface="y",
    granted=("store",),
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Returns a library without any app."""
    made = Home(root=tmp_path / "root")
    made.removed.mkdir(parents=True)
    return made


def removed(home: Home, name: str, number: int, at: float, *, complete: bool = True) -> Removed:
    """Writes a removed app, with a store; without its repository unless it is complete."""
    row = Removed(name=name, repository=home.removed / f"{name}-{number}.git", at=at, entry=ENTRY)
    row.write()
    row.store.write_bytes(b"store")
    if complete:
        row.repository.mkdir()
    return row


def test_a_note_is_read_back_with_its_lock_entry(home: Home) -> None:
    row = removed(home, "vat", 1, 5.5)
    assert removed_apps(home) == [row]
    assert {row.note.name, row.store.name} == {"vat-1.json", "vat-1.sqlite"}


def test_the_latest_removal_comes_first_and_every_name_once(home: Home) -> None:
    for number, name, at in ((1, "vat", 10.0), (2, "tip", 30.0), (3, "vat", 20.0)):
        removed(home, name, number, at)
    assert [row.at for row in removed_apps(home)] == [30.0, 20.0, 10.0]
    assert list(names_kept(home)) == ["tip", "vat"]


@pytest.mark.parametrize("note", ["", "[]", "null", '{"at": 1}', '{"at": null, "entry": null}'])
def test_a_damaged_note_leaves_the_name_and_the_time_of_the_repository(home: Home, note: str) -> None:
    row = removed(home, "vat-plus", 1, 5.0)
    row.note.write_text(note)

    (found,) = removed_apps(home)
    assert (found.name, found.entry) == ("vat-plus", None)
    assert found.at == row.repository.stat().st_mtime


def test_only_a_note_without_its_repository_is_unfinished_and_the_latest_counts(home: Home) -> None:
    removed(home, "vat", 1, 99.0)
    assert unfinished(home, "vat") is None
    removed(home, "vat", 2, 10.0, complete=False)
    latest = removed(home, "vat", 3, 20.0, complete=False)
    removed(home, "vat-plus", 4, 30.0, complete=False)

    assert unfinished(home, "vat") == latest
    assert unfinished(home, "plus") is None


def test_an_app_is_deleted_with_its_store_and_note_once_its_days_are_over(home: Home) -> None:
    old, young = removed(home, "old", 1, 0.0), removed(home, "young", 2, 1.0)

    assert clean(home, days=3, now=3.0 * DAY, dry_run=True) == (old,)
    assert removed_apps(home) == [young, old]
    assert clean(home, days=3, now=3.0 * DAY) == (old,)
    assert sorted(path.name for path in home.removed.iterdir()) == [
        "young-2.git",
        "young-2.json",
        "young-2.sqlite",
    ]


def test_a_clean_finishes_what_an_earlier_one_began_and_a_dry_run_does_not(home: Home) -> None:
    (left := home.removed / f"{DELETED}vat-1.git").mkdir()

    assert removed_apps(home) == []
    assert clean(home, days=0, dry_run=True) == () and left.exists()
    assert clean(home, days=0) == () and not left.exists()
