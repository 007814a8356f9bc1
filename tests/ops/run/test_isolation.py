"""Which apps run on a machine that isolates less than it could."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mapp.library.lockfile import read_lock, write_lock
from mapp.ops.run.permissions import is_third_party
from mapp.sandbox.engine import installed
from mapp.sandbox.executors.forking import ForkingExecutor
from mapp.sandbox.executors.spawning import SpawningExecutor
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
def test_your_own_apps_and_shipped_apps_run_on_a_weak_machine(weak: None, source: str) -> None:
    _from(source)

    assert mapp("exec", "double", "number=2").out == "4\n"


@pytest.mark.parametrize("source", ["registry", "https://apps.example/double", "Local", ""])
def test_third_party_apps_are_refused_there_until_the_hint_is_followed(weak: None, source: str) -> None:
    _from(source)
    refused = mapp("exec", "double", "number=2", "--json")

    assert (refused.code, refused.json["error"]["code"]) == (1, "MAPP-0400")
    assert mapp("runs", "--json").json["runs"] == []
    fix = refused.json["error"]["hint"].partition("mapp ")[2].split()
    assert fix == ["config", "isolation_strangers", "process"]
    assert mapp(*fix).code == 0
    assert mapp("exec", "double", "number=2").out == "4\n"


def test_the_origin_of_an_app_is_known_even_without_the_lock(weak: None) -> None:
    built = library().build()
    built.put(app("double"), source="registry")
    built.put(app("mine"))
    write_lock(built.home.lock_file, {})

    assert mapp("exec", "double", "number=2").code == 1
    assert mapp("exec", "mine", "number=2").out == "4\n"


def test_an_app_of_unknown_origin_does_not_run(weak: None) -> None:
    built = library().app("double").build()
    write_lock(built.home.lock_file, {})
    for name in ("landing", "landed"):
        git(built.repository("double"), "update-ref", "-d", f"refs/mapp/{name}")

    assert is_third_party(built.home, "double")
    assert mapp("exec", "double", "number=2").code == 6


def test_a_replay_is_a_run_too(monkeypatch: pytest.MonkeyPatch) -> None:
    _from("registry")
    run = mapp("exec", "double", "number=2", "--json").json["run"]
    monkeypatch.setattr(ForkingExecutor, "isolation", "process")
    monkeypatch.setattr(SpawningExecutor, "isolation", "process")

    assert mapp("replay", run, "--json").json["error"]["code"] == "MAPP-0400"


def test_checking_a_third_party_app_counts_as_running_it(weak: None, world: Path) -> None:
    _from("registry")
    folder = app("double").source("function main(input) { return 2 * input.number; }").version("1.0.1")

    assert mapp("test", "double", "--json").json["error"]["code"] == "MAPP-0400"
    assert "MAPP-0400" in mapp("add", str(folder.write(world / "work" / "double"))).err


def test_your_own_folder_is_checked_and_added_on_a_weak_machine(weak: None, world: Path) -> None:
    folder = app("own").write(world / "work" / "own")

    assert mapp("add", str(folder)).code == 0
    assert mapp("exec", "own", "number=2").out == "4\n"


def test_doctor_reports_the_required_isolation_and_what_it_refuses(weak: None) -> None:
    library().build()
    found = mapp("doctor", "--json").json
    (sandbox,) = [row for row in found["findings"] if row["what"] == "sandbox"]

    assert found["isolation"] == "process"
    assert found["demanded"] == {"own": "process", "strangers": "full"}
    assert sandbox["state"] == "warning"
    assert sandbox["detail"].endswith("mapp config isolation_strangers process")


def test_a_project_file_cannot_lower_the_isolation(fill: object) -> None:
    assert callable(fill)
    library().app("double").build()
    fill(".mapp.toml", 'isolation_strangers = "none"\n')

    refused = mapp("exec", "double", "number=2")
    assert refused.code == 8
    assert "isolation_strangers: can be set only in your own settings file" in refused.err


@pytest.fixture
def accepting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that accept third-party apps without the walls of the kernel."""
    monkeypatch.setenv("MAPP_ISOLATION_STRANGERS", "process")


needs_both = pytest.mark.skipif(len(installed()) < 2, reason="there is one engine here")


@needs_both
def test_without_the_walls_of_the_kernel_a_faulty_engine_runs_no_third_party_app(
    weak: None, accepting: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    _from("registry")
    monkeypatch.setenv("MAPP_ENGINE", "dukpy")
    refused = mapp("exec", "double", "number=2", "--json")
    error = refused.json["error"]

    assert (refused.code, error["code"]) == (7, "MAPP-0411")
    assert "dukpy" in error["message"] and "quickjs-ng#1368" in error["message"]
    assert mapp("runs", "--json").json["runs"] == []
    assert mapp("test", "double", "--json").json["error"]["code"] == "MAPP-0411"
    fix = error["hint"].partition("mapp ")[2].split()
    assert fix == ["config", "engine", "quickjs-ng"]
    monkeypatch.delenv("MAPP_ENGINE")
    assert mapp(*fix).code == 0
    assert mapp("exec", "double", "number=2").out == "4\n"


@needs_both
def test_a_faulty_engine_still_runs_your_own_apps(
    weak: None, accepting: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    _from("local")
    monkeypatch.setenv("MAPP_ENGINE", "dukpy")

    assert mapp("exec", "double", "number=2").out == "4\n"


@needs_both
def test_at_full_isolation_a_faulty_engine_runs_third_party_apps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ForkingExecutor, "isolation", "full")
    _from("registry")
    monkeypatch.setenv("MAPP_ENGINE", "dukpy")

    assert mapp("exec", "double", "number=2").out == "4\n"


def test_an_engine_without_faults_runs_third_party_apps_if_the_settings_accept_it(
    weak: None, accepting: None
) -> None:
    _from("registry")

    assert mapp("exec", "double", "number=2").out == "4\n"


@needs_both
def test_doctor_names_each_engine_its_own_version_and_its_faults() -> None:
    rows = {row["what"]: row for row in mapp("doctor", "--json").json["findings"]}
    first, second = rows["engines"]["detail"].split("; ")

    assert first.startswith("quickjs-ng 0.17") and "QuickJS-ng 0.17.0, public faults: none known" in first
    assert second.startswith("quickjs-ng 0.11.0 (dukpy 0.6") and "QuickJS-ng 0.11.0" in second
    assert all(f"quickjs-ng#{issue}" in second for issue in (1296, 1297, 1305, 1368))
    assert rows["engines"]["state"] == "ok"


@needs_both
def test_doctor_warns_of_a_faulty_engine_that_is_in_use(weak: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPP_ENGINE", "dukpy")
    rows = {row["what"]: row for row in mapp("doctor", "--json").json["findings"]}

    assert rows["engines"]["state"] == "warning"
    assert "it runs no third-party apps" in rows["engines"]["detail"]


def test_a_project_does_not_choose_the_engine(fill: Callable[[str, str], Path]) -> None:
    library().app("double").build()
    fill(".mapp.toml", 'engine = "dukpy"\n')

    assert mapp("exec", "double", "number=2").code != 0
