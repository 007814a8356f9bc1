"""What a person at a terminal is asked, what a script is told, and which exit code says so."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from support.library import PartOfLibrary, library
from support.terminal import Answer, mapp, mapp_at_terminal

COUNT = """function main(input, host) {
  const n = (host.store.get("n") || 0) + 1;
  host.store.set("n", n);
  return n;
}
"""
STORE: dict[str, Any] = {"store": {"max_kb": 1}}
SECRET: dict[str, Any] = {
    "http": [
        {
            "host": "api.example",
            "methods": ["GET"],
            "secret": {"name": "EXAMPLE_KEY", "header": "Authorization"},
        }
    ]
}
WEB = ("--grant", "http:api.example", "--grant", "secret:EXAMPLE_KEY")

terminal = pytest.mark.skipif(sys.platform == "win32", reason="no such terminals there")


def _counting() -> PartOfLibrary:
    return library().app("count").stating(capabilities=STORE).source(COUNT)


def _fetching(capabilities: dict[str, Any]) -> None:
    library().app("fetch").stating(capabilities=capabilities).build()


@terminal
def test_a_person_who_agrees_has_granted_it_for_good() -> None:
    _counting().build()
    found = mapp_at_terminal("exec", "count", "number=1", typed="y\n")

    assert (found.code, found.out) == (0, "1\n")
    assert "let count use store, from now on? [y/N]" in found.err
    assert mapp("show", "count", "--json").json["granted"] == ["store"]
    assert mapp("exec", "count", "number=1").out == "2\n"


@terminal
@pytest.mark.parametrize("typed", ["n\n", "\n", "no\n"])
def test_a_person_who_does_not_has_run_nothing(typed: str) -> None:
    _counting().build()
    found = mapp_at_terminal("exec", "count", "number=1", typed=typed)

    assert (found.code, found.out) == (7, "")
    assert "mapp grant count store" in found.err
    assert mapp("show", "count", "--json").json["granted"] == []
    assert mapp("runs", "--json").json["runs"] == []


@terminal
def test_a_person_who_interrupts_has_run_nothing() -> None:
    _counting().build()

    assert mapp_at_terminal("exec", "count", "number=1", typed="\x04").code == 130
    assert mapp("runs", "--json").json["runs"] == []


@terminal
def test_nobody_is_asked_for_what_was_granted_for_this_run() -> None:
    _counting().build()
    found = mapp_at_terminal("exec", "count", "number=1", "--grant", "store", typed="")

    assert (found.code, found.out) == (0, "1\n")
    assert "from now on" not in found.err
    assert mapp("show", "count", "--json").json["granted"] == []


@terminal
def test_json_is_never_interrupted_by_a_question() -> None:
    _counting().build()
    found = mapp_at_terminal("exec", "count", "number=1", "--json", typed="")

    assert (found.code, found.json["error"]["code"]) == (7, "MAPP-0700")


def _requested(*words: str) -> Answer:
    return mapp("run", "double 21", "--yes", "--json", *words)


def test_a_request_needs_the_same_grant_as_a_call() -> None:
    _counting().build()
    refused = _requested()

    assert refused.code == 7
    assert refused.json["error"]["hint"] == "mapp grant count store"
    assert _requested("--grant", "store").json["output"] == 1
    assert _requested().code == 7
    assert mapp(*refused.json["error"]["hint"].split()[1:]).code == 0
    assert _requested().json["output"] == 2


@terminal
def test_a_request_asks_the_person_too() -> None:
    _counting().build()
    found = mapp_at_terminal("run", "double 21", "--yes", typed="y\n")

    assert (found.code, found.out) == (0, "1\n")
    assert "let count use store, from now on?" in found.err


def test_a_missing_key_of_a_host_is_exit_4_with_the_command_that_stores_it() -> None:
    _fetching(SECRET)
    refused = mapp("exec", "fetch", "number=1", "--json", *WEB)

    error = refused.json["error"]
    assert (refused.code, error["code"], error["exit"]) == (4, "MAPP-0720", 4)
    assert error["hint"] == "mapp keys set EXAMPLE_KEY"
    assert mapp("runs", "--json").json["runs"] == []
    assert mapp(*error["hint"].split()[1:], stdin="planted-secret\n").code == 0
    assert mapp("exec", "fetch", "number=1", *WEB).out == "2\n"


def test_a_missing_key_of_the_model_is_found_before_anything_runs() -> None:
    _fetching({"llm": {"max_tokens": 5}})
    mapp("config", "llm", "anthropic:some-model")
    refused = mapp("exec", "fetch", "number=1", "--json", "--grant", "llm")

    assert (refused.code, refused.json["error"]["hint"]) == (4, "mapp keys set LLM")
    assert mapp("runs", "--json").json["runs"] == []


def test_the_environment_gives_a_key_too(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _fetching(SECRET)
    monkeypatch.setenv("MAPP_KEY_EXAMPLE_KEY", "planted-secret")

    assert mapp("exec", "fetch", "number=1", *WEB).code == 0
