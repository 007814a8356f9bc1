"""`--allow-loopback`: loud, written down, for a person's own apps, and said on the command line alone."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mapp.config import SETTINGS
from mapp.library.lockfile import read_lock, write_lock
from support.library import Built, library
from support.terminal import mapp, mapp_process
from support.web import Server, answer, says

FETCH = """function main(input, host) {
  try { return host.http({ url: URL }).body; }
  catch (error) { return error.code; }
}
"""
WARNING = "warning: --allow-loopback: in this run the app may reach services on this machine"


def fetching(port: int, source: str = "local") -> Built:
    """Returns a library with an app that asks a service of this machine."""
    hosts: list[dict[str, Any]] = [{"host": "127.0.0.1", "port": port, "methods": ["GET"], "plain": True}]
    draft = library().app("fetch").stating(capabilities={"http": hosts}, output={"type": "string"})
    built = draft.source(FETCH.replace("URL", json.dumps(f"http://127.0.0.1:{port}/"))).build()
    entries = read_lock(built.home.lock_file)
    entries["fetch"] = replace(
        entries["fetch"], granted=draft.read().manifest.capabilities.names, source=source
    )
    write_lock(built.home.lock_file, entries)
    return built


def test_without_it_the_run_says_why_this_machine_was_not_reached() -> None:
    with Server(says(answer(b"inside"))) as server:
        fetching(server.port)
        found = mapp("exec", "fetch", "number=1")

    assert (found.code, found.out, server.connections) == (0, "address\n", 0)
    assert "warning" not in found.err
    listed = mapp("runs").out
    assert f"refused http GET http://127.0.0.1:{server.port}/: address" in listed
    assert "which is not a public address" in listed


@pytest.mark.parametrize("quiet", [(), ("--quiet",)])
def test_with_it_the_service_answers_and_each_run_warns_and_is_marked(quiet: tuple[str, ...]) -> None:
    with Server(says(answer(b"inside"))) as server:
        fetching(server.port)
        for _ in range(2):
            found = mapp(*quiet, "exec", "fetch", "number=1", "--allow-loopback")
            assert (found.code, found.out) == (0, "inside\n"), found.err
            assert WARNING in found.err
        plain = mapp("exec", "fetch", "number=1")

    assert plain.out == "address\n"
    assert [row["allowed"] for row in mapp("runs", "--json").json["runs"]] == [[], ["loopback"], ["loopback"]]


def test_it_holds_for_requests_and_for_rows(fill: Any) -> None:
    with Server(says(answer(b"inside"))) as server:
        fetching(server.port)
        asked = mapp("run", "double 21", "--allow-loopback")
        rows = mapp("map", "fetch", "--input", str(fill("rows.jsonl", '{"number": 1}\n')), "--allow-loopback")

    assert asked.out == "inside\n" and json.loads(rows.out)["output"] == "inside", asked.err
    assert WARNING in asked.err and WARNING in rows.err


@pytest.mark.parametrize("source", ["https://forge.example/apps/fetch.git", "registry:example"])
@pytest.mark.parametrize("words", [("exec", "fetch", "number=1"), ("run", "double 21")])
def test_it_is_never_for_third_party_apps(source: str, words: tuple[str, ...]) -> None:
    with Server(says(answer(b"inside"))) as server:
        fetching(server.port, source)
        found = mapp(*words, "--allow-loopback")

    assert (found.code, found.out, server.connections) == (7, "", 0)
    assert "MAPP-0710" in found.err and "third-party" in found.err
    assert mapp("runs", "--json").json["runs"] == []


def test_neither_settings_nor_environment_can_allow_it(world: Path, fill: Any) -> None:
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
