"""Which apps run on a machine that isolates less than it could."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mapp.library.lockfile import read_lock, write_lock
from mapp.ops.isolation import is_strange
from mapp.sandbox.forking import ForkingExecutor
from mapp.sandbox.spawning import SpawningExecutor
from support.apps import app
from support.library import Built, git, library
from support.terminal import mapp


@pytest.fixture
def weak(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that gives a process of its own and no more."""
    monkeypatch.setattr(ForkingExecutor, "isolation", "process")
    monkeypatch.setattr(SpawningExecutor, "isolation", "process")


def _from(source: str) -> Built:
    built = library().app("double").build()
    entry = read_lock(built.home.lock_file)["double"]
    write_lock(built.home.lock_file, {"double": replace(entry, source=source)})
    return built


@pytest.mark.parametrize("source", ["local", "starter"])
def test_what_one_wrote_or_what_ships_runs_on_a_weak_machine(weak: None, source: str) -> None:
    _from(source)

    assert mapp("exec", "double", "number=2").out == "4\n"


@pytest.mark.parametrize("source", ["registry", "https://apps.example/double", "Local", ""])
def test_what_others_wrote_is_refused_there_until_the_hint_is_followed(weak: None, source: str) -> None:
    _from(source)
    refused = mapp("exec", "double", "number=2", "--json")

    assert (refused.code, refused.json["error"]["code"]) == (1, "MAPP-0400")
    assert mapp("runs", "--json").json["runs"] == []
    fix = refused.json["error"]["hint"].partition("mapp ")[2].split()
    assert fix == ["config", "isolation_strangers", "process"]
    assert mapp(*fix).code == 0
    assert mapp("exec", "double", "number=2").out == "4\n"


def test_where_an_app_comes_from_is_known_without_the_lock_too(weak: None) -> None:
    built = library().build()
    built.put(app("double"), source="registry")
    built.put(app("mine"))
    write_lock(built.home.lock_file, {})

    assert mapp("exec", "double", "number=2").code == 1
    assert mapp("exec", "mine", "number=2").out == "4\n"


def test_what_nobody_knows_the_origin_of_does_not_run(weak: None) -> None:
    built = library().app("double").build()
    write_lock(built.home.lock_file, {})
    for name in ("landing", "landed"):
        git(built.repository("double"), "update-ref", "-d", f"refs/mapp/{name}")

    assert is_strange(built.home, "double")
    assert mapp("exec", "double", "number=2").code == 6


def test_a_replay_is_a_run_too(monkeypatch: pytest.MonkeyPatch) -> None:
    _from("registry")
    run = mapp("exec", "double", "number=2", "--json").json["run"]
    monkeypatch.setattr(ForkingExecutor, "isolation", "process")
    monkeypatch.setattr(SpawningExecutor, "isolation", "process")

    assert mapp("replay", run, "--json").json["error"]["code"] == "MAPP-0400"


def test_the_checks_of_what_others_wrote_are_runs_too(weak: None, world: Path) -> None:
    _from("registry")
    folder = app("double").source("function main(input) { return 2 * input.number; }").version("1.0.1")

    assert mapp("test", "double", "--json").json["error"]["code"] == "MAPP-0400"
    assert "MAPP-0400" in mapp("add", str(folder.write(world / "work" / "double"))).err


def test_a_folder_of_ones_own_is_checked_and_added_on_a_weak_machine(weak: None, world: Path) -> None:
    folder = app("own").write(world / "work" / "own")

    assert mapp("add", str(folder)).code == 0
    assert mapp("exec", "own", "number=2").out == "4\n"


def test_doctor_says_what_is_demanded_and_what_is_refused(weak: None) -> None:
    library().build()
    found = mapp("doctor", "--json").json
    (sandbox,) = [row for row in found["findings"] if row["what"] == "sandbox"]

    assert found["isolation"] == "process"
    assert found["demanded"] == {"own": "process", "strangers": "full"}
    assert sandbox["state"] == "warning"
    assert sandbox["detail"].endswith("mapp config isolation_strangers process")


def test_the_folder_that_one_stands_in_cannot_lower_a_wall(fill: object) -> None:
    assert callable(fill)
    library().app("double").build()
    fill(".mapp.toml", 'isolation_strangers = "none"\n')

    refused = mapp("exec", "double", "number=2")
    assert refused.code == 8
    assert "isolation_strangers: is for your own settings file only" in refused.err
