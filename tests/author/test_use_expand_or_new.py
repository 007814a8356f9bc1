"""The coder's choice between a new app, an extension and an existing app."""

from __future__ import annotations

import json

import pytest

from mapp.author.errors import BadAnswer
from mapp.author.use_expand_or_new import read_choice
from mapp.model.change_spec import Choice


def answer(**document: str) -> dict[str, bytes]:
    """Returns an answer whose only file holds a choice."""
    return {"choice.json": json.dumps(document).encode()}


def test_an_answer_without_the_file_holds_no_choice() -> None:
    assert read_choice({"mapp.toml": b""}, ["tip"]) is None


def test_the_choice_of_a_similar_app_keeps_its_name_and_reason() -> None:
    found = read_choice(answer(choice="use", app="tip", reason="does  it\nall"), ["tip"])
    assert found == Choice(kind="use", app="tip", reason="does it all")


def test_a_new_app_is_chosen_without_a_name() -> None:
    assert read_choice(answer(choice="new", app="tip"), ["tip"]) == Choice(kind="new")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"choice.json": b"use tip"}, "is not a JSON object"),
        ({"choice.json": b"[]"}, "is not a JSON object"),
        (answer(choice="delete", app="tip"), "choice must be one of new, widen, use"),
        (answer(choice="widen", app="vat"), "app must be one of tip"),
    ],
)
def test_a_choice_that_makes_no_sense_is_a_bad_answer(files: dict[str, bytes], message: str) -> None:
    with pytest.raises(BadAnswer, match=message):
        read_choice(files, ["tip"])
