"""`mapp test`: one app or several, by name or folder, with reports; `mapp verify` derives verdicts again."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from xml.etree import ElementTree

from mapp.library.verdicts import recorded
from support.apps import Draft, app
from support.library import git, library
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


def test_the_verdict_that_add_records_is_derived_again(tmp_path: Path) -> None:
    library().build()
    folder = draft().write(tmp_path / "work")
    mapp("add", str(folder))
    answer = mapp("verify", "double", "--json")
    document = json.loads(answer.out)

    assert answer.code == 0, answer.err
    assert document["agrees"] is True
    assert document["recorded"]["tree"] == document["derived"]["tree"]


def test_a_manipulated_verdict_is_detected(tmp_path: Path) -> None:
    built = library().build()
    folder = draft().write(tmp_path / "work")
    mapp("add", str(folder))
    found = recorded(built.home, "double")
    assert found.verdict is not None
    document = found.verdict.to_dict()
    for check in document["checks"]:
        if check["check"] == "examples":
            check["counted"] = 99
    repository = built.repository("double")
    identity = ["-c", "user.name=x", "-c", "user.email=x@x"]
    git(
        repository,
        *identity,
        "notes",
        "--ref",
        "mapp/verdicts",
        "add",
        "-f",
        "-m",
        json.dumps(document),
        found.tree,
    )
    answer = mapp("verify", "double")

    assert answer.code == 6
    assert "examples: recorded as passed (99), now passed (3)" in answer.err
