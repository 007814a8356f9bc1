from __future__ import annotations

import pytest

from mapp.errors import AlreadyExists, InvalidApp, NotFound
from mapp.library import new_apps
from mapp.library.lockfile import read_lock
from support.apps import app
from support.library import SOMEBODY, Built, fsck, git, library
from support.verdicts import passing

BRANCH = "compile/k1"


def _keep(built: Built, *, proven: bool = True) -> str:
    draft = app("double")
    verdict = passing(draft) if proven else None
    return new_apps.keep(built.home, "k1", BRANCH, draft.files, "round\n", SOMEBODY, verdict)


def test_a_new_app_is_merged_into_the_library() -> None:
    built = library().build()
    kept = _keep(built)
    assert new_apps.exists(built.home, "k1")

    done = new_apps.merge(built.home, "k1", BRANCH, "double: 1.0.0\n", SOMEBODY)

    assert read_lock(built.home.lock_file)["double"].commit == done.commit
    assert git(built.repository("double"), "log", "-1", "--format=%P", "main") == kept
    assert not new_apps.exists(built.home, "k1")
    fsck(built.home.root)


def test_an_unchanged_round_makes_no_commit() -> None:
    built = library().build()

    assert _keep(built) == _keep(built)


def test_an_app_without_a_passing_verdict_is_not_merged() -> None:
    built = library().build()
    _keep(built, proven=False)

    with pytest.raises(InvalidApp):
        new_apps.merge(built.home, "k1", BRANCH, "double: 1.0.0\n", SOMEBODY)

    assert not built.repository("double").exists()


def test_a_new_app_never_replaces_an_installed_one() -> None:
    built = library().app("double").build()
    before = git(built.repository("double"), "rev-parse", "main")
    _keep(built)

    with pytest.raises(AlreadyExists, match="double is in the library already"):
        new_apps.merge(built.home, "k1", BRANCH, "double: 1.0.0\n", SOMEBODY)

    assert git(built.repository("double"), "rev-parse", "main") == before
    assert new_apps.exists(built.home, "k1")


def test_a_dropped_change_is_gone() -> None:
    built = library().build()
    _keep(built)

    new_apps.drop(built.home, "k1")
    new_apps.drop(built.home, "k1")

    with pytest.raises(NotFound, match="has written nothing yet"):
        new_apps.kept(built.home, "k1", BRANCH)
