"""A change in git: its branch, its trailers, and the merge."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mapp.author.coders.scripted import ScriptedCoder
from mapp.library import read
from mapp.library.verdicts import recorded
from support.authors import RIGHT, WRONG, contract
from support.compiling import REQUEST, asked_with_triple_near, chooses, compiled
from support.library import Built, git, library


@pytest.fixture
def built() -> Iterator[Built]:
    made = library().build()
    yield made
    made.workspace.close()


def test_history_and_verdict_name_the_coder_and_the_cost(built: Built) -> None:
    found = compiled(built, ScriptedCoder(answers=[contract(), {"main.js": RIGHT}]))
    head = next(read.history(built.home, "triple"))

    assert head.trailers["Mapp-Operation"] == "compile"
    assert head.trailers["Mapp-Request"] == REQUEST
    assert head.trailers["Mapp-Coder"] == "scripted"
    assert int(head.trailers["Mapp-Tokens-In"]) == found.spend.tokens_in > 0
    assert head.trailers["Mapp-Verdict"] == "passed"
    verdict = recorded(built.home, "triple").verdict
    assert verdict is not None and verdict.passed and verdict.kind == "compile"
    branches = git(built.repository("triple"), "branch", "--list", "--format=%(refname:short)")
    assert f"compile/{found.change.id}" in branches or branches == "main"


def test_the_choice_of_a_new_app_and_its_reason_are_in_its_history(built: Built) -> None:
    plain = contract("treble")
    plain["mapp.toml"] = plain["mapp.toml"].replace("by three", "by three, again")
    coder = ScriptedCoder(answers=[{**plain, **chooses("new")}, {"main.js": RIGHT}])
    found = asked_with_triple_near(built, coder, "treble it", new=True)

    assert found.committed is not None and found.committed.name == "treble"
    rows = list(read.history(built.home, "treble"))
    assert {row.trailers["Mapp-Choice"] for row in rows} == {"new: as it should be"}
    assert "choice.json" not in read.snapshot(built.home, "treble", only=None).files


def test_each_accepted_round_is_a_commit_and_the_merge_is_another(built: Built) -> None:
    compiled(built, ScriptedCoder(answers=[contract(), {"main.js": WRONG}, {"main.js": RIGHT}]))
    rows = list(read.history(built.home, "triple"))

    assert [row.subject for row in rows] == [
        "triple: 0.1.0",
        "triple: 0.1.0, proven",
        "triple: the contract",
    ]
    assert [row.trailers["Mapp-Verdict"] for row in rows] == ["passed", "passed", "none"]
    spent = [int(row.trailers["Mapp-Tokens-Out"]) for row in rows]
    assert spent[0] == spent[1] > spent[2] > 0
