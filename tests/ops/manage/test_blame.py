"""Which request, heal or person introduced each line."""

from __future__ import annotations

from pathlib import Path

import pytest

from mapp.library import branches, commit_app
from mapp.library.commit_app import message
from mapp.library.landing import Proposal
from support.apps import Draft, app
from support.library import FORCED, SOMEBODY, Built, git
from support.terminal import mapp

FIRST = "function main(input) {\n  const two = 2;\n  return input.number * two;\n}\n"
SECOND = FIRST.replace("const two = 2;", "const two = 1 + 1;")
THIRD = SECOND.replace("}\n", "}\n// the end\n")


def _land(built: Built, draft: Draft, **trailers: str) -> str:
    text = message(
        draft.name, {**{name.replace("_", "-"): text for name, text in trailers.items()}, **FORCED}
    )
    proposal = Proposal(app=draft.read(), files=draft.files, text=text, signature=SOMEBODY)
    return commit_app.put(built.home, proposal).commit


def _merge(built: Built, branch: str, draft: Draft, **trailers: str) -> str:
    named = {name.replace("_", "-"): text for name, text in trailers.items()}
    branches.begin(built.home, draft.name, branch)
    branches.grow(built.home, draft.name, branch, draft.files, message("draft", named), SOMEBODY)
    text = message(draft.name, {**named, **FORCED})
    return branches.merge(built.home, draft.name, branch, text, SOMEBODY).commit


@pytest.fixture
def built() -> Built:
    built = Built()
    built.home.apps.mkdir(parents=True, exist_ok=True)
    return built


def _rows(*words: str) -> list[tuple[str, str, str]]:
    found = mapp("blame", *words, "--json").json["lines"]
    return [(row["text"], row["by"], row["about"]) for row in found]


def test_each_line_names_the_request_the_heal_or_the_person_that_introduced_it(built: Built) -> None:
    _land(built, app().source(FIRST), Mapp_Operation="add")
    _merge(
        built,
        "expand/a1",
        app().version("1.1.0").source(SECOND),
        Mapp_Operation="expand",
        Mapp_Request="say it as a sum",
    )
    healed = _merge(
        built,
        "heal/b1",
        app().version("1.1.1").source(THIRD),
        Mapp_Operation="heal",
        Mapp_Incident="i1",
    )

    assert _rows("double") == [
        ("function main(input) {", "person", "Ada"),
        ("  const two = 1 + 1;", "request", "say it as a sum"),
        ("  return input.number * two;", "person", "Ada"),
        ("}", "person", "Ada"),
        ("// the end", "heal", "i1"),
    ]
    shown = mapp("blame", "double").out.splitlines()
    assert shown[4] == f"{healed[:10]}  2023-11-14  heal i1                  5  // the end"
    assert _rows("double", "--at", "1.0.0")[1] == ("  const two = 2;", "person", "Ada")


def test_the_commits_are_those_that_git_blames_along_first_parents(built: Built) -> None:
    built.put(app().source(FIRST))
    _merge(built, "expand/a1", app().version("1.1.0").source(SECOND), Mapp_Operation="expand")
    built.put(app().version("1.1.1").source(THIRD))

    ours = [row["commit"] for row in mapp("blame", "double", "--json").json["lines"]]

    words = ("blame", "--first-parent", "--porcelain", "main", "--", "main.js")
    rows = [line.split() for line in git(built.repository("double"), *words).splitlines()]
    assert ours == [row[0] for row in rows if row and len(row[0]) == 40]


def test_a_rollback_introduces_nothing(built: Built) -> None:
    first = built.put(app().source(FIRST)).commit
    built.put(app().version("1.0.1").source("function main(input) { return 2 * input.number; }\n"))
    assert mapp("rollback", "double", "--force").code == 0
    then = built.put(app().version("1.0.2").source(FIRST + "// more\n")).commit

    found = mapp("blame", "double", "--json").json["lines"]

    assert [row["commit"] for row in found] == [first, first, first, first, then]


def test_the_drafts_of_a_compiled_app_count_as_its_landing(built: Built) -> None:
    from mapp.git.repository import Repository

    named = {"Mapp-Operation": "compile", "Mapp-Change": "c1", "Mapp-Request": "double a number"}
    stub = app().source("function main(input) {\n  return 0;\n}\n")
    path = built.home.repository("double")
    _, first = Repository.create(path, stub.files, message("the contract", named), SOMEBODY)
    repository = Repository.open(path)
    text = message("double: 1.0.0", {**named, "Mapp-Edited": "by hand"})
    landed = repository.commit(dict(app().source(FIRST).files), text, SOMEBODY, parents=(first,))

    found = mapp("blame", "double", "--json").json["lines"]

    assert {(row["commit"], row["by"], row["about"], row["edited"]) for row in found} == {
        (landed, "request", "double a number", True)
    }
    assert "request double a number (edited)" in mapp("blame", "double").out


def test_what_an_app_wrote_reaches_the_terminal_escaped_and_the_column_stays_narrow(built: Built) -> None:
    _merge_request = "x" * 300
    built.put(app().source(FIRST))
    _merge(
        built,
        "expand/a1",
        app().version("1.1.0").source(FIRST + "// \x1b[31mred\u202e\n"),
        Mapp_Operation="expand",
        Mapp_Request=_merge_request,
    )

    lines = mapp("blame", "double").out.splitlines()

    assert "request xxxxxxxxxxxxxxxxxxxxxxx…" in lines[4] and len(lines[4]) < 90


def test_a_history_that_mapp_refuses_to_read_is_not_given_to_libgit2(built: Built, world: Path) -> None:
    built.put(app().source(FIRST))
    repository = built.repository("double")
    big = git(repository, "hash-object", "-w", "--stdin", stdin=b"//" + b"x" * 3_000_000)
    manifest = git(repository, "rev-parse", "main:mapp.toml")
    tree = git(
        repository,
        "mktree",
        stdin=f"100644 blob {big}\tmain.js\n100644 blob {manifest}\tmapp.toml\n".encode(),
    )
    who = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    commit = git(repository, *who, "commit-tree", tree, "-p", "main", "-m", "x")
    git(repository, "update-ref", "refs/heads/main", commit)

    refused = mapp("blame", "double")

    assert refused.code == 6 and "MAPP-0620" in mapp("--debug", "blame", "double").err + refused.err
