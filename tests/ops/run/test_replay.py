"""Re-running a recorded run offline."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from mapp.config import load_config
from support.apps import app
from support.library import Built, library
from support.terminal import mapp

COUNT = """function main(input, host) {
  const n = (host.store.get("n") || 0) + 1;
  host.store.set("n", n);
  return n;
}
"""
STORE: dict[str, Any] = {"store": {"max_kb": 1}}


@pytest.fixture
def built() -> Built:
    return library().app("count").stating(capabilities=STORE).source(COUNT).build()


def _run(*words: str) -> str:
    run: str = mapp("exec", "count", "number=1", "--json", *words).json["run"]
    return run


def test_a_replay_is_equal_and_changes_nothing(built: Built) -> None:
    mapp("grant", "count", "store")
    runs = [_run() for _ in range(3)]

    found = mapp("replay", runs[0], "--json")
    assert found.code == 0
    assert (found.json["equal"], found.json["output"], found.json["changes"]) == (True, 1, [])
    assert mapp("exec", "count", "number=1").out.strip() == "4"


def test_a_replay_needs_no_grant_and_only_the_start_of_the_id(built: Built) -> None:
    run = _run("--grant", "store")

    assert mapp("replay", run[:-2]).out.startswith("equal")


def test_another_revision_is_compared_call_by_call(built: Built) -> None:
    run = _run("--grant", "store")
    built.put(app("count").version("1.0.1").stating(capabilities=STORE).source(COUNT.replace("+ 1;", "+ 2;")))

    assert mapp("replay", run).code == 0
    found = mapp("replay", run, "--commit", "main", "--json")
    assert (found.code, found.json["equal"]) == (1, False)
    assert [row["where"] for row in found.json["changes"]] == ["outcome", "output", "calls[1]"]
    assert found.json["changes"][2]["after"] == 'store.set["n",2] -> unrecorded'


def test_an_app_without_capabilities_is_replayed_too() -> None:
    library().app("double").build()
    run = mapp("exec", "double", "number=4", "--json").json["run"]

    assert mapp("replay", run, "--json").json["output"] == 8


def test_an_unknown_run_is_reported(built: Built) -> None:
    assert mapp("replay", "0000").code == 1
    assert mapp("replay", "%").code == 1


def test_a_run_whose_input_was_not_kept_cannot_be_replayed(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAPP_KEEP_INPUTS", "false")
    run = _run("--grant", "store")

    assert "was not kept" in mapp("replay", run).err


@pytest.mark.parametrize(
    "calls",
    ["[[[[", "[" * 5000, "7", "null", '[{"call": 7}]', '[{"call":"store.get","arguments":["n"],"error":7}]',
     '[{"call":7,"arguments":[]}]', '[{"call":"llm","arguments":[],"error":{"code":[]}}]'],
)  # fmt: skip
def test_a_damaged_recording_is_reported(built: Built, calls: str) -> None:
    run = _run("--grant", "store")
    _tampered(calls)
    found = mapp("replay", run)

    assert found.code == 6, found.err
    assert "damaged" in found.err


def test_a_changed_recording_causes_a_difference_and_nothing_else(built: Built) -> None:
    """A recording on disk may have been rewritten. A replay shows the difference and opens no connection."""
    run = _run("--grant", "store")
    _tampered('[{"call":"store.get","arguments":["n"],"answer":41}]')
    found = mapp("replay", run, "--json")

    assert (found.code, found.json["equal"]) == (1, False)
    assert mapp("exec", "count", "number=1", "--grant", "store").out.strip() == "2"


def _tampered(calls: str) -> None:
    with closing(sqlite3.connect(load_config().library / "journal.sqlite")) as journal, journal:
        journal.execute("UPDATE recordings SET calls = ?", [calls])
