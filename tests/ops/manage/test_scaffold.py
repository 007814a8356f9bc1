from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from support.terminal import mapp

Fill = Callable[[str, str | bytes], Path]


def test_a_new_app_passes_its_checks_and_runs() -> None:
    assert mapp("new", "greet").code == 0
    assert mapp("add", "greet").code == 0
    assert mapp("exec", "greet", "name=Ada").out == "Hello, Ada!\n"
    assert mapp("test", "greet").code == 0


def test_an_existing_folder_is_never_overwritten(fill: Fill) -> None:
    path = fill("greet/main.js", "mine")

    found = mapp("new", "greet")

    assert found.code == 1 and "already exists" in found.err
    assert path.read_text() == "mine"
