"""Dates and times as candidates: in ISO 8601, or in a stated layout."""

import datetime

import pytest

from mapp.route.fill.date_candidates import laid_out_for, moments_for, written
from mapp.route.read.parsed_request import read
from support.filling import slot

DAY = slot("day", 'type = "string"\nformat = "date"')
LAID_OUT = slot("day", 'type = "string"\ndescription = "The day as DD/MM/YYYY."')


@pytest.mark.parametrize(
    ("kind", "value", "layout", "expected"),
    [
        ("date", "2024-03-05", "ISO", "2024-03-05"),
        ("date", "2024-03-05", "MM/DD/YYYY", "03/05/2024"),
        ("time", "10:30:00", "HH:MM", "10:30"),
        ("date-time", "2024-03-05T10:30:00Z", "DD.MM.YYYY hh:mm", "05.03.2024 10:30"),
        ("date-time", "2024-03-05T10:30:00Z", "YYYY-MM-DDTHH:mm:ss", "2024-03-05T10:30:00"),
        ("date-time", "2024-03-05T10:30:00Z", "yyyy/mm/dd", "2024/03/05"),
    ],
)
def test_a_moment_is_written_in_the_layout(kind: str, value: str, layout: str, expected: str) -> None:
    assert written(kind, value, layout) == expected


def test_a_moment_without_a_part_of_the_layout_is_not_written() -> None:
    assert written("time", "10:30:00", "DD/MM/YYYY") is None
    assert written("date", "2024-03-05", "DD/MM/YYYY HH:MM") is None


def test_the_date_at_the_place_of_the_slot_scores_best() -> None:
    request = read("2024-01-02 2024-03-05 10:30")
    for rank, expected in enumerate(("2024-01-02", "2024-03-05")):
        found = list(moments_for(DAY, request, rank))
        assert len(found) == 2
        assert max(found, key=lambda option: option.score).value == expected


def test_an_ambiguous_date_is_taken_only_as_the_layout_has_it() -> None:
    request = read("on 05/06/2024")
    assert list(moments_for(DAY, request, 0)) == []
    assert [option.value for option in laid_out_for(LAID_OUT, request, 0)] == ["05/06/2024"]
    dashes = slot("day", 'type = "string"\ndescription = "As DD-MM-YYYY."')
    assert list(laid_out_for(dashes, request, 0)) == []


def test_a_date_that_the_slot_does_not_accept_is_left_out() -> None:
    strict = slot("day", 'type = "string"\ndescription = "As DD/MM/YYYY."\npattern = "2025$"')
    request = read("from 5 March 2024 to 6 April 2025")
    assert [option.value for option in laid_out_for(strict, request, 0)] == ["06/04/2025"]


THURSDAY = datetime.date(2026, 11, 26)


@pytest.mark.parametrize(
    "text",
    [
        "days from today to 9 November 2028",
        "counting from today until 9 November 2028",
        "Christmas trip: 9 November 2028",
    ],
)
def test_a_written_date_beats_one_that_depends_on_today(text: str) -> None:
    found = list(moments_for(DAY, read(text, None, THURSDAY), 0))
    assert len(found) == 2
    assert max(found, key=lambda option: option.score).value == "2028-11-09"


def test_the_reason_states_the_date_that_today_gives() -> None:
    [option] = moments_for(DAY, read("until next Friday", None, THURSDAY), 0)
    assert (option.value, option.why) == ("2026-12-04", "the date “next Friday”, 2026-12-04")


def test_a_relative_date_is_written_in_the_layout_too() -> None:
    [option] = laid_out_for(LAID_OUT, read("until tomorrow", None, THURSDAY), 0)
    assert option.value == "27/11/2026"


def test_a_relative_date_is_no_candidate_if_today_is_not_known() -> None:
    assert list(moments_for(DAY, read("until next Friday"), 0)) == []
    assert list(laid_out_for(LAID_OUT, read("until next Friday"), 0)) == []
