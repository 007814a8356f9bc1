"""Requests, example requests and candidates."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from hypothesis import given

from mapp.errors import InvalidInput
from mapp.model.request import MAX_REQUEST_LENGTH, TESTS_ASKED_MS, Phrase, Request
from support.drawn import phrases


@given(phrases)
def test_a_phrase_survives_its_row(phrase: Phrase) -> None:
    assert Phrase.from_dict(json.loads(json.dumps(phrase.to_dict()))) == phrase


@pytest.mark.parametrize("request_", [Request(text="a"), Request(text="b", attachment="")])
def test_a_request_survives_its_document(request_: Request) -> None:
    assert Request.from_dict(json.loads(json.dumps(request_.to_dict()))) == request_


@pytest.mark.parametrize(
    ("row", "paths"),
    [
        ("double 2", ["r"]),
        ({}, ["r.request", "r.arguments"]),
        ({"request": "", "arguments": {}}, ["r.request"]),
        ({"request": "x" * (MAX_REQUEST_LENGTH + 1), "arguments": {}}, ["r.request"]),
        ({"request": "double 2", "fits": True}, ["r.arguments"]),
        ({"request": "halve 2", "fits": 0}, ["r.fits"]),
        (
            {"request": "halve 2", "arguments": [], "input": 1, "note": ""},
            ["r.input", "r.arguments", "r.note"],
        ),
    ],
)
def test_every_mistake_of_a_row_is_listed_with_its_place(row: Any, paths: list[str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        Phrase.from_dict(row, "r")
    assert [problem.path for problem in caught.value.problems] == paths


def test_the_longest_request_and_a_near_miss_without_arguments_are_accepted() -> None:
    assert Phrase.from_dict({"request": "x" * MAX_REQUEST_LENGTH, "arguments": {}}).fits
    assert (
        Phrase.from_dict({"request": "halve 2", "fits": False, "why": "another factor"}).why
        == "another factor"
    )


def test_about_a_fifth_of_the_rows_is_held_back_and_only_the_text_decides() -> None:
    made = [Phrase(request=f"double {number}", fits=True) for number in range(1_000)]
    held = [phrase for phrase in made if phrase.held_back]

    assert 150 < len(held) < 250
    assert all(Phrase(request=row.request, fits=False, attachment="a", why="b").held_back for row in held)
    assert Phrase(request="\ud800", fits=True).held_back is True


def test_a_phrase_becomes_a_request_with_its_attachment() -> None:
    phrase = Phrase.from_dict({"request": "sum this", "input": "1 2", "arguments": {}})
    assert phrase.to_request() == Request(text="sum this", attachment="1 2", asked_ms=TESTS_ASKED_MS)


def test_a_request_is_dated_in_utc() -> None:
    before_midnight = datetime.datetime(2026, 12, 31, 23, 59, 59, tzinfo=datetime.UTC)
    asked_ms = int(before_midnight.timestamp() * 1000)
    assert Request(text="a", asked_ms=asked_ms).today == datetime.date(2026, 12, 31)
    assert Request(text="a", asked_ms=asked_ms + 1000).today == datetime.date(2027, 1, 1)
    assert Request(text="a").today is None
