"""A process killed at a write of a run that fails, or of a person's word, loses nothing that was answered.

The kernel stops the process right before a write to the library, and the test kills it there, or fills its
disk from there on. By default a few writes are tried; the sweep tries every one.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from mapp.config import load_config
from mapp.observe.corrections import Corrections
from mapp.observe.incidents import Incidents
from mapp.observe.upstreams import Upstream, Upstreams
from mapp.ops.heal.incidents import close_incident, list_incidents, merge_incidents
from mapp.ops.heal.word import Word, say_wrong
from mapp.ops.run.execute import execute
from mapp.ops.workspace import Workspace
from support.library import Built, library
from support.traced import can_trace, full_at, killed_at

FEW = {"killed": 6, "full disk": 4}
HOW = {"killed": killed_at, "full disk": full_at}
MOST = 120
REFUSED = {"LedgerFailed", "HostFault", "IntegrityError", "Busy", "SystemRefused", "MappError"}
"""The errors that say that the machine failed; anything else is a bug of the command."""
SOURCE = "function main(input) { return input.number > 5 ? input.list.length : input.number * 3; }"

pytestmark = pytest.mark.skipif(not can_trace(), reason="processes can be traced on Linux on x86-64 only")


def opened() -> Workspace:
    """Returns the library, opened again."""
    return Workspace(config=load_config())


def _ran(number: int) -> str:
    with closing(opened()) as workspace:
        return execute(workspace, "double", {"number": number}).run


def _fails() -> None:
    _ran(7)


def _says_wrong() -> None:
    with closing(opened()) as workspace:
        run = next(row.id for row in workspace.journal.runs() if row.outcome == "ok")
        say_wrong(workspace, run, Word(expected="8"))


def _closes() -> None:
    with closing(opened()) as workspace:
        close_incident(workspace, Incidents(workspace.home.journal).all()[0].id)


def _merges() -> None:
    with closing(opened()) as workspace:
        one, two = (row.id for row in Incidents(workspace.home.journal).all())
        merge_incidents(workspace, one, two)


def _breaks_a_host() -> None:
    with closing(opened()) as workspace:
        Upstreams(workspace.home.journal).put(Upstream(host="api.example", failures=5, closed_until=9e9))


CASES: dict[str, Callable[[], None]] = {
    "a failing run": _fails,
    "a wrong answer": _says_wrong,
    "no bug": _closes,
    "a merge": _merges,
    "a host that fails": _breaks_a_host,
}


def _counts() -> tuple[int, int, int]:
    """Returns how many runs failed, and how many runs the incidents of bugs and all incidents count."""
    with closing(opened()) as workspace:
        failed = sum(row.outcome != "ok" for row in workspace.journal.runs())
        found = [row for row in list_incidents(workspace) if row.state != "merged"]
        bugs = sum(row.runs for row in found if row.failure == "code_bug")
        return failed, bugs, sum(row.runs for row in found)


def _hold(what: str, number: int, how: str) -> bool:
    """Kills or fills the disk at one write and checks the library; returns whether that write was reached."""
    built = library().app("double").source(SOURCE).build()
    _ran(4)
    if what != "a failing run":
        _ran(7)
    if what == "a merge":
        _says_wrong()
    traced = HOW[how](CASES[what], built.home.root, number)
    killed = traced.killed
    assert not traced.raised or traced.raised in REFUSED, f"write {number} ({traced.last}): {traced.raised}"

    failed, bugs, counted = _counts()  # the next command needs no help
    assert (failed == 1 and counted == 2) if what == "a merge" else (failed, bugs) in ((0, 0), (1, 1))
    assert _counts() == (failed, bugs, counted), "a run was counted twice"
    _checked(what, built, killed)
    if what != "a merge" or all(row.state == "open" for row in Incidents(built.home.journal).all()):
        CASES[what]()  # and what was lost can be done again
    assert not list(built.home.root.glob("*.damaged*"))
    shutil.rmtree(built.home.root)
    return killed


def _checked(what: str, built: Built, killed: bool) -> None:
    incidents = Incidents(built.home.journal).all()
    if what == "a wrong answer":
        said = Corrections(built.home.journal).all()
        wrong = [row for row in incidents if row.failure == "expectation"]
        assert len(said) <= 1 and len(wrong) <= len(said), "an incident without a word"
        assert killed or len(wrong) == 1
    if what == "no bug":
        assert [row.state for row in incidents] in (["open"], ["closed"])
    if what == "a merge":
        assert sorted(row.state for row in incidents) in (["open", "open"], ["merged", "open"])
        if incidents[0].state != incidents[1].state:
            assert max(row.runs for row in incidents) == 2
    if what == "a host that fails":
        assert [row.failures for row in Upstreams(built.home.journal).all()] in ([], [5])


def _count(what: str) -> int:
    built = library().app("double").source(SOURCE).build()
    _ran(4)
    if what != "a failing run":
        _ran(7)
    if what == "a merge":
        _says_wrong()
    writes = killed_at(CASES[what], built.home.root, 0).writes
    shutil.rmtree(built.home.root)
    return writes


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("what", [*CASES])
def test_what_is_ended_at_a_write_is_whole_or_not_there(what: str, how: str, world: Path) -> None:
    writes = _count(what)
    numbers = range(1, writes + 1, max(1, writes // FEW[how]))
    assert len(numbers) >= 3

    assert sum(_hold(what, number, how) for number in numbers) >= len(numbers) - 2


@pytest.mark.sweep
@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("what", [*CASES])
def test_what_is_ended_at_any_write_is_whole_or_not_there(what: str, how: str, world: Path) -> None:
    for number in range(1, MOST):
        if not _hold(what, number, how):
            return
    pytest.fail(f"more than {MOST} writes")
