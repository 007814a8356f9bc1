from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from support.apps import app
from support.library import git, library
from support.terminal import mapp

Fill = Callable[[str, str | bytes], Path]


def test_the_json_answer_has_the_manifest_and_the_commit() -> None:
    built = library().app("double").build()

    answer = mapp("show", "double", "--json").json

    assert {key: answer[key] for key in ("schema", "app", "commit", "tree")} == {
        "schema": 1,
        "app": "double",
        "commit": git(built.repository("double"), "rev-parse", "main"),
        "tree": git(built.repository("double"), "rev-parse", "main^{tree}"),
    }
    assert {key: value for key, value in answer.items() if key in app().manifest} == app().manifest
    assert mapp("show", "double", "--source").out == app().files["main.js"].decode()
