"""A canary killed while it is settled leaves the healed version or the one before, and is settled again.

The kernel stops the process right before a write, and the test kills it there, or fills its disk from there
on. By default, a few writes are tried, spread over the whole decision; the sweep tries every one.
"""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from pathlib import Path
from typing import Literal

import pytest

from mapp.library import branches, read
from mapp.library.commit_app import message
from mapp.library.load_to_run import in_canary, load_to_run
from mapp.library.lockfile import read_lock
from mapp.library.repair import repair
from mapp.model.canary import RUNS, Evidence, Finding
from mapp.model.incident import Incident
from mapp.observe.canaries import Canaries
from mapp.observe.incidents import Incidents
from mapp.ops.heal.canary import settle
from support.apps import Draft, app
from support.library import FORCED, SOMEBODY, Built, fsck
from support.traced import can_trace, full_at, killed_at

FEW = {"killed": 9, "full disk": 5}
HOW = {"killed": killed_at, "full disk": full_at}
REFUSED = {"LedgerFailed", "HostFault", "IntegrityError", "Busy", "SystemRefused", "LibraryUnwritable"}
MOST = 600
HEAL = {"Mapp-Operation": "heal", "Mapp-Incident": "i1", "Mapp-Fingerprint": "v1:ab", **FORCED}
Ending = Literal["reverted", "promoted"]

pytestmark = pytest.mark.skipif(not can_trace(), reason="processes can be traced on Linux on x86-64 only")


def _draft(version: str, more: str = "") -> Draft:
    source = f"function main(input, host) {{\n  return input.number * 2;{more}\n}}\n"
    return app("double").version(version).source(source).file("tests/examples.jsonl", "")


def _built(ending: Ending) -> tuple[Built, str]:
    """Returns a library with a healed app and the evidence that decides, and the commit of the heal."""
    built = Built()
    built.home.apps.mkdir(parents=True, exist_ok=True)
    built.put(_draft("1.0.0"))
    healed = _draft("1.0.1", " // healed")
    branches.begin(built.home, "double", "heal/i1")
    branches.grow(built.home, "double", "heal/i1", healed.files, message("fix", HEAL), SOMEBODY)
    commit = branches.merge(built.home, "double", "heal/i1", message("double", HEAL), SOMEBODY).commit
    finding: Finding = "worse" if ending == "reverted" else "same"
    rows = (
        Evidence(commit=commit, run=f"r{at}", source="live", at=1.0, finding=finding, input=str(at))
        for at in range(RUNS)
    )
    Canaries(built.home.journal).add(rows)
    known = {"version": "1.0.0", "commit": "c", "tree": "t", "first": 1.0, "last": 1.0, "run": "r"}
    incident = Incident(
        id="i1",
        app="double",
        failure="code_bug",
        fingerprint="v1:ab",
        state="closed",
        **known,  # type: ignore[arg-type]
    )
    Incidents(built.home.journal).put(incident)
    return built, commit


def _settle(built: Built) -> None:
    with closing(Built().workspace) as workspace:
        settle(workspace, "double")


def _hold(ending: Ending, number: int, how: str) -> tuple[bool, str]:
    """Kills or fills the disk at one write and checks the library; returns whether that was reached."""
    built, healed = _built(ending)
    traced = HOW[how](lambda: _settle(built), built.home.root, number)
    assert not traced.raised or traced.raised in REFUSED, f"write {number} ({traced.last}): {traced.raised}"
    fsck(built.home.root)
    load_to_run(built.home, "double")  # what a run does first
    tip = next(read.history(built.home, "double"))
    assert tip.id == healed or tip.trailers["Mapp-Reverts"] == healed, traced.last
    if tip.id == healed and not traced.killed:
        assert ending == "promoted"

    _settle(built)

    history = list(read.history(built.home, "double"))
    reverts = [row for row in history if row.trailers.get("Mapp-Reverts")]
    assert len(reverts) == (ending == "reverted"), traced.last
    assert str(read.load_runnable(built.home, "double").manifest.version) == (
        "1.0.0" if ending == "reverted" else "1.0.1"
    )
    assert not in_canary(built.home, "double", history[0].id)
    assert Incidents(built.home.journal).get("i1").state == ("open" if ending == "reverted" else "closed")
    assert repair(built.home) == (), f"the lock did not agree, after write {number} ({traced.last})"
    assert read_lock(built.home.lock_file)["double"].commit == history[0].id
    built.put(_draft("1.0.9"))  # the next writer removes what a killed one left
    assert not list(built.home.apps.rglob("*.lock")), "lock files of git were left"
    fsck(built.home.root)
    shutil.rmtree(built.home.root)
    return traced.killed, traced.last


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("ending", ["reverted", "promoted"])
def test_a_canary_ended_at_a_write_is_settled_again(ending: Ending, how: str, world: Path) -> None:
    built, _ = _built(ending)
    writes = killed_at(lambda: _settle(built), built.home.root, 0).writes
    shutil.rmtree(built.home.root)
    numbers = range(2, writes + 1, max(1, writes // FEW[how]))
    assert len(numbers) >= 4

    assert sum(_hold(ending, number, how)[0] for number in numbers) >= len(numbers) - 2


def test_processes_that_settle_at_once_revert_once(world: Path) -> None:
    built, healed = _built("reverted")
    children = []
    for _ in range(4):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                _settle(built)
                code = 0
            finally:
                os._exit(code)
        children.append(child)

    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4

    history = list(read.history(built.home, "double"))
    assert [row.trailers.get("Mapp-Reverts") for row in history] == [healed, None, None]
    assert Incidents(built.home.journal).get("i1").state == "open"
    assert repair(built.home) == ()
    fsck(built.home.root)


@pytest.mark.sweep
@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("ending", ["reverted", "promoted"])
def test_a_canary_ended_at_any_write_is_settled_again(ending: Ending, how: str, world: Path) -> None:
    for number in range(1, MOST):
        killed, _ = _hold(ending, number, how)
        if not killed:
            return
    pytest.fail(f"more than {MOST} writes")
