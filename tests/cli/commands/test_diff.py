from __future__ import annotations

from pathlib import Path

from support.apps import app
from support.library import library
from support.terminal import mapp


def test_interface_behaviour_and_files_are_shown() -> None:
    built = library().app("double").build()
    built.put(app("double").version("2.0.0").source("function main(input) { return input.number * 3; }\n"))

    lines = mapp("diff", "double").out.splitlines()

    assert lines[0].startswith("double 1.0.0 (")
    assert lines[1:3] == ["interface", "  unchanged"]
    assert "behaviour" in lines and "files" in lines
    assert any(line.strip().startswith("main.js  +1 -") for line in lines)


def test_a_folder_without_changes_has_no_differences() -> None:
    library().app("double").build()
    folder = mapp("path", "double").out.strip()

    found = mapp("diff", "double", "--folder", folder)

    assert found.out.splitlines()[1:] == ["no differences"]
    assert Path(folder).is_dir()


def test_an_app_without_an_earlier_version_cannot_be_compared() -> None:
    library().app("double").build()

    found = mapp("diff", "double")

    assert (found.code, found.out) == (1, "")
