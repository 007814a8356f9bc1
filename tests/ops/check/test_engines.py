"""`mapp test --differential` runs an app on the other engines, and node, and reports differences."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mapp.library.lockfile import read_lock, write_lock
from mapp.sandbox.engine import installed
from mapp.sandbox.executors import node
from support.library import Built, library
from support.terminal import mapp

two_engines = pytest.mark.skipif(len(installed()) < 2, reason="only one engine is installed")

UNLIKE = "function main(input) { return /\\p{Lu}/iu.test('A') ? input.number * 2 : 1; }\n"
needs_node = pytest.mark.skipif(node.find_node() is None, reason="node is not installed")


@pytest.fixture
def no_node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "find_node", lambda: None)


def _from(source: str) -> Built:
    built = library().app("double").build()
    entry = read_lock(built.home.lock_file)["double"]
    write_lock(built.home.lock_file, {"double": replace(entry, source=source)})
    return built


@two_engines
def test_engines_that_agree_are_counted(no_node: None) -> None:
    library().app("double").build()
    found = mapp("test", "--differential", "double", "--inputs", "5", "--json")
    (row,) = found.json["apps"]
    ((engine, counts),) = row["evidence"].items()

    assert (found.code, found.json["passed"]) == (0, True)
    assert found.json["engine"].startswith("quickjs-ng 0.17")
    assert (row["app"], row["check"], row["status"]) == ("double", "engines", "passed")
    assert engine.startswith("quickjs-ng 0.11.0 (dukpy")
    assert counts == {"compared": 6, "differing": 0, "limited": 0}


@two_engines
def test_a_difference_is_a_failed_check_with_the_command_that_shows_it(no_node: None) -> None:
    library().app("double").source(UNLIKE).build()
    found = mapp("test", "--differential", "double", "--inputs", "5")

    assert found.code == 8
    assert "tests/examples.jsonl:1: quickjs-ng 0.11.0 (dukpy" in found.err
    assert "MAPP_ENGINE=dukpy mapp exec double --input -" in found.err
    assert found.out == ""


@two_engines
def test_the_suggested_command_shows_the_difference(no_node: None, monkeypatch: pytest.MonkeyPatch) -> None:
    library().app("double").source(UNLIKE).build()

    ours = mapp("exec", "double", "--input", "-", stdin='{"number": 2}')
    monkeypatch.setenv("MAPP_ENGINE", "dukpy")
    theirs = mapp("exec", "double", "--input", "-", stdin='{"number": 2}')

    assert (ours.out, theirs.out) == ("4\n", "1\n")


@two_engines
def test_the_configured_engine_is_compared_with_the_other_one(
    no_node: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAPP_ENGINE", "dukpy")
    library().app("double").build()
    found = mapp("test", "--differential", "double", "--inputs", "5", "--json")

    assert found.json["engine"].startswith("quickjs-ng 0.11.0 (dukpy")
    assert [name.partition(" ")[2][:4] for name in found.json["apps"][0]["evidence"]] == ["0.17"]


@two_engines
def test_a_missing_node_is_reported(no_node: None) -> None:
    library().app("double").build()

    assert (
        "left out: node: Cannot compare with node: it is not installed"
        in mapp("test", "--differential", "double").err
    )


@needs_node
@two_engines
def test_node_is_compared_with_a_warning_about_its_isolation() -> None:
    library().app("double").build()
    found = mapp("test", "--differential", "double", "--inputs", "5", "--json")

    assert any(engine.startswith("node ") for engine in found.json["apps"][0]["evidence"])
    assert "node is not a sandbox" in found.err


@needs_node
@two_engines
def test_third_party_apps_do_not_run_in_node_unless_the_settings_accept_it() -> None:
    _from("registry")
    refused = mapp("test", "--differential", "double", "--inputs", "5", "--json").json["apps"][0]["evidence"]
    mapp("config", "isolation_strangers", "none")
    accepted = mapp("test", "--differential", "double", "--inputs", "5", "--json").json["apps"][0]["evidence"]

    assert refused["too_little_isolation"] == ["node"]
    assert not any(engine.startswith("node ") for engine in refused)
    assert any(engine.startswith("node ") for engine in accepted)


@needs_node
@two_engines
def test_without_differential_node_is_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> str:
        raise AssertionError("node was looked for")

    monkeypatch.setattr(node, "find_node", refuse)
    library().app("double").build()

    assert mapp("test", "double").code == 0
    assert mapp("exec", "double", "number=2").out == "4\n"
