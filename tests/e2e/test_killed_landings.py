"""A landing killed at one of its writes leaves the old app or the new one, and the next command finishes it.

The kernel stops the process right before a write, and the test kills it there. By default, a few writes are
tried, spread over the whole landing; the sweep tries every one.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mapp.git.repository import Repository
from mapp.library import branches, read
from mapp.library.commit_app import remove
from mapp.library.landing import Proposal, read_landing, relock
from mapp.library.load_to_run import load_to_run
from mapp.library.lockfile import read_lock
from mapp.library.operations import read_operations
from mapp.library.repair import repair
from mapp.ops.share.undo import undo
from support.apps import app
from support.library import SOMEBODY, Built, fsck, git, library
from support.traced import can_trace, killed_at
from support.verdicts import passing

FEW = 9
MOST = 200

pytestmark = pytest.mark.skipif(not can_trace(), reason="processes can be traced on Linux on x86-64 only")
NEW = app("double").version("1.0.1").file("README.md", "new\n")


def _over(built: Built) -> None:
    built.put(NEW, verdict=passing(NEW))


def _first(built: Built) -> None:
    draft = app("another")
    built.put(draft, verdict=passing(draft))


def _merged(built: Built) -> None:
    text = "double: 1.0.1\n"
    branches.merge(built.home, "double", "expand/a1", text, SOMEBODY, verdict=passing(NEW))


def _removed(built: Built) -> None:
    if "double" in read.names(built.home):
        remove(built.home, "double")


def _relocked(built: Built) -> None:
    commit = git(built.repository("double"), "rev-parse", "main")
    proposal = Proposal(app=NEW.read(), files=NEW.files, text="", signature=SOMEBODY, verdict=passing(NEW))
    relock(built.home, "double", proposal, commit=commit)


def _with_branch(built: Built) -> None:
    branches.begin(built.home, "double", "expand/a1")
    branches.grow(built.home, "double", "expand/a1", NEW.files, "grown\n", SOMEBODY)


def _pushed(built: Built) -> None:
    repository = Repository.open(built.repository("double"))
    first = repository.tip()
    assert first is not None
    repository.commit(dict(NEW.files), "by hand\n", SOMEBODY, parents=(first,))


def _undone(built: Built) -> None:
    if _versions(built)["double"] == "1.0.1":
        undo(built.workspace)


def _nothing(_: Built) -> None:
    pass


CASES: dict[str, tuple[Callable[[Built], None], Callable[[Built], None]]] = {
    "a new version": (_nothing, _over),
    "a new app": (_nothing, _first),
    "a merge": (_with_branch, _merged),
    "a removal": (_nothing, _removed),
    "a relock": (_pushed, _relocked),
    "an undo": (_over, _undone),
}


def _versions(built: Built) -> dict[str, str]:
    return {
        name: str(read.load_runnable(built.home, name).manifest.version) for name in read.names(built.home)
    }


def _last_logged(built: Built, name: str) -> str | None:
    """Returns the commit that the newest step of an app in the operation log left."""
    steps = (step for row in read_operations(built.home) for step in row.steps if step.app == name)
    newest = next(steps)
    return None if newest.after is None else newest.after.commit


def _hold(what: str, number: int) -> tuple[bool, str]:
    """Kills at one write and checks the library; returns whether that write was reached, and the last one."""
    prepare, act = CASES[what]
    built = library().app("double").app("other").build()
    prepare(built)
    old = _versions(built)
    traced = killed_at(lambda: act(built), built.home.root, number)
    fsck(built.home.root)
    found = _versions(built)
    if what == "a relock":
        assert found == old
        act(built)
    else:
        others = {
            "a new app": {**old, "another": "1.0.0"},
            "a removal": {"other": "1.0.0"},
            "an undo": {**old, "double": "1.0.0"},
        }
        new = others.get(what, {**old, "double": "1.0.1"})
        assert found in (old, new), traced.last
        assert what == "a removal" or traced.killed or found == new
    for name in read.names(built.home):  # what a run does first
        load_to_run(built.home, name)
    if what not in ("a removal", "a relock") and _versions(built) == old:
        act(built)
    if what == "a removal":
        act(built)
        repair(built.home)
    for name in read.names(built.home):
        load_to_run(built.home, name)
    assert repair(built.home) == (), f"the lock did not agree, after write {number} ({traced.last})"
    for name, entry in read_lock(built.home.lock_file).items():
        landing = read_landing(Repository.open(built.repository(name)))
        assert landing is not None
        assert landing.new == entry.commit
        assert _last_logged(built, name) == entry.commit, f"the log did not agree, after write {number}"
    assert set(read_lock(built.home.lock_file)) == set(read.names(built.home))
    later = app("other").version("1.0.5")
    built.put(later, verdict=passing(later))
    assert not list(built.home.apps.rglob("*.lock")), "lock files of git were left"
    fsck(built.home.root)
    shutil.rmtree(built.home.root)
    return traced.killed, traced.last


def _count(what: str) -> int:
    prepare, act = CASES[what]
    built = library().app("double").app("other").build()
    prepare(built)
    writes = killed_at(lambda: act(built), built.home.root, 0).writes
    shutil.rmtree(built.home.root)
    return writes


@pytest.mark.parametrize("what", CASES)
def test_a_landing_killed_at_a_write_is_finished_or_dropped(what: str, world: Path) -> None:
    writes = _count(what)
    numbers = range(2, writes + 1, max(1, writes // FEW))
    assert len(numbers) >= 5

    assert sum(_hold(what, number)[0] for number in numbers) >= len(numbers) - 2


@pytest.mark.sweep
@pytest.mark.parametrize("what", CASES)
def test_a_landing_killed_at_any_write_is_finished_or_dropped(what: str, world: Path) -> None:
    for number in range(1, MOST):
        killed, _ = _hold(what, number)
        if not killed:
            return
    pytest.fail(f"more than {MOST} writes")
