"""Heals that nobody asked for: started only if the settings say so, and merged only if all rungs allow it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from mapp.library import read
from mapp.model.incident import FAILURE_CLASSES, HEALABLE, FailureClass
from mapp.observe.changes import Changes
from mapp.observe.incidents import Incidents
from mapp.ops.heal import automatic
from mapp.ops.heal.automatic import Unattended, heal_unattended, start_heal
from mapp.ops.heal.heal import heal
from support.authors import quiet
from support.healing import DOUBLE, FEW, code, double, failure, wrong
from support.library import Built, library


@pytest.fixture
def built() -> Iterator[Built]:
    made = library().build()
    yield made
    made.workspace.close()


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Returns the commands that were started, none of which runs."""
    found: list[list[str]] = []

    monkeypatch.setattr(automatic, "start_detached", lambda command, log: found.append(command))
    return found


def configure(built: Built, **settings: Any) -> None:
    built.workspace.config = replace(built.workspace.config, **settings)


def test_nothing_starts_unless_the_setting_says_so(built: Built, started: list[list[str]]) -> None:
    built.put(double())
    incident = failure(built, "double", {"number": 950})
    configure(built, coder="agent:true")
    assert not start_heal(built.workspace, incident)
    configure(built, heal="propose", coder="")
    assert not start_heal(built.workspace, incident)
    configure(built, heal="propose", coder="agent:true")
    assert start_heal(built.workspace, incident)
    assert [command[-2:] for command in started] == [[str(built.home.root), incident.id]]


@pytest.mark.parametrize("kind", FAILURE_CLASSES)
def test_only_failures_of_the_code_start_a_process(
    built: Built, started: list[list[str]], kind: FailureClass
) -> None:
    built.put(double())
    configure(built, heal="merge", coder="agent:true")
    incident = replace(failure(built, "double", {"number": 950}, kind), runs=2)
    assert start_heal(built.workspace, incident) == (kind in HEALABLE - {"expectation"})


def test_a_service_must_answer_differently_twice_before_anything_starts(
    built: Built, started: list[list[str]]
) -> None:
    built.put(double())
    configure(built, heal="merge", coder="agent:true")
    once = failure(built, "double", {"number": 950}, "upstream_changed")
    assert not start_heal(built.workspace, once)
    assert heal_unattended(built.workspace, once.id) == 0
    assert not Changes(built.home.journal).waiting()
    assert start_heal(built.workspace, Incidents(built.home.journal).seen(replace(once, run="another")))
    assert len(started) == 1


def test_a_fix_that_nobody_asked_for_waits_on_its_branch(built: Built) -> None:
    built.put(double())
    configure(built, heal="merge", merge="auto")
    told: list[str] = []
    built.workspace.tell = told.append
    incident = wrong(built, "double", {"number": 950}, output=1900)
    done = heal(
        built.workspace,
        incident,
        person=Unattended(workspace=built.workspace),
        watch=quiet,
        coder=code(DOUBLE),
        options=FEW,
    )

    assert not done.healed
    assert [row.state for row in Changes(built.home.journal).waiting()] == ["proven"]
    assert any("waits for you: a person wrote" in line for line in told)
    assert str(read.load(built.home, "double").manifest.version) == "1.0.0"


def test_a_failure_of_an_unattended_heal_is_told_and_gives_its_exit_code(built: Built) -> None:
    built.put(double())
    configure(built, heal="propose", coder="")
    told: list[str] = []
    built.workspace.tell = told.append
    incident = failure(built, "double", {"number": 950})

    assert heal_unattended(built.workspace, incident.id) == 2
    assert any("no coder is configured" in line for line in told)


def test_a_heal_that_is_switched_off_meanwhile_does_nothing(built: Built) -> None:
    built.put(double())
    incident = failure(built, "double", {"number": 950})
    assert heal_unattended(built.workspace, incident.id) == 0


def test_importing_the_starter_of_heals_loads_no_heavy_module() -> None:
    script = (
        "import sys, mapp.ops.heal.automatic; heavy = ('mapp.author', 'mapp.validate', 'mapp.ops.compile'); "
        "print([name for name in sys.modules if name.startswith(heavy)])"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
