"""Answers become rows of the examples, and only answers that the app could give are accepted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mapp.errors import InvalidInput
from mapp.model.app import EXAMPLES, Example, read_app
from mapp.model.outcome import Declared, Value
from mapp.ops.check.answers import parse_answer, with_examples, write_examples
from support.bounds import discount

ROW = Example(input=(("number", 100),), output=90)


@pytest.mark.parametrize("ending", [b"", b"\n"])
def test_an_answer_is_added_after_the_old_rows(ending: bytes) -> None:
    files = discount().files
    old = files[EXAMPLES].rstrip(b"\n") + ending
    new = read_app(with_examples({**files, EXAMPLES: old}, [ROW]))

    assert new.examples == (*read_app(files).examples, ROW)


def test_answers_are_written_into_a_folder_without_tests(tmp_path: Path) -> None:
    files = discount().without(EXAMPLES).files

    assert write_examples(tmp_path, files, [ROW])[EXAMPLES] == (tmp_path / EXAMPLES).read_bytes()
    assert read_app({**files, EXAMPLES: (tmp_path / EXAMPLES).read_bytes()}).examples == (ROW,)


def test_time_and_seed_of_the_question_are_kept() -> None:
    row = replace(ROW, now=5, seed=7)

    assert read_app(with_examples(discount().without(EXAMPLES).files, [row])).examples == (row,)


def test_a_value_or_a_declared_error_is_an_answer() -> None:
    manifest = discount().read().manifest

    assert parse_answer("90", manifest) == Value(output=90)
    assert parse_answer("negative", manifest) == Declared(error="negative", meaning="below zero")


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("ninety", "negative"),
        ('"90"', "does not fit"),
        ("5000", "does not fit"),
        ("NaN", "JSON"),
        ("1 2", "JSON"),
    ],
)
def test_anything_else_is_refused_with_the_reason(typed: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        parse_answer(typed, discount().read().manifest)
