"""The repair of a library: pins, leftovers of killed writers, and an edited lock file."""

from __future__ import annotations

import os
from dataclasses import replace

from mapp.library.lockfile import read_lock, write_lock
from mapp.library.repair import current_pin, repair, sweep_new
from support.apps import app
from support.library import library


def test_repair_updates_the_lock_file_from_git() -> None:
    built = library().app("double").app("other").build()
    good = built.home.lock_file.read_bytes()
    built.home.lock_file.unlink()
    (built.home.apps / ".new-999999999-abc").mkdir()

    assert repair(built.home) == ("double", "other")

    assert built.home.lock_file.read_bytes() == good
    assert not list(built.home.apps.glob(".new-*"))
    assert repair(built.home) == ()


def test_repair_keeps_the_pin_of_an_app_that_cannot_be_read() -> None:
    built = library().app("double").build()
    pinned = read_lock(built.home.lock_file)
    (built.repository("double") / "HEAD").unlink()

    assert repair(built.home) == ()
    assert read_lock(built.home.lock_file) == pinned


def test_the_pin_of_an_app_whose_repository_is_gone_is_dropped() -> None:
    built = library().app("double").app("other").build()
    built.repository("double").rename(built.home.root / "elsewhere")

    assert repair(built.home) == ("double",)
    assert list(read_lock(built.home.lock_file)) == ["other"]


def test_an_edited_pin_is_corrected_and_grants_nothing_that_the_app_does_not_declare() -> None:
    built = library().app("double").build()
    pinned = read_lock(built.home.lock_file)["double"]
    edited = replace(pinned, version="9.9.9", granted=("store",))
    write_lock(built.home.lock_file, {"double": edited})

    assert repair(built.home) == ("double",)
    assert read_lock(built.home.lock_file) == {"double": pinned}


def test_only_the_leftovers_of_dead_writers_are_swept() -> None:
    built = library().app("double").build()
    for name in (f".new-{os.getpid()}-abc", ".new-999999999-abc"):
        (built.home.apps / name).mkdir()
    sweep_new(built.home.apps)

    assert [path.name for path in built.home.apps.glob(".new-*")] == [f".new-{os.getpid()}-abc"]
    assert built.repository("double").is_dir()


def test_the_current_pin_keeps_the_source_and_only_the_declared_grants_of_the_old_one() -> None:
    built = library().build()
    built.put(app("count").stating(capabilities={"store": {"max_kb": 1}}))
    pinned = read_lock(built.home.lock_file)["count"]
    before = replace(pinned, source="https://forge.example/x", granted=("clock", "store"), commit="0" * 40)

    assert current_pin(built.home, "count", before) == replace(
        before, granted=("store",), commit=pinned.commit
    )
    assert current_pin(built.home, "count", None) == pinned
    assert current_pin(built.home, "missing", before) == before
