from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mapp.errors import InvalidInput, Problem
from mapp_cli.error_handler import error_to_dict
from support.library import library
from support.terminal import mapp


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("exec", "duoble"), 1, "did you mean double?"),
        (("exec", "../double"), 2, "is not a name"),
        (("exec", "double"), 8, "number"),
        (("exec", "double", "number=x"), 8, "number: 'x' is not a JSON value of type number"),
        (("exec", "double", "number=NaN"), 8, "number"),
        (("exec", "double", "number=1e999"), 8, "number"),
        (("exec", "double", "number=9007199254740993"), 8, "number"),
        (("exec", "double", "number=1001"), 8, "number: 1001 is greater than the maximum"),
        (("exec", "double", "number=1", "number=2"), 8, "number: is given twice"),
        (("exec", "double", "other=1"), 8, "other: is not an argument of double, which takes number"),
        (("exec", "double", "21"), 8, "21: is not key=value"),
        (("exec", "double", "number=@nowhere"), 1, "there is no file nowhere"),
        (("exec", "double", "--input", "nowhere"), 1, "there is no file nowhere"),
        (("exec", "double", "--input", "."), 2, "cannot be read"),
        (("show", "double", "--at", "nothing"), 1, "there is no revision"),
        (("explain", "MAPP-9999"), 1, "no error code"),
        (("config", "colour"), 2, "no setting"),
        (("config", "keep_runs", "many"), 2, "whole number"),
        (("config", "keep_runs", "9" * 5000), 2, "keep_runs"),
        (("config", "isolation", "some"), 2, "must be one of"),
        (("config", "library", "/x"), 2, "cannot be set in a file"),
        (("new", "Double"), 2, "is not a name"),
        (("add", "nowhere"), 1, "there is no folder nowhere"),
        (("import", "nowhere.js"), 1, "there is no file nowhere.js"),
        (("runs", "--app", "nothing"), 0, "no such runs"),
    ],
)
def test_a_mistake_is_reported_with_its_exit_code(words: tuple[str, ...], code: int, says: str) -> None:
    library().app("double").build()

    found = mapp(*words)

    assert found.code == code, found.err
    assert says in found.err
    assert "bug in mapp" not in found.err and found.out == ""


def test_an_unexpected_error_is_a_bug_with_a_log(monkeypatch: pytest.MonkeyPatch, world: Path) -> None:
    from mapp.library import read

    def explode(*_: Any) -> None:
        raise ZeroDivisionError("no")

    monkeypatch.setattr(read, "listing", explode)
    found = mapp("list")

    assert found.code == 70
    assert "ZeroDivisionError" in found.err and "please report it" in found.err
    assert list((world / "home").rglob("bug-*.log"))


def test_an_interruption_ends_with_exit_code_130(monkeypatch: pytest.MonkeyPatch) -> None:
    from mapp.library import read

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(read, "listing", interrupt)
    assert mapp("list").code == 130


def test_an_error_object_has_the_location_of_every_problem() -> None:
    error = InvalidInput("two mistakes", [Problem(path="a.b", message="is missing")], hint="mapp show x")

    assert error_to_dict(error) == {
        "code": "MAPP-0100",
        "exit": 8,
        "message": "two mistakes",
        "hint": "mapp show x",
        "problems": [{"path": "a.b", "message": "is missing"}],
    }


def test_with_json_the_error_is_printed_as_an_object_too() -> None:
    found = mapp("explain", "nothing", "--json")

    assert json.loads(found.out)["error"]["code"] == "MAPP-0200"
    assert "[MAPP-0200]" in found.err


@pytest.mark.parametrize("words", [("exec",), ("list", "--nonsense"), ("runs", "-n", "0"), ("new",)])
def test_a_usage_error_shows_the_usage_and_ends_with_exit_code_2(words: tuple[str, ...]) -> None:
    found = mapp(*words)

    assert found.code == 2
    assert found.err.startswith("Usage: mapp")
