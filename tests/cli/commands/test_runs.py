"""`mapp runs` lists runs and shows one run, with its refused host calls and the reasons."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

import pytest

from mapp.config import load_config
from mapp.ops.run.execute import execute
from mapp.ops.workspace import Workspace
from mapp.sandbox.broker.fetcher import Fetcher
from support.library import library
from support.terminal import mapp
from support.web import PUBLIC, Server, World, answer, redirect, says

HOST: dict[str, Any] = {"host": "api.example", "methods": ["GET"], "plain": True}
GRANTS = ("http:api.example+plain",)
REFUSED = {
    "a host that is not granted": (
        "{url: 'http://other.example/'}",
        "forbidden",
        "may not reach other.example",
    ),
    "a method that is not granted": ("{url: 'http://api.example/', method: 'POST'}", "forbidden", "'POST'"),
    "an address inside": ("{url: 'http://api.example/'}", "address", "not a public address"),
    "a redirect inside": ("{url: 'http://api.example/'}", "redirect", "api.example redirects"),
    "a body that is too large": (
        "{url: 'http://api.example/', method: 'GET', body: 'x'.repeat(400000)}",
        "too_large",
        "larger than",
    ),
    "no URL": ("{url: 'file:///etc/passwd'}", "forbidden", "not a plain http or https URL"),
    "no request": ("7", "forbidden", ""),
}


@dataclass(kw_only=True)
class Outside(Workspace):
    """A library whose outside world is simulated."""

    outside: World

    def fetcher(self) -> Fetcher:
        return self.outside.fetcher()


def ran(call: str, outside: World, *, caught: bool = True, settings: str = "true") -> str:
    """Returns the id of a run that made one refused call."""
    body = f"host.http({call})"
    body = f"try {{ {body}; return 1; }} catch (error) {{ return 2; }}" if caught else f"{body}; return 1;"
    draft = library().app("asks").stating(capabilities={"http": [HOST]})
    draft.source(f"function main(input, host) {{ {body} }}").build()
    config = load_config(environment={"MAPP_KEEP_INPUTS": settings, **_places()})
    workspace = Outside(config=config, outside=outside)
    try:
        return execute(workspace, "asks", {"number": 1}, grants=GRANTS).run
    finally:
        workspace.close()


def _places() -> dict[str, str]:
    known = load_config()
    return {
        "MAPP_HOME": str(known.library),
        "MAPP_CACHE": str(known.cache),
        "MAPP_CONFIG": str(known.config_file),
    }


@pytest.mark.parametrize("what", REFUSED)
def test_a_refused_call_is_shown_with_its_reason_even_if_the_app_caught_it(what: str) -> None:
    call, code, reason = REFUSED[what]
    with Server(says(redirect("http://10.0.0.1/"))) as server:
        leads = "10.0.0.1" if code == "address" else PUBLIC
        run = ran(call, World({"api.example": [[leads]]}, server))

    listed = mapp("runs").out
    assert f": {code} (" in listed and reason in listed and "refused http" in listed
    (row,) = mapp("runs", "--json").json["runs"]
    (refused,) = row["refused"]
    assert (row["outcome"], refused["call"], refused["code"], refused["times"]) == ("ok", "http", code, 1)
    assert reason in refused["message"]
    shown = mapp("runs", run[:14]).out
    assert f": {code} (" in shown and reason in shown and run in shown
    assert mapp("runs", run, "--json").json["run"]["refused"] == [refused]


def test_a_refusal_that_ends_the_run_is_shown() -> None:
    ran("{url: 'http://other.example/'}", World({}), caught=False)

    (row,) = mapp("runs", "--failed", "--json").json["runs"]
    assert row["outcome"] == "threw" and row["refused"][0]["code"] == "forbidden"


def test_queries_are_left_out_and_equal_refusals_are_counted() -> None:
    body = "for (let n = 0; n < 3; n += 1) try { host.http({url: 'http://no.example/a?key=1'}) } catch {}"
    draft = library().app("asks").stating(capabilities={"http": [HOST]})
    draft.source(f"function main(input, host) {{ {body} return 1; }}").build()
    assert mapp("exec", "asks", "number=1", "--grant", GRANTS[0]).out == "1\n"

    (refused,) = mapp("runs", "--json").json["runs"][0]["refused"]
    assert (refused["target"], refused["times"]) == ("GET http://no.example/a", 3)
    assert "3 times" in mapp("runs").out


def test_without_inputs_only_the_kind_of_refusal_is_kept() -> None:
    ran("{url: 'http://secret-name.example/'}", World({}), settings="false")

    found = mapp("runs", "--json")
    assert found.json["runs"][0]["refused"] == [
        {"call": "http", "code": "forbidden", "message": "", "target": "", "times": 1}
    ]
    assert "secret-name" not in found.out and "refused http: forbidden" in mapp("runs").out


def test_a_run_without_refusals_shows_none() -> None:
    with Server(says(answer())) as server:
        run = ran("{url: 'http://api.example/'}", World({"api.example": [[PUBLIC]]}, server))

    assert "refused" not in mapp("runs").out and "refused" not in mapp("runs", run).out
    shown = mapp("runs", run, "--json").json["run"]
    assert (shown["refused"], shown["allowed"]) == ([], [])
    assert [row["call"] for row in shown["calls"]] == ["http"]


def test_a_run_id_cannot_be_combined_with_filters() -> None:
    assert mapp("runs", "abc", "--failed").code == 2
    assert mapp("runs", "abc").code == 1


def test_the_json_answer_has_the_documented_fields() -> None:
    library().app("double").build()
    mapp("exec", "double", "number=1.5")

    run = mapp("runs", "--json").json["runs"][0]

    assert set(run) == {
        *("id", "started", "app", "commit", "tree", "version", "request", "input", "output", "outcome"),
        *("detail", "now_ms", "seed", "wall_ms", "total_ms", "engine", "isolation", "refused", "allowed"),
        *("differences", "retries", "check"),
    }
    assert (run["app"], run["input"], run["output"], run["outcome"]) == ("double", {"number": 1.5}, 3, "ok")


def test_a_damaged_journal_does_not_stop_runs() -> None:
    built = library().app("double").build()
    built.home.journal.write_bytes(b"no database at all, " * 100)

    assert mapp("runs").code == 6
    assert mapp("exec", "double", "number=1").out == "2\n"
    assert len(mapp("runs", "--json").json["runs"]) == 1


def test_a_locked_journal_does_not_stop_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    built = library().app("double").build()
    mapp("exec", "double", "number=1")
    from mapp.observe.journal import Journal

    def locked(*_: Any) -> None:
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(Journal, "record", locked)
    found = mapp("exec", "double", "number=2")

    assert (found.code, found.out) == (0, "4\n")
    assert "could not be written into the journal" in found.err
    assert built.home.journal.exists()
