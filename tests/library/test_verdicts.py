from __future__ import annotations

import json
from dataclasses import replace

import pytest

from mapp.errors import IntegrityError, InvalidApp
from mapp.git.identity import tree_id
from mapp.git.notes import MAX_NOTE_SIZE
from mapp.git.repository import Repository
from mapp.library.commit_app import message, put
from mapp.library.verdicts import read_verdict, record_verdict, recorded
from mapp.model.verdict import CheckStatus, Finding, Verdict
from support.apps import Draft, app
from support.library import FORCED, SOMEBODY, Built, fsck, git, library, proposal
from support.verdicts import passing


def _put(built: Built, draft: Draft, verdict: Verdict | None, text: str = "double\n") -> None:
    put(built.home, proposal(draft, text, verdict=verdict))


def test_a_new_app_is_created_with_its_verdict() -> None:
    built, draft = library().build(), app("double")

    _put(built, draft, passing(draft))

    found = recorded(built.home, "double")
    assert found.verdict == passing(draft)
    shown = git(built.repository("double"), "notes", "--ref=mapp/verdicts", "show", found.tree)
    assert json.loads(shown)["passed"] is True
    fsck(built.home.root)


def test_the_verdict_of_a_next_version_is_recorded_before_main_moves() -> None:
    built, draft = library().app("double").build(), app("double").version("1.0.1")
    lock = built.repository("double") / "refs" / "heads" / "main.lock"
    lock.write_bytes(b"")

    with pytest.raises(Exception, match="main"):
        _put(built, draft, passing(draft))

    repository = Repository.open(built.repository("double"))
    assert read_verdict(repository, tree_id(draft.files)) == passing(draft)
    assert recorded(built.home, "double").verdict is None
    lock.unlink()
    _put(built, draft, None)
    assert recorded(built.home, "double").verdict == passing(draft)


@pytest.mark.parametrize("there", [False, True], ids=["a new app", "an app that is there"])
@pytest.mark.parametrize("status", [None, "failed"])
def test_main_never_moves_to_a_tree_without_a_passing_verdict(
    there: bool, status: CheckStatus | None
) -> None:
    built = library().app("double").build() if there else library().build()
    draft = app("double").version("1.0.1")
    before = git(built.repository("double"), "rev-parse", "main") if there else None

    with pytest.raises(InvalidApp) as caught:
        _put(built, draft, None if status is None else passing(draft, status))

    assert caught.value.code == "MAPP-0830" and "--force" in caught.value.hint
    if before is None:
        assert not built.repository("double").exists()
    else:
        assert git(built.repository("double"), "rev-parse", "main") == before


def test_a_verdict_on_another_tree_does_not_count() -> None:
    built, draft = library().app("double").build(), app("double").version("1.0.1")

    with pytest.raises(IntegrityError, match="about tree"):
        _put(built, draft, passing(app("double").version("1.0.2")))


def test_force_is_recorded_in_the_commit_and_the_verdict() -> None:
    built, draft = library().build(), app("double")
    failed = replace(passing(draft, "failed"), forced=True)

    _put(built, draft, failed, message("double", FORCED))

    found = recorded(built.home, "double").verdict
    assert found is not None and found.forced and not found.passed
    assert git(built.repository("double"), "log", "-1", "--format=%(trailers)", "main").startswith(
        "Mapp-Verdict: forced"
    )


def test_unchanged_content_keeps_its_verdict() -> None:
    built, draft = library().build(), app("double")
    _put(built, draft, passing(draft))
    before = built.state()

    _put(built, draft, replace(passing(draft), seed=2))

    assert built.state() == before


def test_a_missing_verdict_is_added_without_moving_main() -> None:
    built, draft = library().app("double").build(), app("double")
    before = git(built.repository("double"), "rev-parse", "main")

    _put(built, draft, passing(draft))

    assert git(built.repository("double"), "rev-parse", "main") == before
    assert recorded(built.home, "double", "1.0.0").verdict == passing(draft)


def test_a_note_that_is_not_a_verdict_is_an_error() -> None:
    built = library().app("double").build()
    repository = Repository.open(built.repository("double"))
    tree = recorded(built.home, "double").tree
    for note in (b"\xff", b"passed", b"[]", b'{"verdict": 1}', b'{"verdict": 99}', b"[" * 100_000):
        from mapp.git.notes import VERDICTS, write_note

        write_note(repository, VERDICTS, tree, note, SOMEBODY, "x\n")
        with pytest.raises(IntegrityError):
            read_verdict(repository, tree)


def test_a_verdict_copied_from_another_tree_is_an_error() -> None:
    built = library().app("double").build()
    repository = Repository.open(built.repository("double"))
    tree = recorded(built.home, "double").tree
    record_verdict(repository, passing(app("other")), SOMEBODY)
    git(
        built.repository("double"),
        *("-c", "user.name=A", "-c", "user.email=a@example.com"),
        *("notes", "--ref=mapp/verdicts", "copy", tree_id(app("other").files), tree),
    )

    with pytest.raises(IntegrityError, match="is about"):
        read_verdict(repository, tree)


def test_an_oversized_verdict_keeps_the_first_problem_of_each_check() -> None:
    built, draft = library().app("double").build(), app("double")
    many = tuple(Finding(path=str(number), message="x\ud800" * 20_000) for number in range(500))
    repository = Repository.open(built.repository("double"))

    record_verdict(repository, passing(draft, "failed", many), SOMEBODY)

    shown = git(built.repository("double"), "notes", "--ref=mapp/verdicts", "show", tree_id(draft.files))
    assert len(shown) < MAX_NOTE_SIZE
    found = read_verdict(repository, tree_id(draft.files))
    assert found is not None and found.results[0].problems[0].path == "0"
