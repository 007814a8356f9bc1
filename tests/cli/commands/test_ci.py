from __future__ import annotations

import json
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from support.apps import Draft, app
from support.bounds import discount
from support.terminal import mapp


def _commit(draft: Draft, message: str) -> str:
    """Commits an app to the repository `clone` and returns the commit."""
    folder = Path("clone")
    draft.write(folder)
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", message]):
        subprocess.run(["git", *identity, *words], cwd=folder, check=True)
    done = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def test_the_last_commit_is_validated_and_named() -> None:
    commit = _commit(app("double").example({"number": 3}, output=6), "double: first")

    found = mapp("ci", "clone", "--inputs", "5", "--json")

    (row,) = found.json["commits"]
    assert (row["commit"], row["subject"]) == (commit, "double: first")
    assert found.json["passed"] is row["passed"] and found.code == (0 if row["passed"] else 8)


def test_a_commit_that_does_not_pass_ends_in_exit_code_8() -> None:
    _commit(app("double").source("function main() { return 1; }\n"), "double: constant")

    found = mapp("ci", "clone", "--inputs", "5")

    assert (found.code, "1 commits validated, 1 failed" in found.out) == (8, True)


def test_what_the_tests_of_a_commit_leave_open_is_shown_and_reported() -> None:
    _commit(discount(), "discount: first")

    found = mapp("ci", "clone", "--junit", "junit.xml", "--sarif", "mapp.sarif")

    asked = 'for {"number":100} the app answers 90, the other 100. Which is right?'
    assert found.code == 0
    assert "the tests leave open:" in found.err and asked in found.err
    assert "mutation score " in found.err
    assert asked in ElementTree.parse("junit.xml").findtext(".//system-out", "")
    results = json.loads(Path("mapp.sarif").read_text())["runs"][0]["results"]
    assert {row["level"] for row in results} == {"note"}
    assert any(asked in row["message"]["text"] for row in results)


@pytest.mark.parametrize("words", [("nowhere",), ("clone", "--head", "nothing")])
def test_a_missing_folder_or_revision_is_an_error(words: tuple[str, ...]) -> None:
    _commit(app("double"), "double: first")

    found = mapp("ci", *words)

    assert found.code not in (0, 70), found.err
    assert "hint:" in found.err or "error:" in found.err
