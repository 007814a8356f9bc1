from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from support.library import git, library
from support.terminal import mapp

Fill = Callable[[str, str | bytes], Path]


def test_list_json() -> None:
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


def test_list_names_a_damaged_app_and_shows_the_others() -> None:
    built = library().app("double").app("other").build()
    (built.repository("double") / "HEAD").unlink()

    found = mapp("list", "--json")

    assert found.json["damaged"] == ["double"] and len(found.json["apps"]) == 1
    assert "double" in found.err


def test_list_shows_a_line_for_each_app() -> None:
    library().app("double").app("other").build()

    lines = mapp("list").out.splitlines()

    assert [line.split()[:2] for line in lines] == [["double", "1.0.0"], ["other", "1.0.0"]]
