"""A run saved as a test: written into a folder, parsed, and used by the checks offline."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mapp.errors import InvalidApp
from mapp.model.app import read_app
from mapp.ops.workspace import Workspace
from support.apps import Draft, app
from support.library import library
from support.terminal import mapp
from support.web import World, answer, says, web

FETCH = """function main(input, host) {
  let found;
  try { found = host.http({url: "http://api.example/rate?n=" + input.number}); }
  catch (error) { throw new Error("unavailable"); }
  return found.status === 200 ? Number(found.body) : 0;
}
"""
HTTP: dict[str, Any] = {"http": [{"host": "api.example", "methods": ["GET"], "plain": True}]}
ERRORS = {"unavailable": "the service does not answer"}
GRANT = ("--grant", "http:api.example+plain")


def _draft(name: str = "rate") -> Draft:
    draft = app(name).stating(capabilities=HTTP, errors=ERRORS).source(FETCH)
    return draft.file("tests/examples.jsonl", "").example({"number": 2}, error="unavailable")


def _bump(folder: Path) -> None:
    manifest = folder / "mapp.toml"
    manifest.write_text(manifest.read_text().replace('"1.0.0"', '"1.0.1"'))


@pytest.fixture
def folder(world: Path) -> Path:
    return _draft().write(world / "work" / "rate")


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A run against a real server; afterwards only the recording has the answer."""
    library().build().put(_draft())
    with web(says(answer(b"42"))) as (outside, _):
        monkeypatch.setattr(Workspace, "fetcher", lambda self: outside.fetcher())
        done = mapp("exec", "rate", "number=7", "--json", *GRANT)
    monkeypatch.setattr(Workspace, "fetcher", lambda self: World({}).fetcher())
    assert done.json["output"] == 42
    identity: str = done.json["run"]
    return identity


def test_an_app_without_a_recorded_good_answer_is_only_refused_for_that(folder: Path) -> None:
    found = mapp("test", str(folder), "--json")

    failed = [row["check"] for row in found.json["checks"] if row["status"] == "failed"]
    assert (found.code, failed) == (8, ["answers"])


def test_an_app_that_fails_without_an_answer_is_refused(folder: Path) -> None:
    call = "host.http({url: 'http://api.example/'})"
    (folder / "main.js").write_text(f"function main(input, host) {{ return {call}.status; }}")

    found = mapp("add", str(folder))
    assert found.code == 8
    assert "HostError: no recording answers this call" in found.err


def test_a_run_becomes_a_recording_and_an_example_that_the_checks_use(folder: Path, run: str) -> None:
    kept = mapp("replay", run, "--save-recording", str(folder), "--name", "seven", "--json")

    assert kept.code == 0
    assert Path(kept.json["recording"]) == folder / "tests/recordings/seven.json"
    document = json.loads((folder / "tests/recordings/seven.json").read_text())
    assert document["recording"] == 1 and {"now", "seed"} <= {*document}
    assert [(row["call"], row["answer"]["body"]) for row in document["calls"]] == [("http", "42")]
    rows = [json.loads(row) for row in (folder / "tests/examples.jsonl").read_text().splitlines()]
    assert rows[-1] == {"input": {"number": 7}, "output": 42, "recording": "seven"}

    _bump(folder)
    assert mapp("add", str(folder)).code == 0
    assert mapp("test", "rate").code == 0


def test_without_its_recording_the_example_fails(folder: Path, run: str) -> None:
    mapp("replay", run, "--save-recording", str(folder), "--name", "seven")
    path = folder / "tests/recordings/seven.json"
    path.write_text(path.read_text().replace('"body": "42"', '"body": "41"'))

    found = mapp("add", str(folder))
    assert found.code == 8
    assert "tests/examples.jsonl:2: gave 41 instead of 42" in found.err


def test_an_example_without_a_recording_uses_any_recording(folder: Path, run: str) -> None:
    mapp("replay", run, "--save-recording", str(folder))
    path = folder / "tests/examples.jsonl"
    rows = [json.loads(row) for row in path.read_text().splitlines()]
    assert rows[-1].pop("recording") == f"run-{run}"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    _bump(folder)

    assert mapp("test", str(folder)).code == 0


def test_nothing_is_overwritten_and_nothing_lands_in_the_wrong_folder(
    folder: Path, run: str, world: Path
) -> None:
    other = app("other").write(world / "work" / "other")
    keep = ("replay", run, "--save-recording")

    assert mapp(*keep, str(folder)).code == 0
    assert mapp(*keep, str(folder)).code == 1
    assert "contains other" in mapp(*keep, str(other)).err
    assert "does not contain an app" in mapp(*keep, str(world)).err
    assert mapp(*keep, str(folder), "--name", "../x").code == 2
    assert mapp("replay", run, "--name", "x").code == 2
    assert len(list((folder / "tests/recordings").iterdir())) == 1


def test_a_run_without_host_calls_cannot_be_saved(world: Path) -> None:
    library().app("double").build()
    run = mapp("exec", "double", "number=1", "--json").json["run"]
    folder = app("double").write(world / "work" / "double")

    assert "made no host calls" in mapp("replay", run, "--save-recording", str(folder)).err


CALL: dict[str, Any] = {"call": "http", "arguments": [{}], "answer": None}


@pytest.mark.parametrize(
    ("document", "path", "message"),
    [
        ([], "tests/recordings/a.json", "must be a table"),
        ({"calls": []}, "tests/recordings/a.json.recording", "is missing"),
        ({"recording": 2, "calls": []}, "tests/recordings/a.json.recording", "must be 1"),
        ({"recording": 1, "colour": 1}, "tests/recordings/a.json.colour", "is not a known key"),
        ({"recording": 1, "calls": {}}, "tests/recordings/a.json.calls", "must be a list"),
        ({"recording": 1, "calls": [{**CALL, "call": "exec"}]}, "calls[0].call", "is not a host call"),
        ({"recording": 1, "calls": [{**CALL, "arguments": {}}]}, "calls[0].arguments", "must be a list"),
        ({"recording": 1, "calls": [{**CALL, "error": {}}]}, "calls[0]", "either an answer or an error"),
        ({"recording": 1, "calls": [{**CALL, "x": 1}]}, "calls[0].x", "is not a known key"),
        ({"recording": 1, "now": "x"}, "tests/recordings/a.json.now", "must be a whole number"),
        ({"recording": 1, "calls": [CALL] * 1001}, "tests/recordings/a.json.calls", "more than 1000"),
    ],
)
def test_an_invalid_recording_is_refused_with_its_path(document: Any, path: str, message: str) -> None:
    draft = _draft().file("tests/recordings/a.json", json.dumps(document))

    with pytest.raises(InvalidApp) as error:
        read_app(draft.files)
    assert any(path in row.path and message in row.message for row in error.value.problems), error.value


def test_an_example_with_a_missing_recording_is_refused() -> None:
    draft = _draft().example({"number": 1}, output=1, recording="gone")

    with pytest.raises(InvalidApp, match="names 'gone'"):
        read_app(draft.files)


def test_text_that_is_not_json_is_refused_with_its_path() -> None:
    for text in ("", "{", '{"recording": 1, "calls": [' + "[" * 100, '{"a": 1, "a": 2}'):
        with pytest.raises(InvalidApp, match=r"tests/recordings/a\.json"):
            read_app(_draft().file("tests/recordings/a.json", text).files)
