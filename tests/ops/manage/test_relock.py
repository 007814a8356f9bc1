from __future__ import annotations

from collections.abc import Iterator

import pytest

from mapp.errors import InvalidApp, MappError, NotFound
from mapp.git.repository import Repository
from mapp.library.lockfile import read_lock, write_lock
from mapp.ops.manage.relock import relock
from support.apps import Draft, app
from support.library import SOMEBODY, Built, git, library


@pytest.fixture
def built() -> Iterator[Built]:
    built = library().app("double").build()
    yield built
    built.workspace.close()


def _move_main(built: Built, draft: Draft) -> str:
    """Commits a draft on main without a landing, as a push does, and returns the commit."""
    repository = Repository.open(built.repository("double"))
    tip = repository.tip()
    assert tip is not None
    return repository.commit(draft.files, "by hand\n", SOMEBODY, parents=(tip,))


def test_a_lock_file_that_is_right_is_left_alone(built: Built) -> None:
    before = built.state()

    done = relock(built.workspace, "double")

    assert (done.committed, done.verdict, done.to_dict()["changed"]) == (None, None, False)
    assert built.state() == before


def test_a_main_that_passes_the_gate_is_pinned(built: Built) -> None:
    first = git(built.repository("double"), "rev-parse", "main")
    moved = _move_main(built, app("double").version("1.0.1").file("README.md", "new\n"))

    done = relock(built.workspace, "double")

    assert (done.before, done.app.commit) == (first, moved)
    assert done.verdict is not None and done.verdict.passed
    assert read_lock(built.home.lock_file)["double"].commit == moved


def test_a_main_that_fails_the_gate_is_refused_and_nothing_changes(built: Built) -> None:
    before = read_lock(built.home.lock_file)
    _move_main(built, app("double").version("1.0.1").source("function main(input) { return 1; }"))

    with pytest.raises(InvalidApp) as caught:
        relock(built.workspace, "double")

    assert read_lock(built.home.lock_file) == before
    assert caught.value.hint.endswith(f"update-ref refs/heads/main {before['double'].commit}")


def test_an_app_without_a_pin_that_fails_the_gate_can_only_be_removed(built: Built) -> None:
    write_lock(built.home.lock_file, {})
    _move_main(built, app("double").version("1.0.1").source("function main(input) { return 1; }"))

    with pytest.raises(InvalidApp) as caught:
        relock(built.workspace, "double")

    assert caught.value.hint == "mapp remove double"


def test_an_app_of_another_name_is_refused(built: Built) -> None:
    _move_main(built, app("triple"))

    with pytest.raises(MappError, match="holds an app called triple"):
        relock(built.workspace, "double")


def test_a_missing_app_is_not_found(built: Built) -> None:
    with pytest.raises(NotFound):
        relock(built.workspace, "other")
