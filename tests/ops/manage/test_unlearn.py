"""Learning from what people say: a correction counts at once, and forgetting it restores every decision."""

from __future__ import annotations

from typing import Any

import pytest

from mapp.library.learned import read_learned
from mapp.ops.index.background import main as refresh
from support.apps import app
from support.library import Built, library
from support.terminal import mapp, mapp_at_terminal

TRIPLE = "function main(input) { return input.number * 3; }\n"
ASKED = ("double 7", "triple 7", "three times 7 please", "make 7 bigger", "7 twofold", "halve 7")


@pytest.fixture
def built() -> Built:
    """Returns a library with two apps that are asked for in different words."""
    built = library().build()
    double, triple = app("double"), app("triple").source(TRIPLE).file("tests/examples.jsonl", "")
    for number in range(2, 40):
        double.said(f"double {number}", {"number": number})
        triple.said(f"triple {number}", {"number": number})
    built.put(double)
    built.put(triple)
    return built


def decisions() -> list[dict[str, Any]]:
    rows = [mapp("run", text, "--json", "--dry-run").json for text in ASKED]
    return [{key: row[key] for key in ("decision", "app", "arguments", "sure")} for row in rows]


def run_of(text: str) -> str:
    return str(mapp("run", text, "--yes", "--json").json["run"])


def test_a_correction_counts_for_the_next_request_and_can_be_forgotten(built: Built) -> None:
    before = decisions()
    run = run_of("double 7")
    said = mapp("wrong", run, "--app", "triple", "--arguments", '{"number": 7}')
    assert said.out == "learned: this request means triple\n" and "mapp unlearn" in said.err

    again = mapp("run", "double 7", "--json").json
    assert (again["app"], again["output"]) == ("triple", 21), "the same words, now known"
    listed = mapp("unlearn", "--json").json["lessons"]
    assert [(row["app"], row.get("fits", True)) for row in listed] == [("double", False), ("triple", True)]

    assert mapp("unlearn", run).out == "forgot 2 lessons\n"
    assert decisions() == before
    assert mapp("unlearn", "--json").json["lessons"] == []


def test_a_right_answer_makes_the_same_words_run_unasked(built: Built) -> None:
    text = "make 7 bigger"
    first = mapp("run", text, "--json", "--dry-run").json
    run = run_of("triple 7")
    mapp("wrong", run, "--arguments", '{"number": 8}')
    assert mapp("run", "triple 7", "--json").json["arguments"] == {"number": 8}
    mapp("right", run)
    assert mapp("run", "triple 7", "--json").json["arguments"] == {"number": 7}, "the last word counts"
    assert mapp("run", text, "--json", "--dry-run").json["app"] == first["app"]


def test_a_call_that_a_person_confirmed_is_learned(built: Built) -> None:
    text = "please triple it for 7"
    asked = mapp("run", text, "--json", "--dry-run").json
    answer = mapp_at_terminal("run", "--accept", "sure", text, typed="y\n")
    if asked["decision"] == "ask":
        assert answer.code == 0 and [row.request for row in read_learned(built.home)] == [text]
        assert mapp("run", text, "--json").json["decision"] == "use"
    else:
        assert read_learned(built.home) == (), "there was no question"


def test_what_is_named_wrongly_forgets_nothing(built: Built) -> None:
    mapp("right", run_of("double 7"))
    assert mapp("unlearn", "ffffffffffff").code == 1
    assert mapp("unlearn", "x", "--all").code == 2
    assert len(read_learned(built.home)) == 1
    assert mapp("unlearn").out.split()[:2] == [read_learned(built.home)[0].id, "double"]


def test_the_process_in_the_background_brings_the_index_up_to_date(built: Built) -> None:
    mapp("wrong", run_of("double 7"), "--app", "triple", "--arguments", '{"number": 7}')
    config = built.workspace.config
    assert refresh([str(config.library), str(config.cache)]) == 0
    found = mapp("run", "double 7", "--json")
    assert found.json["app"] == "triple" and "Indexing" not in found.err
