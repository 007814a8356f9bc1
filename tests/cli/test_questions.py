"""What the tests leave open is shown by every command that judges an app, and asked at a terminal."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from mapp.config import load_config
from mapp.model.app import EXAMPLES
from support.bounds import SOURCE, discount
from support.pages import ROOT
from support.terminal import mapp, mapp_at_terminal

BOUND = "nothing tests what happens exactly at `input.number = 100`: `>=` could be `>`"
ASKED = 'for {"number":100} the app answers 90, the other 100. Which is right?'
ZERO = 'for {"number":0} the app answers 0, the other the error negative. Which is right?'


@pytest.fixture
def folder() -> Path:
    """Returns the folder of an app whose tests say nothing about its bounds."""
    return discount().write(load_config().library.parent / "work/discount")


def test_add_shows_what_the_tests_leave_open_and_what_was_tried(folder: Path) -> None:
    found = mapp("add", str(folder))

    assert found.code == 0
    assert BOUND in found.err and ASKED in found.err
    assert "mutation score " in found.err and " kinds on " in found.err
    assert "hint: add the right answer to tests/examples.jsonl" in found.err


def test_the_json_answers_have_the_questions_with_a_row_for_each_answer(folder: Path) -> None:
    added = mapp("add", str(folder), "--json").json["questions"]
    tested = mapp("test", "discount", "--json").json
    shown = mapp("show", "discount", "--json").json["questions"]

    assert added == tested["questions"] == tested["apps"][0]["questions"] == shown
    question = next(row for row in added if row["arguments"] == {"number": 100})
    assert question["examples"] == {
        "app": {"input": {"number": 100}, "output": 90},
        "other": {"input": {"number": 100}, "output": 100},
    }


def test_open_questions_stand_in_show_and_in_the_verdict(folder: Path) -> None:
    mapp("add", str(folder))

    assert BOUND in mapp("show", "discount").out
    assert ASKED in mapp("verdict", "discount").out
    assert BOUND in mapp("test", "discount").err


def test_a_row_of_an_answer_can_be_pasted(folder: Path) -> None:
    for question in mapp("add", str(folder), "--json").json["questions"]:
        with (folder / EXAMPLES).open("a") as file:
            file.write(json.dumps(question["examples"]["app"]) + "\n")

    assert BOUND not in mapp("add", str(folder)).err


def test_an_answer_at_the_terminal_becomes_an_example_before_the_app_is_added(folder: Path) -> None:
    found = mapp_at_terminal("add", str(folder), typed="a\na\na\n")

    assert found.code == 0
    assert "question 1 of " in found.err
    assert "the checks run again" in found.err
    rows = [json.loads(line) for line in (folder / EXAMPLES).read_text().splitlines()]
    assert {"input": {"number": 100}, "output": 90} in rows
    assert BOUND not in mapp("show", "discount").out


def test_an_answer_against_the_app_keeps_it_out_of_the_library(folder: Path) -> None:
    found = mapp_at_terminal("add", str(folder), typed="b\nb\nb\n")

    assert found.code == 8
    assert "your answers are in" in found.err
    assert mapp("list", "--json").json["apps"] == []


def test_a_typed_value_is_an_answer_and_an_unfit_one_is_asked_again(folder: Path) -> None:
    found = mapp_at_terminal("add", str(folder), typed="what\n85\n\n\n\n")

    assert "type a value as JSON" in found.err
    assert found.code == 8  # 85 is not what the app answers
    last = json.loads((folder / EXAMPLES).read_text().splitlines()[-1])
    assert last["output"] == 85


def test_a_skipped_question_stays_open(folder: Path) -> None:
    before = (folder / EXAMPLES).read_bytes()
    found = mapp_at_terminal("add", str(folder), typed="\n\n\n")

    assert found.code == 0
    assert (folder / EXAMPLES).read_bytes() == before
    assert BOUND in mapp("show", "discount").out


def test_a_dry_run_asks_nothing(folder: Path) -> None:
    found = mapp_at_terminal("add", str(folder), "--dry-run", typed="")

    assert found.code == 0
    assert "question 1" not in found.err and BOUND in found.err


def test_the_words_of_an_app_do_not_reach_the_terminal_raw() -> None:
    source = SOURCE.replace("100", "(100 /* \u202e\u2066 \x1b[31m */)")
    folder = discount().source(source).write(load_config().library.parent / "work/discount")
    found = mapp("add", str(folder), "--dry-run")

    assert "= (100" in found.err
    assert not {"\u202e", "\u2066", "\x1b"} & set(found.err)


def test_the_page_shows_what_add_prints(folder: Path) -> None:
    page = ROOT / "docs/explanation/mutation-score.md"
    block = page.read_text().partition("```text\nthe tests leave open:\n")[2].partition("```")[0]

    assert block
    assert block in mapp("add", str(folder)).err


@pytest.mark.parametrize("command", ["add", "test"])
def test_a_terminal_shows_which_check_is_running_and_the_time_moves(
    folder: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    shown = mapp_at_terminal(command, str(folder), typed="\n\n\n").err
    times = re.findall(r"checking mutation · (\d+\.\d) s\x1b\[K", shown)

    assert len(set(times)) > 1
    assert "  ok     mutation (" in shown
    # The line is gone before anything else is written at the end.
    assert "checking" not in shown.partition("the tests leave open")[2]
