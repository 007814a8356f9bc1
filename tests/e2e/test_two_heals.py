"""Two processes that heal the same app, and heals that were killed."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from mapp.errors import Busy, MappError
from mapp.library import read
from mapp.library.repair import repair
from mapp.observe.changes import Changes
from mapp.observe.incidents import Incidents
from mapp.ops.compile import rounds
from mapp.ops.compile.open_coder import open_ledger
from support.healing import DOUBLE, CountingCoder, code, double, failure, healed
from support.killed_change import keep_verdicts
from support.library import Built, fsck, library

AT_ONCE = 2
FEW, MANY = 4, 120
"""How many times so many processes heal the same app: 8 tries, and 240 in the sweep."""
HEALED, REFUSED = 0, 3


@pytest.fixture
def built() -> Iterator[Built]:
    made = library().build()
    yield made
    made.workspace.close()


def test_two_heals_at_once_make_one_fix(built: Built) -> None:
    built.put(double())
    incident = failure(built, "double", {"number": 950})
    asked, go = threading.Event(), threading.Event()
    slow = code(DOUBLE)
    propose = slow.propose

    def waiting(*given):  # type: ignore[no-untyped-def]
        asked.set()
        go.wait(60)
        return propose(*given)

    slow.propose = waiting  # type: ignore[method-assign]
    first = threading.Thread(target=healed, args=(built, incident, slow))
    first.start()
    assert asked.wait(600)
    second = Built()
    try:
        with pytest.raises(Busy):
            healed(second, incident, CountingCoder())
    finally:
        go.set()
        first.join()
        second.workspace.close()

    assert str(read.load(built.home, "double").manifest.version) == "1.0.1"
    newest = next(iter(read.history(built.home, "double")))
    assert newest.trailers["Mapp-Operation"] == "heal"
    fsck(built.home.root)


KILLED = """
import os, signal, sys
from mapp.ops.compile import lifecycle, rounds
from support.healing import DOUBLE, code, healed
from support.library import Built
from mapp.observe.incidents import Incidents

place, kill = sys.argv[1], lambda *given, **more: os.kill(os.getpid(), signal.SIGKILL)
if place == "before the verdict":
    rounds.tried = kill
elif place == "after the verdict":
    lifecycle.commit_code = kill
elif place == "before the merge":
    lifecycle.merge_change = kill
elif place == "after the merge":
    from mapp.ops.compile import change_sources
    change_sources.record_merge = kill
built = Built()
healed(built, Incidents(built.home.journal).all()[0], code(DOUBLE))
"""


@pytest.mark.parametrize(
    "place", ["before the verdict", "after the verdict", "before the merge", "after the merge"]
)
def test_a_killed_heal_is_finished_by_the_next_one_without_paying_twice(built: Built, place: str) -> None:
    built.put(double())
    incident = failure(built, "double", {"number": 950})
    tests = Path(__file__).parents[1]
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLED), place],
        env={**os.environ, "PYTHONPATH": str(tests)},
        check=False,
        capture_output=True,
    )
    assert ran.returncode == -signal.SIGKILL, ran.stderr.decode()
    [change] = Changes(built.home.journal).waiting()
    done = healed(built, incident, CountingCoder())

    assert done.healed
    assert str(read.load(built.home, "double").manifest.version) == "1.0.1"
    assert len(open_ledger(built.workspace).calls(change.id)) == 1
    assert Changes(built.home.journal).waiting() == []
    fsck(built.home.root)


def _forked(action: Callable[[], bool]) -> int:
    """Starts an action in a process of its own, which ends with one of the codes; returns its id."""
    child = os.fork()
    if child == 0:
        ended = 1
        try:
            ended = HEALED if action() else REFUSED
        except MappError:
            ended = REFUSED
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(ended)
    return child


def _heals(after: float) -> bool:
    time.sleep(after)
    found = Built()
    with closing(found.workspace):
        incident = Incidents(found.home.journal).all("double")[0]
        return healed(found, incident, code(DOUBLE)).healed


def _adds(after: float) -> bool:
    time.sleep(after)
    found = Built()
    with closing(found.workspace):
        found.put(double().version("1.1.0").file("README.md", "new\n"), subject="by a person")
    return True


def _race(chance: random.Random, *, adding: bool) -> None:
    """Has processes heal the same app at once, and a person add a version meanwhile; nothing may be lost."""
    children = [_forked(partial(_heals, chance.uniform(0, 0.3))) for _ in range(AT_ONCE)]
    person = _forked(partial(_adds, chance.uniform(0, 2.0))) if adding else None
    ended = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    added = person is not None and os.waitstatus_to_exitcode(os.waitpid(person, 0)[1]) == HEALED

    assert {*ended} <= {HEALED, REFUSED}
    found = Built()
    with closing(found.workspace):
        history = list(read.history(found.home, "double"))
        fixes = [row for row in history if row.trailers.get("Mapp-Operation") == "heal"]
        assert len(fixes) == (HEALED in ended), ended
        assert adding or len(fixes) == 1, "nobody healed it"
        assert sum(row.subject == "by a person" for row in history) == added
        assert repair(found.home) == ()
        calls = [
            open_ledger(found.workspace).calls(row.id)
            for row in Changes(found.home.journal).waiting(ended=True)
        ]
        assert sum(map(len, calls)) <= 1 + adding, "it was paid for twice"
        fsck(found.home.root)


def _races(built: Built, place: Path, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    built.put(double())
    failure(built, "double", {"number": 950})
    built.workspace.close()
    for name in ("judged", "contract_faults"):
        monkeypatch.setattr(rounds, name, getattr(rounds, name))  # to be taken back at the end
    keep_verdicts(place / "verdicts")
    root, kept = built.home.root, place / "kept"
    shutil.copytree(root, kept, symlinks=True)
    chance = random.Random(12)
    for number in range(times):
        shutil.rmtree(root)
        shutil.copytree(kept, root, symlinks=True)
        _race(chance, adding=number % 2 == 1)


def test_of_heals_at_once_one_lands_and_no_commit_is_lost(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _races(built, tmp_path, monkeypatch, FEW)


@pytest.mark.sweep
def test_of_many_heals_at_once_one_lands_and_no_commit_is_lost(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _races(built, tmp_path, monkeypatch, MANY)
