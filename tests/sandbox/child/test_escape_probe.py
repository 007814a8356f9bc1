"""The level of isolation is measured by attempts to escape, with `fork` and without."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping

import pytest

from mapp.sandbox import engine
from mapp.sandbox.child.confinement import Confinement
from mapp.sandbox.child.escape_probe import ATTEMPTS, REFUSED, SIGSYS, measured
from mapp.sandbox.executors.spawning import SpawningExecutor
from support.engines import MAKERS

locked_in = pytest.mark.skipif(
    sys.platform != "linux" or Confinement().isolation != "full", reason="not locked in fully here"
)


def _ending(**codes: int) -> tuple[list[str], object]:
    made: list[str] = []

    def ends(attempts: tuple[str, ...]) -> list[int]:
        made.extend(attempts)
        return [codes.get(attempt, REFUSED) for attempt in attempts]

    return made, ends


@pytest.mark.parametrize(
    ("claimed", "codes", "level"),
    [
        ("full", {}, "full"),
        ("full", {"open": -SIGSYS, "fork": -SIGSYS}, "full"),
        *(("full", {attempt: 0}, "process") for attempt in ATTEMPTS["full"] if attempt != "inherit"),
        ("full", {"open": 1}, "process"),
        ("full", {"open": -9}, "process"),
        ("full", {"inherit": 0}, "none"),
        ("process", {}, "process"),
        ("process", {"open": 0}, "process"),
        ("process", {"inherit": 0}, "none"),
    ],
)
def test_a_level_holds_if_all_its_attempts_failed(claimed: str, codes: Mapping[str, int], level: str) -> None:
    made, ends = _ending(**codes)

    assert measured(claimed, ends) == level  # type: ignore[arg-type]
    assert ("open" in made) == (claimed == "full"), "more than is claimed is not tried"


@locked_in
@pytest.mark.parametrize("name", sorted(MAKERS))
def test_all_attempts_fail_on_this_machine(name: str) -> None:
    with MAKERS[name]() as executor:
        assert executor.isolation == "full"


@locked_in
@pytest.mark.parametrize("attempt", ATTEMPTS["full"])
def test_each_attempt_succeeds_in_an_unconfined_process(attempt: str) -> None:
    """Otherwise the level would be measured with attempts that always fail."""
    doors = "type('Open', (), dict.fromkeys(['detach', 'commit', 'trace'], lambda *_: None))()"
    program = f"from mapp.sandbox.child import escape_probe; escape_probe.make({attempt!r}, {doors})"
    environment = {"PYTHONPATH": os.pathsep.join(sys.path), "PATH": "/bin"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, check=False)

    assert done.returncode == 0


class WithoutWall:
    """Starts workers without one step of the confinement."""

    def __init__(self, wall: str) -> None:
        self._wall = wall

    def __call__(self, module: str, name: str) -> list[str]:
        given = HONEST(module, name)
        at = given.index("-c") + 1
        head = (
            f"import {module}; import confinement; confinement.Confinement.{self._wall} = lambda *_: None; "
        )
        given[at] = given[at].replace(f"import {module}; ", head)
        return given


HONEST = engine.command


@locked_in
@pytest.mark.parametrize(("wall", "level"), [("commit", "process"), ("detach", "none")])
def test_a_missing_wall_lowers_the_measured_level_without_fork_too(
    wall: str, level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "command", WithoutWall(wall))

    with SpawningExecutor() as executor:
        assert executor.isolation == level
