from __future__ import annotations

import pytest

from mapp.errors import IntegrityError
from mapp.library.load_to_run import load_to_run
from mapp.library.lockfile import read_lock
from support.apps import app
from support.library import git, library


def test_main_is_loaded_with_its_source() -> None:
    built = library().app("double").build()

    loaded = load_to_run(built.home, "double")

    assert loaded.commit == git(built.repository("double"), "rev-parse", "main")
    assert "input.number * 2" in loaded.source


def test_a_damaged_lock_file_does_not_stop_a_run() -> None:
    built = library().app("double").build()
    built.home.lock_file.write_text("not TOML [")

    assert load_to_run(built.home, "double").name == "double"


def test_a_missing_pin_is_written_again() -> None:
    built = library().app("double").build()
    before = read_lock(built.home.lock_file)
    built.home.lock_file.unlink()

    load_to_run(built.home, "double")

    assert read_lock(built.home.lock_file) == before


def test_a_main_that_git_moved_is_refused_and_an_explicit_revision_is_not() -> None:
    built = library().app("double").build()
    first = git(built.repository("double"), "rev-parse", "main")
    built.put(app("double").version("1.0.1").file("README.md", "new\n"))
    git(built.repository("double"), "update-ref", "refs/heads/main", first)

    with pytest.raises(IntegrityError) as caught:
        load_to_run(built.home, "double")

    assert caught.value.code == "MAPP-0631"
    assert load_to_run(built.home, "double", "1.0.0").commit == first
