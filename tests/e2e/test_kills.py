"""A command killed at any moment leaves the old state or the new one, and needs no manual clean-up.

The moments come from a seeded generator and are spread over the time that the command takes. To
cover another command, add a row to `SCENARIOS`.
"""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mapp.library.repair import repair
from support.apps import app
from support.library import Built, fsck, library
from support.processes import duration, kill, started
from support.terminal import mapp, mapp_process

SAMPLE, SWEEP = 6, 50


@dataclass(frozen=True)
class Scenario:
    """One command to kill, how to prepare for it, and what to verify afterwards."""

    name: str
    words: tuple[str, ...]
    prepare: Callable[[Path], None]
    verify: Callable[[Path], None]
    sample: int = SAMPLE


def _old_library(world: Path) -> None:
    library().app("double").app("other").build()
    _write_new(world)


def _write_new(world: Path) -> None:
    app("double").version("1.0.1").file("README.md", "new\n").write(world / "work" / "folder")


def _version() -> str | None:
    rows = mapp("list", "--json").json["apps"]
    return next((str(row["version"]) for row in rows if row["name"] == "double"), None)


def _added_or_not(*versions: str | None) -> Callable[[Path], None]:
    def verify(_: Path) -> None:
        assert _version() in versions
        done = mapp_process("add", "folder", "--json")
        assert done.code == 0, done.err
        assert _version() == "1.0.1"
        assert mapp("exec", "double", "number=21").out == "42\n"
        assert repair(Built().home) == (), "the lock did not agree with git"

    return verify


def _two_versions(world: Path) -> None:
    built = library().app("double").build()
    built.put(app("double").version("1.1.0").taking(note={"type": "string", "optional": True}))
    (world / "work" / "folder").mkdir()


def _back_or_not(_: Path) -> None:
    before = _version()
    assert before in ("1.0.0", "1.1.0")
    rows = mapp("log", "double", "--json").json["commits"]
    assert len(rows) == (3 if before == "1.0.0" else 2)
    if before == "1.0.0":
        assert mapp("verdict", "double", "--json").json["passed"], "main moved before its verdict was there"
    done = mapp_process("rollback", "double", "--json")
    assert done.code == 0, done.err
    assert _version() == {"1.0.0": "1.1.0", "1.1.0": "1.0.0"}[str(before)]
    assert repair(Built().home) == (), "the lock did not agree with git"
    assert mapp("exec", "double", "number=21").out == "42\n"


def _behind_its_interface(world: Path) -> None:
    library().app("double").build()
    app("double").taking(note={"type": "string", "optional": True}).write(world / "work" / "folder")


def _bumped_or_not(world: Path) -> None:
    manifest = world / "work" / "folder" / "mapp.toml"
    assert manifest.read_text().count("version = ") == 1
    assert mapp("bump", "./folder", "--json").json["version"] == "1.1.0"
    assert mapp("add", "./folder").code == 0


def _ran_or_not(_: Path) -> None:
    before = mapp("runs", "--json").json["runs"]
    assert len(before) <= 1
    assert all(run["outcome"] == "ok" and run["output"] == 42 for run in before)
    assert mapp_process("exec", "double", "number=21").out == "42\n"
    assert len(mapp("runs", "--json").json["runs"]) == len(before) + 1
    assert not list(Built().home.root.glob("*.damaged*"))


def _removed_or_not(_: Path) -> None:
    kept = list(Built().home.removed.glob("double-*.git"))
    assert _version() == (None if kept else "1.0.0")
    assert len(kept) <= 1
    assert mapp_process("exec", "other", "number=1").out == "2\n"
    if not kept:
        assert mapp("remove", "double").code == 0
    assert mapp("add", "folder").code == 0
    assert _version() == "1.0.1"


def _whole_checkout(_: Path) -> None:
    done = mapp_process("path", "double", "--json")
    assert done.code == 0, done.err
    folder = Path(done.json["path"])
    assert (folder / "main.js").read_bytes() == app("double").files["main.js"]
    assert done.json["edited"] is False


def _whole_index(_: Path) -> None:
    found = mapp_process("search", "double a number", "--json")
    assert found.code == 0, found.err
    assert {row["app"] for row in found.json["apps"]} == {"double", "other"}
    status = mapp("index", "status", "--json").json
    assert (status["state"], status["apps"]) == ("ready", 2)


ROWS = 400
MAP = ("map", "double", "--input", "rows.jsonl", "--output", "out.jsonl")


def _rows(world: Path) -> None:
    _old_library(world)
    for left in (world / "work").glob("out.jsonl*"):
        left.unlink()
    rows = "".join(f'{{"number": {number}}}\n' for number in range(ROWS))
    (world / "work" / "rows.jsonl").write_text(rows)


def _mapped_or_continued(world: Path) -> None:
    output = world / "work" / "out.jsonl"
    finished = output.exists() and not output.with_name("out.jsonl.state").exists()
    done = mapp_process(*MAP)
    assert done.code == (1 if finished else 0), done.err
    lines = output.read_text().splitlines()
    assert lines == [f'{{"row":{n + 1},"outcome":"ok","output":{2 * n}}}' for n in range(ROWS)]
    assert [path.name for path in output.parent.glob("out.jsonl*")] == ["out.jsonl"]


SCENARIOS = [
    Scenario("add-over", ("add", "folder"), _old_library, _added_or_not("1.0.0", "1.0.1")),
    Scenario("add-new", ("add", "folder"), _write_new, _added_or_not(None, "1.0.1"), sample=4),
    Scenario("exec", ("exec", "double", "number=21"), _old_library, _ran_or_not),
    Scenario("index", ("index", "rebuild", "--fresh"), _old_library, _whole_index, sample=3),
    Scenario("rollback", ("rollback", "double"), _two_versions, _back_or_not),
    Scenario("bump", ("bump", "./folder"), _behind_its_interface, _bumped_or_not, sample=2),
    Scenario("remove", ("remove", "double"), _old_library, _removed_or_not, sample=3),
    Scenario("path", ("path", "double"), _old_library, _whole_checkout, sample=3),
    Scenario("map", MAP, _rows, _mapped_or_continued, sample=5),
]


def _cases() -> Iterator[object]:
    for scenario in SCENARIOS:
        for number in range(SWEEP):
            marks = [pytest.mark.sweep] if number >= scenario.sample else []
            yield pytest.param(scenario, number, marks=marks, id=f"{scenario.name}-{number}")


_measured: dict[str, float] = {}


def _undisturbed(scenario: Scenario, world: Path) -> float:
    """Returns how long the command takes, measured once per worker in a throw-away library."""
    if scenario.name not in _measured:
        scenario.prepare(world)
        _measured[scenario.name] = duration(scenario.words)
        shutil.rmtree(world / "library")
        shutil.rmtree(world / "work" / "folder", ignore_errors=True)
    return _measured[scenario.name]


@pytest.mark.parametrize(("scenario", "number"), list(_cases()))
def test_a_killed_command_leaves_the_old_state_or_the_new(
    scenario: Scenario, number: int, world: Path
) -> None:
    takes = _undisturbed(scenario, world)
    scenario.prepare(world)
    # Strata, so that a few samples cover the whole command; the sweep refines them.
    part = number % scenario.sample / scenario.sample
    moment = takes * (part + random.Random(f"{scenario.name} {number}").random() / scenario.sample)

    process = started(scenario.words)
    try:
        process.wait(moment)
    except subprocess.TimeoutExpired:
        kill(process)

    fsck(Built().home.root)
    scenario.verify(world)
    fsck(Built().home.root)


@pytest.mark.parametrize(
    "number", [0, 1, *(pytest.param(number, marks=pytest.mark.sweep) for number in range(2, 20))]
)
def test_a_killed_first_command_is_finished_by_the_next(
    number: int, world: Path, starter_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAPP_STARTER", "true")
    process = started(("list",))
    try:
        process.wait(random.Random(number).uniform(0.3, 3))
    except subprocess.TimeoutExpired:
        kill(process)

    assert mapp_process("list", "--json").json["damaged"] == []
    fsck(Built().home.root)
    assert Built().home.lock_file.read_bytes() == (starter_template / "mapp.lock").read_bytes()
