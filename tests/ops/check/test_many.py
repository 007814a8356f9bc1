"""`mapp test`: one app or several, by name or folder, with reports."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from xml.etree import ElementTree

from support.apps import Draft, app
from support.library import library
from support.terminal import mapp

LAW = "function prop_double(input, output) { return output === input.number * 2; }\n"


def draft(name: str = "double") -> Draft:
    made = app(name).file("tests/properties.js", LAW).example({"number": -4}, output=-8)
    return made.example({"number": 0.5}, output=1)


def test_one_app_prints_its_verdict_and_several_print_a_list() -> None:
    built = library().build()
    built.put(draft())
    built.put(draft("twice"))
    one = json.loads(mapp("test", "double", "--json").out)
    both = json.loads(mapp("test", "--json").out)

    assert one["passed"] is True
    assert [row["check"] for row in one["checks"]][:3] == ["source", "rows", "examples"]
    assert [row["app"] for row in both["apps"]] == ["double", "twice"]
    assert "checks" not in both


def test_a_folder_is_tested_without_being_added(tmp_path: Path) -> None:
    built = library().build()
    folder = draft().example({"number": 5}, output=11).write(tmp_path / "work")
    reports = ["--junit", str(tmp_path / "r.xml"), "--sarif", str(tmp_path / "r.sarif")]
    answer = mapp("test", str(folder), *reports)

    assert answer.code == 8
    assert "gave 10 instead of 11" in answer.err
    (shown,) = [line.strip() for line in answer.err.splitlines() if line.strip().startswith("mapp test ")]
    again = mapp(*shlex.split(shown)[1:])
    assert again.out.startswith("double gave 10\n"), "the command that shows it again tries the same folder"
    assert not built.repository("double").exists()
    assert ElementTree.parse(tmp_path / "r.xml").find(".//failure") is not None
    assert json.loads((tmp_path / "r.sarif").read_text())["runs"][0]["results"]
