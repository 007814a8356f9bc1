from __future__ import annotations

import pytest

from mapp.errors import AlreadyExists, InvalidApp, NotFound, StaleBase
from mapp.library import read
from mapp.library.branches import begin, drop, grow, merge, pending
from mapp.library.lockfile import read_lock
from mapp.library.verdicts import recorded
from support.apps import Draft, app
from support.library import SOMEBODY, Built, fsck, git, library
from support.processes import holder, kill
from support.verdicts import passing

BRANCH = "expand/e1"


def _wider() -> Draft:
    return app("double").version("1.1.0").taking(note={"type": "string", "optional": True})


def _begun(draft: Draft) -> Built:
    built = library().app("double").build()
    begin(built.home, "double", BRANCH)
    grow(built.home, "double", BRANCH, draft.files, "round 1\n", SOMEBODY, verdict=passing(draft))
    return built


def test_a_change_is_created_extended_merged_and_deleted() -> None:
    built = _begun(_wider())
    tip = pending(built.home, "double")[BRANCH]

    merged = merge(built.home, "double", BRANCH, "double: 1.1.0\n", SOMEBODY)

    assert pending(built.home, "double") == {}
    assert read.load(built.home, "double").manifest.version.minor == 1
    assert read_lock(built.home.lock_file)["double"].commit == merged.commit
    assert git(built.repository("double"), "rev-parse", "main", "main^2", "v1.1.0").split() == [
        merged.commit,
        tip,
        merged.commit,
    ]
    assert recorded(built.home, "double").verdict == passing(_wider())
    fsck(built.home.root)


def test_nothing_on_a_branch_runs() -> None:
    built = _begun(_wider())

    assert read.load(built.home, "double").manifest.version.minor == 0
    assert str(read.load(built.home, "double", BRANCH).manifest.version) == "1.1.0"


def test_a_branch_without_a_passing_verdict_is_not_merged() -> None:
    built = library().app("double").build()
    begin(built.home, "double", BRANCH)
    grow(built.home, "double", BRANCH, _wider().files, "round 1\n", SOMEBODY)

    with pytest.raises(InvalidApp) as caught:
        merge(built.home, "double", BRANCH, "x\n", SOMEBODY)

    assert caught.value.code == "MAPP-0830"
    assert list(pending(built.home, "double")) == [BRANCH]
    assert recorded(built.home, "double").commit == git(built.repository("double"), "rev-parse", "v1.0.0")


def test_a_stale_change_keeps_its_branch() -> None:
    built = _begun(_wider())
    built.put(app("double").version("1.0.1"))

    with pytest.raises(StaleBase):
        merge(built.home, "double", BRANCH, "x\n", SOMEBODY)

    assert list(pending(built.home, "double")) == [BRANCH]


def test_an_unchanged_round_makes_no_commit() -> None:
    built = _begun(_wider())
    before = pending(built.home, "double")

    assert grow(built.home, "double", BRANCH, _wider().files, "again\n", SOMEBODY) == before[BRANCH]
    assert pending(built.home, "double") == before


def test_a_change_is_dropped_once() -> None:
    built = _begun(_wider())

    drop(built.home, "double", BRANCH)

    assert pending(built.home, "double") == {}
    with pytest.raises(NotFound):
        drop(built.home, "double", BRANCH)
    begin(built.home, "double", BRANCH)
    with pytest.raises(AlreadyExists):
        begin(built.home, "double", BRANCH)


def test_a_merge_that_was_killed_after_main_moved_is_finished_by_merging_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    built = _begun(_wider())
    with monkeypatch.context() as patched:
        patched.setattr("mapp.library.landing.tag_release", _dies)
        with pytest.raises(SystemExit):
            merge(built.home, "double", BRANCH, "double: 1.1.0\n", SOMEBODY)
    moved = git(built.repository("double"), "rev-parse", "main")

    again = merge(built.home, "double", BRANCH, "double: 1.1.0\n", SOMEBODY)

    assert again.commit == moved == git(built.repository("double"), "rev-parse", "v1.1.0")
    assert pending(built.home, "double") == {}


def _dies(*_: object) -> None:
    raise SystemExit


def test_a_leftover_git_lock_does_not_block_a_branch() -> None:
    built = _begun(_wider())
    kill(holder(built.home.holds, "double"))
    stale = built.repository("double") / "refs" / "heads" / f"{BRANCH}.lock"
    stale.write_bytes(b"")

    merge(built.home, "double", BRANCH, "double: 1.1.0\n", SOMEBODY)

    assert not stale.exists()
