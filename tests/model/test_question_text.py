"""Questions read as plain English, and nothing that an app wrote reaches the reader as anything but text."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import repeat

import pytest
from hypothesis import given, settings

from mapp.model.outcome import Declared, Failed, Value
from mapp.model.question_text import code_span, plain_markdown, question_lines, question_markdown, visible
from support.asking import asking
from support.markdown import markup, parsed

HOSTILE = "a\x1b[31m\u202e\r\n@everyone ``` <img src=x> ](http://h) \u2028\x7f"


def test_a_survivor_reads_as_a_question() -> None:
    assert list(question_lines([replace(asking(), alike=2)])) == [
        "1. main.js:3: nothing tests what happens exactly at `x = 10`: `>=` could be `>` (and 2 like it)",
        '   for {"x":10} the app answers 1, the other 5. Which is right?',
    ]


def test_a_difference_says_what_was_and_what_is() -> None:
    question = replace(
        asking(), kind="changed", says="the answer changed where {}", code=("price < 0",), place=""
    )

    assert list(question_lines([question])) == [
        "1. the answer changed where `price < 0`",
        '   for {"x":10} the answer was 5 and is now 1. Which is right?',
    ]


def test_errors_and_failures_are_answers_too() -> None:
    refused = Declared(error="negative", meaning="below zero")
    question = replace(asking(), app=refused, other=Failed(kind="threw", message="x\ny"))
    *_, last = question_lines([question])

    assert "the app answers the error negative, the other a failure (threw: x\\ny)" in last


def test_at_most_three_questions_are_shown() -> None:
    *shown, last = question_lines(list(repeat(asking(), 5)))

    assert len(shown) == 6
    assert last == "   … and 2 more"


def test_there_is_nothing_to_show_without_questions() -> None:
    assert list(question_lines([])) == []
    assert question_markdown([]) == ""


def test_hostile_text_stays_on_its_line_and_shows_its_characters() -> None:
    question = replace(
        asking(),
        says=f"nothing tests {{}} {HOSTILE}",
        code=(HOSTILE,),
        place=HOSTILE,
        arguments=((HOSTILE, HOSTILE),),
        app=Value(output=HOSTILE),
        other=Failed(kind="threw", message=HOSTILE),
    )
    lines = list(question_lines([question]))

    assert len(lines) == 2
    assert all(line.isprintable() for line in lines)


def test_long_inputs_and_answers_are_cut() -> None:
    question = replace(
        asking(), arguments=(("x", "a" * 9000),), app=Value(output="b" * 9000), code=("c" * 9000, "d", "e")
    )

    assert max(map(len, question_lines([question]))) < 500


def test_markdown_is_a_numbered_list_with_code_spans() -> None:
    assert question_markdown([asking()]) == (
        "1. main.js:3: nothing tests what happens exactly at `x = 10`: `>=` could be `>`  \n"
        '   for `{"x":10}` the app answers `1`, the other `5`. Which is right?\n'
    )


@pytest.mark.parametrize("code", ["`", "``", "a`b``c", " `", "```\n# title", " ", "", HOSTILE])
def test_no_piece_of_code_can_end_its_code_span(code: str) -> None:
    shown = question_markdown([replace(asking(), code=(code, "B", "C"))])
    before, after = shown.split("exactly at ")
    span = after.split(": `B`")[0]
    fence = span[: len(span) - len(span.lstrip("`"))]
    # CommonMark 6.1: the first run of backticks of the same length ends the span.
    ends = [run.end() for run in re.finditer("`+", span) if run.group() == fence and run.start() > 0]

    assert ends == [len(span)]
    assert span.isprintable()
    assert before == "1. main.js:3: nothing tests what happens "


def test_prose_of_a_foreign_verdict_is_no_markup() -> None:
    question = replace(asking(), says="<b>x</b> [a](http://h) @all *b* `c` | d", code=(), place="# [x](y)")
    first = question_markdown([question]).split("  \n")[0]

    assert "<b>" not in first
    assert "](" not in first
    assert "@all" not in first
    assert "\\`c\\`" in first


@given(markup())
@settings(max_examples=100)
def test_prose_is_shown_as_it_was_written(text: str) -> None:
    text = " ".join(text.split())
    (first, inline, last) = parsed(plain_markdown(text) if text.strip() else "x")

    assert (first.type, last.type) == ("paragraph_open", "paragraph_close")
    nodes = [node for node in inline.children or () if node.type != "html_inline"]
    assert {node.type for node in nodes} <= {"text"}
    assert "".join(node.content for node in nodes) == (visible(text) if text.strip() else "x")


@given(markup())
@settings(max_examples=100)
def test_code_is_shown_as_it_was_written(text: str) -> None:
    (_, inline, _) = parsed(f"a {code_span(text)} b")

    assert inline.children is not None
    before, code, after = inline.children
    assert (before.content, code.type, after.content) == ("a ", "code_inline", " b")
    assert code.content == visible(" ".join(text.split()) if "\n" in text else text)
