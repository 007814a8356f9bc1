"""A removed app is restored exactly, even after a kill, until it is cleaned."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mapp.errors import AlreadyExists, NotFound
from mapp.library.commit_app import remove
from mapp.library.lockfile import read_lock
from mapp.library.removed import DAY, clean, removed_apps
from mapp.library.restore import restore
from support.apps import app
from support.library import Built, apart_from_log, fsck, library
from support.terminal import mapp

COUNT = "function main(input, host) { host.store.set('n', 7); return host.store.get('n'); }\n"


@pytest.fixture
def built() -> Built:
    """Returns a library with two apps, one of which has a store and a grant."""
    draft = library().app("double").app("count").stating(capabilities={"store": {"max_kb": 1}}).source(COUNT)
    made = draft.build()
    assert mapp("grant", "count", "store").code == 0
    assert mapp("exec", "count", "number=1").out == "7\n"
    return made


def kept_files(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "removed").iterdir())


def test_repository_store_and_lock_entry_are_restored_exactly(built: Built) -> None:
    lock, state = built.home.lock_file.read_bytes(), apart_from_log(built.state())
    found = mapp("remove", "count")
    assert "to restore it: mapp restore count" in found.err
    assert mapp("exec", "count", "number=1").code == 1 and "count" not in read_lock(built.home.lock_file)

    back = mapp("restore", "count")

    assert back.code == 0 and "restored count 1.0.0" in back.err
    assert built.home.lock_file.read_bytes() == lock and apart_from_log(built.state()) == state
    assert kept_files(built.home.root) == []
    assert mapp("exec", "count", "number=1").out == "7\n"
    fsck(built.home.root)


def test_source_and_grants_of_a_third_party_app_are_restored(built: Built) -> None:
    text = built.home.lock_file.read_text().replace('source = "local"', 'source = "https://forge.example/x"')
    built.home.lock_file.write_text(text)
    remove(built.home, "count")
    restore(built.home, "count")

    entry = read_lock(built.home.lock_file)["count"]
    assert (entry.source, entry.granted) == ("https://forge.example/x", ("store",))
    assert built.home.lock_file.read_text() == text


def test_the_latest_removal_is_restored_and_names_are_suggested(built: Built) -> None:
    remove(built.home, "double")
    built.put(app("double").version("2.0.0"))
    remove(built.home, "double")

    assert [row.entry.version for row in removed_apps(built.home) if row.entry] == ["2.0.0", "1.0.0"]
    assert [row["version"] for row in mapp("restore", "--json").json["removed"]] == ["2.0.0", "1.0.0"]
    restore(built.home, "double")
    assert read_lock(built.home.lock_file)["double"].version == "2.0.0"
    with pytest.raises(NotFound) as error:
        restore(built.home, "doubel")
    assert "double" in error.value.hint


def test_restore_never_overwrites_an_app(built: Built) -> None:
    remove(built.home, "double")
    built.put(app("double").version("2.0.0"))
    before = built.state()
    with pytest.raises(AlreadyExists):
        restore(built.home, "double")

    assert built.state() == before and len(removed_apps(built.home)) == 1


@pytest.mark.parametrize("stop", ["before the store moves", "before the lock is written"])
def test_a_killed_restore_is_finished_by_the_next(
    built: Built, monkeypatch: pytest.MonkeyPatch, stop: str
) -> None:
    import mapp.library.restore as module

    lock, state = built.home.lock_file.read_bytes(), apart_from_log(built.state())
    remove(built.home, "count")

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "sync_folder" if stop == "before the store moves" else "write_lock", die)
    with pytest.raises(KeyboardInterrupt):
        restore(built.home, "count")
    monkeypatch.undo()
    restore(built.home, "count")

    assert built.home.lock_file.read_bytes() == lock and apart_from_log(built.state()) == state
    assert kept_files(built.home.root) == []


@pytest.mark.parametrize("stop", ["before the repository moves", "before the lock is written"])
def test_a_killed_remove_loses_nothing(built: Built, monkeypatch: pytest.MonkeyPatch, stop: str) -> None:
    import mapp.library.commit_app as module

    lock, state = built.home.lock_file.read_bytes(), apart_from_log(built.state())

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    if stop == "before the lock is written":
        monkeypatch.setattr(module, "unpin", die)
    else:
        monkeypatch.setattr(Path, "rename", die)
    with pytest.raises(KeyboardInterrupt):
        remove(built.home, "count")
    monkeypatch.undo()
    if stop == "before the repository moves":
        assert [
            row for row in apart_from_log(built.state()).items() if not row[0].startswith("removed/")
        ] == [*state.items()]
        remove(built.home, "count")
    restore(built.home, "count")

    assert built.home.lock_file.read_bytes() == lock and apart_from_log(built.state()) == state


def test_a_leftover_note_never_undoes_later_changes(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "rename", die)
    with pytest.raises(KeyboardInterrupt):
        remove(built.home, "double")
    monkeypatch.undo()
    built.put(app("double").version("2.0.0"))
    lock = built.home.lock_file.read_bytes()
    restore(built.home, "double")

    assert built.home.lock_file.read_bytes() == lock


@pytest.mark.parametrize("note", [None, "", "{}", "[]", '{"name": 1, "at": "x", "entry": 3}'])
def test_without_a_valid_note_an_app_is_restored_as_local(built: Built, note: str | None) -> None:
    kept = remove(built.home, "double")
    path = kept.with_suffix(".json")
    path.unlink()
    if note is not None:
        path.write_text(note)
    restore(built.home, "double")

    entry = read_lock(built.home.lock_file)["double"]
    assert (entry.source, entry.version) == ("local", "1.0.0")
    assert mapp("exec", "double", "number=2").out == "4\n"


def test_clean_deletes_old_removals_and_lists_them(built: Built) -> None:
    kept = remove(built.home, "double")
    remove(built.home, "count")
    note = json.loads(kept.with_suffix(".json").read_text())
    kept.with_suffix(".json").write_text(json.dumps({**note, "at": note["at"] - 31 * DAY}))

    assert mapp("clean", "--dry-run").out == "double\n" and kept.exists()
    assert mapp("clean", "--json").json["deleted"] == ["double"]
    assert [row.name for row in removed_apps(built.home)] == ["count"]
    assert mapp("restore", "double").code == 1
    assert mapp("clean", "--all").out == "count\n"
    assert kept_files(built.home.root) == []


def test_removing_an_app_deletes_expired_removals(built: Built) -> None:
    kept = remove(built.home, "double")
    note = json.loads(kept.with_suffix(".json").read_text())
    kept.with_suffix(".json").write_text(json.dumps({**note, "at": note["at"] - 31 * DAY}))
    assert mapp("remove", "count").code == 0

    assert [row.name for row in removed_apps(built.home)] == ["count"]


def test_a_killed_clean_leaves_nothing_half_restorable(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    remove(built.home, "double")

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(shutil, "rmtree", die)
    with pytest.raises(KeyboardInterrupt):
        clean(built.home, days=0)
    monkeypatch.undo()

    assert removed_apps(built.home) == []
    clean(built.home, days=30)
    assert kept_files(built.home.root) == []
