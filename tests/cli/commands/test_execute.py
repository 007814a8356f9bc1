from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from support.apps import app
from support.library import git, library
from support.terminal import mapp, mapp_process

Fill = Callable[[str, str | bytes], Path]


def test_the_json_answer_names_app_commit_arguments_and_output() -> None:
    built = library().app("double").build()

    found = mapp("exec", "double", "number=21", "--json")

    answer = found.json
    assert found.code == 0 and found.err == ""
    run = answer.pop("run")
    assert answer == {
        "schema": 1,
        "app": "double",
        "version": "1.0.0",
        "commit": git(built.repository("double"), "rev-parse", "main"),
        "arguments": {"number": 21},
        "output": 42,
        "outcome": "ok",
        "doubt": [],
    }
    assert [row["id"] for row in mapp("runs", "--json").json["runs"]] == [run]


def test_exec_prints_the_value_and_nothing_else() -> None:
    library().app("double").build()

    found = mapp("exec", "double", "number=21")

    assert (found.code, found.out, found.err) == (0, "42\n", "")


def test_a_declared_refusal_ends_with_exit_code_1() -> None:
    refusing = library().app("double").stating(errors={"too_large": "It is too large."})
    refusing.source("function main() { throw new Error('too_large'); }\n").build()

    found = mapp("exec", "double", "number=1", "--json")

    assert found.code == 1
    assert found.json["outcome"] == "error:too_large" and found.json["meaning"] == "It is too large."
    assert "refused: It is too large." in mapp("exec", "double", "number=1").err


@pytest.mark.parametrize(
    ("how", "kind"),
    [
        ("returns NaN", "invalid_output"),
        ("returns the wrong type", "invalid_output"),
        ("throws", "threw"),
        ("does not parse", "threw"),
        ("has no main", "threw"),
    ],
)
def test_a_broken_app_ends_with_exit_code_1(how: str, kind: str) -> None:
    library().app("double").broken(how).build()

    found = mapp("exec", "double", "number=1", "--json")

    assert (found.code, found.json["outcome"], found.json["output"]) == (1, kind, None)
    assert [run["outcome"] for run in mapp("runs", "--failed", "--json").json["runs"]] == [kind]


@pytest.mark.parametrize("how", ["never returns", "does not finish loading"])
def test_an_app_that_never_ends_is_stopped(how: str) -> None:
    library().app("double").stating(limits={"wall_ms": 100}).broken(how).build()

    assert mapp("exec", "double", "number=1", "--json").json["outcome"] in ("wall", "cpu")


def test_an_older_version_still_runs() -> None:
    built = library().app("double").build()
    built.put(app("double").version("1.0.1").source("function main(input) { return input.number * 3; }\n"))

    assert mapp("exec", "double", "number=2").out == "6\n"
    assert mapp("exec", "double", "number=2", "--at", "1.0.0").out == "4\n"
    assert mapp("exec", "double", "number=2", "--at", "9.9.9").code == 1


TEXTS: dict[str, tuple[bytes, str]] = {
    "text that is not JSON": (b"{number: 1}", "is not JSON"),
    "a JSON array": (b"[1]", "must be a JSON object"),
    "NaN": (b'{"number": NaN}', "NaN is not a JSON number"),
    "a name twice": (b'{"number": 1, "number": 2}', "appears twice"),
    "a lone surrogate": (b'{"number": "\\ud800"}', "lone surrogate"),
    "deep nesting": (b'{"number": ' + b"[" * 100_000, "nested too deeply"),
    "nesting below 64 levels": (b'{"number": ' + b"[" * 70 + b"]" * 70 + b"}", "deeper than 64"),
    "bytes that are not UTF-8": (b'{"number": "\xff"}', "is not UTF-8"),
    "UTF-16": ('{"number": 1}'.encode("utf-16"), "is not UTF-8"),
    "50 MB": (b'{"number": ' + b" " * 50_000_000 + b"1}", "too large"),
    "an unknown name": (b'{"other": 1}', "other"),
    "nothing": (b"", "is not JSON"),
}


@pytest.mark.parametrize("what", TEXTS)
@pytest.mark.parametrize("source", ["file", "stdin"])
def test_invalid_input_is_refused(what: str, source: str, fill: Fill) -> None:
    library().app("double").build()
    data, says = TEXTS[what]
    path = str(fill("input.json", data)) if source == "file" else "-"

    found = mapp("exec", "double", "--input", path, "--json", stdin=data if path == "-" else b"")

    assert found.code == 8
    answer = json.dumps(found.json["error"])
    assert says in answer and found.json["error"]["exit"] == 8
    assert len(answer) < 5000


def test_a_byte_order_mark_is_ignored(fill: Fill) -> None:
    library().app("double").build()

    path = fill("input.json", b'\xef\xbb\xbf{"number": 4}')

    assert mapp("exec", "double", "--input", str(path)).out == "8\n"


@pytest.mark.parametrize("word", [b"\xff=1", b"number=\xff", b"--at=\xff"])
def test_arguments_that_are_not_utf_8_are_refused_with_a_json_error(word: bytes) -> None:
    import os

    library().app("double").build()

    found = mapp_process("exec", "double", os.fsdecode(word), "--json")

    assert found.code in (1, 2, 8), found.err
    assert found.json["error"]["code"].startswith("MAPP-0")
