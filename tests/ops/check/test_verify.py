"""`mapp verify` derives a verdict again and detects a manipulated one."""

from __future__ import annotations

import json
from pathlib import Path

from mapp.library.verdicts import recorded
from support.apps import Draft, app
from support.library import git, library
from support.terminal import mapp

LAW = "function prop_double(input, output) { return output === input.number * 2; }\n"


def draft(name: str = "double") -> Draft:
    made = app(name).file("tests/properties.js", LAW).example({"number": -4}, output=-8)
    return made.example({"number": 0.5}, output=1)


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
