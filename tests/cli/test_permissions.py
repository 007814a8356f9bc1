"""What apps may do: questions at the terminal, errors for scripts, and options for one run."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mapp.config import SETTINGS
from mapp.library.lockfile import read_lock, write_lock
from support.library import Built, PartOfLibrary, library
from support.terminal import Answer, mapp, mapp_at_terminal, mapp_process
from support.web import Server, answer, says

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
def test_a_person_who_agrees_grants_the_capability_permanently() -> None:
    _counting().build()
    found = mapp_at_terminal("exec", "count", "number=1", typed="y\n")

    assert (found.code, found.out) == (0, "1\n")
    assert "let count use store, from now on? [y/N]" in found.err
    assert mapp("show", "count", "--json").json["granted"] == ["store"]
    assert mapp("exec", "count", "number=1").out == "2\n"


@terminal
@pytest.mark.parametrize("typed", ["n\n", "\n", "no\n"])
def test_if_the_person_declines_nothing_runs(typed: str) -> None:
    _counting().build()
    found = mapp_at_terminal("exec", "count", "number=1", typed=typed)

    assert (found.code, found.out) == (7, "")
    assert "mapp grant count store" in found.err
    assert mapp("show", "count", "--json").json["granted"] == []
    assert mapp("runs", "--json").json["runs"] == []


@terminal
def test_if_the_person_interrupts_nothing_runs() -> None:
    _counting().build()

    assert mapp_at_terminal("exec", "count", "number=1", typed="\x04").code == 130
    assert mapp("runs", "--json").json["runs"] == []


@terminal
def test_a_grant_for_this_run_is_not_asked_about() -> None:
    _counting().build()
    found = mapp_at_terminal("exec", "count", "number=1", "--grant", "store", typed="")

    assert (found.code, found.out) == (0, "1\n")
    assert "from now on" not in found.err
    assert mapp("show", "count", "--json").json["granted"] == []


@terminal
def test_with_json_no_question_is_asked() -> None:
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


def test_a_missing_key_ends_with_exit_code_4_and_the_command_that_stores_it() -> None:
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


def test_a_key_can_come_from_the_environment(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _fetching(SECRET)
    monkeypatch.setenv("MAPP_KEY_EXAMPLE_KEY", "planted-secret")

    assert mapp("exec", "fetch", "number=1", *WEB).code == 0


# --allow-loopback

FETCH = """function main(input, host) {
  try { return host.http({ url: URL }).body; }
  catch (error) { return error.code; }
}
"""
WARNING = "warning: --allow-loopback: in this run the app may reach services on this machine"


def fetching(port: int, source: str = "local") -> Built:
    """Returns a library with an app that contacts a service on this machine."""
    hosts: list[dict[str, Any]] = [{"host": "127.0.0.1", "port": port, "methods": ["GET"], "plain": True}]
    draft = library().app("fetch").stating(capabilities={"http": hosts}, output={"type": "string"})
    built = draft.source(FETCH.replace("URL", json.dumps(f"http://127.0.0.1:{port}/"))).build()
    entries = read_lock(built.home.lock_file)
    entries["fetch"] = replace(
        entries["fetch"], granted=draft.read().manifest.capabilities.names, source=source
    )
    write_lock(built.home.lock_file, entries)
    return built


def test_without_allow_loopback_the_journal_says_why_the_call_was_refused() -> None:
    with Server(says(answer(b"inside"))) as server:
        fetching(server.port)
        found = mapp("exec", "fetch", "number=1")

    assert (found.code, found.out, server.connections) == (0, "address\n", 0)
    assert "warning" not in found.err
    listed = mapp("runs").out
    assert f"refused http GET http://127.0.0.1:{server.port}/: address" in listed
    assert "which is not a public address" in listed


@pytest.mark.parametrize("quiet", [(), ("--quiet",)])
def test_with_allow_loopback_the_service_answers_and_each_run_warns_and_is_marked(
    quiet: tuple[str, ...],
) -> None:
    with Server(says(answer(b"inside"))) as server:
        fetching(server.port)
        for _ in range(2):
            found = mapp(*quiet, "exec", "fetch", "number=1", "--allow-loopback")
            assert (found.code, found.out) == (0, "inside\n"), found.err
            assert WARNING in found.err
        plain = mapp("exec", "fetch", "number=1")

    assert plain.out == "address\n"
    assert [row["allowed"] for row in mapp("runs", "--json").json["runs"]] == [[], ["loopback"], ["loopback"]]


def test_allow_loopback_works_for_requests_and_for_rows(fill: Any) -> None:
    with Server(says(answer(b"inside"))) as server:
        fetching(server.port)
        asked = mapp("run", "double 21", "--allow-loopback")
        rows = mapp("map", "fetch", "--input", str(fill("rows.jsonl", '{"number": 1}\n')), "--allow-loopback")

    assert asked.out == "inside\n" and json.loads(rows.out)["output"] == "inside", asked.err
    assert WARNING in asked.err and WARNING in rows.err


@pytest.mark.parametrize("source", ["https://forge.example/apps/fetch.git", "registry:example"])
@pytest.mark.parametrize("words", [("exec", "fetch", "number=1"), ("run", "double 21")])
def test_third_party_apps_never_reach_this_machine(source: str, words: tuple[str, ...]) -> None:
    with Server(says(answer(b"inside"))) as server:
        fetching(server.port, source)
        found = mapp(*words, "--allow-loopback")

    assert (found.code, found.out, server.connections) == (7, "", 0)
    assert "MAPP-0710" in found.err and "third-party" in found.err
    assert mapp("runs", "--json").json["runs"] == []


def test_neither_settings_nor_environment_can_allow_loopback(world: Path, fill: Any) -> None:
    assert not [name for name in SETTINGS if "loopback" in name]
    with Server(says(answer(b"inside"))) as server:
        fetching(server.port)
        names = ("MAPP_ALLOW_LOOPBACK", "MAPP_LOOPBACK", "MAPP_EXEC_ALLOW_LOOPBACK", "MAPP_EXEC_LOOPBACK")
        found = mapp_process("exec", "fetch", "number=1", env={**os.environ, **dict.fromkeys(names, "1")})
        assert (found.out, server.connections) == ("address\n", 0), found.err
    fill(".mapp.toml", "allow_loopback = true\n")
    assert mapp("exec", "fetch", "number=1").code == 8
    Path(".mapp.toml").unlink()
    assert mapp("config", "allow_loopback", "true").code == 2
