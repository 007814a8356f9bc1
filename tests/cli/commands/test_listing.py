from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from support.library import git, library
from support.terminal import mapp

Fill = Callable[[str, str | bytes], Path]


def test_the_json_answer_has_every_app() -> None:
    built = library().app("double").build()

    assert mapp("list", "--json").json == {
        "schema": 1,
        "apps": [
            {
                "name": "double",
                "version": "1.0.0",
                "commit": git(built.repository("double"), "rev-parse", "main"),
                "description": "Doubles a number.",
            }
        ],
        "damaged": [],
    }


def test_a_damaged_app_is_named_and_the_others_are_listed() -> None:
    built = library().app("double").app("other").build()
    (built.repository("double") / "HEAD").unlink()

    found = mapp("list", "--json")

    assert found.json["damaged"] == ["double"] and len(found.json["apps"]) == 1
    assert "double" in found.err


def test_every_app_has_a_line() -> None:
    library().app("double").app("other").build()

    lines = mapp("list").out.splitlines()

    assert [line.split()[:2] for line in lines] == [["double", "1.0.0"], ["other", "1.0.0"]]
