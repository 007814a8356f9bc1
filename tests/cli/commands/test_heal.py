from __future__ import annotations

import json
import shlex
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mapp.library import read
from mapp.observe.changes import Changes
from support.healing import DOUBLE, double, failure, wrong
from support.library import Built, library
from support.terminal import mapp


@pytest.fixture
def built() -> Iterator[Built]:
    made = library().build()
    yield made
    made.workspace.close()


def coder(monkeypatch: pytest.MonkeyPatch, folder: Path, body: str) -> None:
    """Configures an agent that is a Python program."""
    script = folder / "agent.py"
    script.write_text(body)
    monkeypatch.setenv("MAPP_CODER", f"agent:{shlex.join([sys.executable, '-I', '-S', str(script)])}")


def test_without_a_failure_there_is_nothing_to_heal(built: Built) -> None:
    built.put(double())
    found = mapp("heal", "double", "--json")

    assert found.code == 0
    assert found.json == {
        "schema": 1,
        "healed": False,
        "incident": None,
        "app": None,
        "version": None,
        "commit": None,
        "change": None,
        "spend": None,
    }


def test_an_unknown_target_is_named() -> None:
    found = mapp("heal", "nothing-like-it")
    assert found.code != 0 and "no app and no incident" in found.err


def test_a_failure_that_is_no_fault_of_the_code_is_refused(built: Built) -> None:
    built.put(double())
    incident = failure(built, "double", {"number": 950}, "quota")
    found = mapp("heal", incident.id, "--yes", "--json")

    assert found.code == 8
    assert "nothing was spent" in found.err
    assert found.json == {
        "schema": 1,
        "healed": False,
        "incident": incident.id,
        "app": "double",
        "version": None,
        "commit": None,
        "change": None,
        "spend": None,
    }
    assert mapp("heal", incident.id, "--yes").code == 8
    assert mapp("spend", "--json").json["spend"] == []


def test_without_approval_nothing_is_spent(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    built.put(double())
    incident = failure(built, "double", {"number": 950})
    monkeypatch.setenv("MAPP_CODER", "agent:true")
    found = mapp("heal", "double")

    assert found.code == 7
    assert f"mapp heal --yes {incident.id}" in found.err


def test_the_brief_is_shown_and_nothing_is_spent(built: Built) -> None:
    built.put(double())
    failure(built, "double", {"number": 950})
    found = mapp("heal", "double", "--dry-run")

    assert found.code == 0 and '{"number":901}' in found.out
    assert mapp("spend", "--json").json["spend"] == []


SCRIPT = """\
import json, os, pathlib
assert os.environ["MAPP_PHASE"] == "heal"
assert '{"number":950}' in pathlib.Path("BRIEF.md").read_text()
pathlib.Path("main.js").write_text(json.loads(%r))
pathlib.Path("mapp.toml").write_text("nonsense")
"""


def test_an_agent_heals_and_yes_merges_on_any_rung(
    built: Built, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = DOUBLE.replace("* 2", "* 2 + 0")
    built.put(double(source.replace("input.number * 2", "Math.min(input.number, 900) * 2")))
    incident = wrong(built, "double", {"number": 950}, output=1900)
    coder(monkeypatch, tmp_path, SCRIPT % json.dumps(source))
    monkeypatch.setenv("MAPP_MERGE", "review")
    found = mapp("heal", incident.id, "--yes", "--json")

    assert found.code == 0, found.err
    assert (found.json["healed"], found.json["version"]) == (True, "1.0.1")
    assert found.json["incident"] == incident.id and found.json["app"] == "double"
    assert read.load(built.home, "double").source == source
    assert "ignored" in found.err and "mapp.toml" in found.err


def test_a_failed_run_is_healed_by_itself_after_its_answer(
    built: Built, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    built.put(double())
    coder(monkeypatch, tmp_path, SCRIPT.replace('"number":950', '"number":901') % json.dumps(DOUBLE))
    monkeypatch.setenv("MAPP_HEAL", "propose")
    monkeypatch.setenv("MAPP_MERGE", "auto")
    found = mapp("exec", "double", "number=950", "--json")

    assert found.code != 0 and found.json["outcome"] == "threw"
    assert read.load(built.home, "double").source != DOUBLE, "it only proposes"
    until = time.monotonic() + 600
    while not (states := [row.state for row in Changes(built.home.journal).waiting()]) or "open" in states:
        assert time.monotonic() < until, (built.home.root / "heal.log").read_text()
        time.sleep(0.2)
    assert states == ["proven"], (built.home.root / "heal.log").read_text()
    assert read.load(built.home, "double").source != DOUBLE


def test_a_failed_run_starts_nothing_by_default(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    built.put(double())
    monkeypatch.setenv("MAPP_CODER", "agent:true")
    mapp("exec", "double", "number=950")

    assert not (built.home.root / "heal.log").exists()
