"""Two processes that heal the same app, and heals that were killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mapp.errors import Busy
from mapp.library import read
from mapp.observe.changes import Changes
from mapp.ops.compile.open_coder import open_ledger
from support.healing import DOUBLE, CountingCoder, code, double, failure, healed
from support.library import Built, fsck, library


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
