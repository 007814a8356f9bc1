"""Dates that depend on the day on which they are said: each rule in several wordings."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapp.route.read.dates import moments
from mapp.route.read.moment import Moment

THURSDAY = datetime.date(2026, 11, 26)
LEAP_DAY = datetime.date(2028, 2, 29)
NEW_YEARS_EVE = datetime.date(2026, 12, 31)
DAYS = st.dates(datetime.date(1900, 1, 1), datetime.date(2200, 12, 31))


def dated(text: str, today: datetime.date | None = THURSDAY) -> list[str | None]:
    return [str(day.value) if day.value else None for day in moments(text, today) if day.kind == "date"]


def one(text: str, today: datetime.date) -> Moment:
    [found] = [day for day in moments(text, today) if day.kind == "date"]
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("days until Christmas", "2026-12-25"),
        ("how long is it to christmas day", "2026-12-25"),
        ("next Christmas", "2026-12-25"),
        ("days since Christmas", "2025-12-25"),
        ("how many days ago was Christmas", "2025-12-25"),
        ("last xmas", "2025-12-25"),
        ("Christmas next year", "2027-12-25"),
        ("next year's Easter", "2027-03-28"),
        ("Easter this year", "2026-04-05"),
        ("until new year's eve", "2026-12-31"),
        ("till the New Year", "2027-01-01"),
        ("countdown to halloween", "2027-10-31"),
        ("thanksgiving", "2026-11-26"),
        ("next thanksgiving", "2027-11-25"),
        ("last thanksgiving", "2025-11-27"),
    ],
)
def test_a_named_day_without_a_year_is_the_next_one_or_the_latest(text: str, expected: str) -> None:
    assert dated(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Christmas 2027", "2027-12-25"),
        ("on Christmas Eve of 1999", "1999-12-24"),
        ("Easter in 2030", "2030-04-21"),
        ("2030 Easter", "2030-04-21"),
        ("New Year's Eve, 1999", "1999-12-31"),
        ("the end of 2027", "2027-12-31"),
        ("the end of February 2028", "2028-02-29"),
        ("start of the year 2031", "2031-01-01"),
        ("the first of March 2029", "2029-03-01"),
        ("the twenty-fourth of May 2029", "2029-05-24"),
    ],
)
def test_with_a_year_it_is_a_plain_date_that_needs_no_clock(text: str, expected: str) -> None:
    for today in (None, THURSDAY):
        assert dated(text, today) == [expected]
        assert not any(day.relative for day in moments(text, today))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on Friday", "2026-11-27"),
        ("until Thursday", "2026-12-03"),
        ("this Thursday", "2026-11-26"),
        ("this coming Sunday", "2026-11-29"),
        ("next Friday", "2026-12-04"),
        ("next Monday", "2026-11-30"),
        ("next tue", "2026-12-01"),
        ("last Monday", "2026-11-23"),
        ("last Thursday", "2026-11-19"),
        ("since Monday", "2026-11-23"),
        ("Friday of next week", "2026-12-04"),
        ("next week on Tuesday", "2026-12-01"),
        ("Monday last week", "2026-11-16"),
        ("Friday after next", "2026-12-11"),
        ("a week on Friday", "2026-12-04"),
        ("days to Friday week", "2026-12-04"),
        ("two weeks from Monday", "2026-12-14"),
    ],
)
def test_a_weekday_follows_the_documented_rule(text: str, expected: str) -> None:
    assert dated(text) == [expected]


@pytest.mark.parametrize(
    "text",
    ["is it a Friday", "Monday to Friday", "every Friday", "the first Monday in March", "how many Fridays",
     "the last Friday of the month", "Saturday or Sunday", "the Christmas party", "an easter egg",
     "Friday's child"],
)  # fmt: skip
def test_words_that_only_contain_a_day_are_no_date(text: str) -> None:
    assert dated(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tomorrow", "2026-11-27"),
        ("yesterday", "2026-11-25"),
        ("the day after tomorrow", "2026-11-28"),
        ("the day before yesterday", "2026-11-24"),
        ("today", "2026-11-26"),
        ("in 3 weeks", "2026-12-17"),
        ("in three weeks' time", "2026-12-17"),
        ("10 days ago", "2026-11-16"),
        ("a fortnight from now", "2026-12-10"),
        ("twenty-five days from today", "2026-12-21"),
        ("in a couple of months", "2027-01-26"),
        ("a year ago", "2025-11-26"),
        ("the end of the month", "2026-11-30"),
        ("end of next month", "2026-12-31"),
        ("the end of the year", "2026-12-31"),
        ("end of the week", "2026-11-29"),
        ("the first of next month", "2026-12-01"),
        ("the first of the month", "2026-12-01"),
        ("the start of April", "2027-04-01"),
        ("next month", "2026-12-01"),
        ("next week", "2026-11-30"),
        ("next year", "2027-01-01"),
        ("since last month", "2026-10-01"),
        ("on the 24th", "2026-12-24"),
        ("the 26th", "2026-11-26"),
        ("since the 27th", "2026-10-27"),
        ("the 5th of next month", "2026-12-05"),
        ("24 December", "2026-12-24"),
        ("Dec 24th", "2026-12-24"),
        ("the fourth of July", "2027-07-04"),
        ("how many days since 24 December", "2025-12-24"),
        ("how many days have passed since March 3rd", "2026-03-03"),
        ("two weeks after Easter", "2027-04-11"),
        ("the day before Christmas Eve", "2026-12-23"),
        ("3 days after tomorrow", "2026-11-30"),
    ],
)
def test_other_relative_dates(text: str, expected: str) -> None:
    assert dated(text) == [expected]


@pytest.mark.parametrize(
    ("text", "today", "expected"),
    [
        ("leap day", LEAP_DAY, "2028-02-29"),
        ("next leap day", LEAP_DAY, "2032-02-29"),
        ("29 February", datetime.date(2096, 3, 1), "2104-02-29"),
        ("since 29 February", datetime.date(2027, 3, 1), "2024-02-29"),
        ("in a year", LEAP_DAY, "2029-02-28"),
        ("a year ago", LEAP_DAY, "2027-02-28"),
        ("one month from now", datetime.date(2027, 1, 31), "2027-02-28"),
        ("tomorrow", LEAP_DAY, "2028-03-01"),
        ("tomorrow", NEW_YEARS_EVE, "2027-01-01"),
        ("next month", NEW_YEARS_EVE, "2027-01-01"),
        ("the end of the month", datetime.date(2028, 2, 1), "2028-02-29"),
        ("the 31st", datetime.date(2027, 2, 1), "2027-03-31"),
        ("new year's eve", NEW_YEARS_EVE, "2026-12-31"),
        ("next new year's eve", NEW_YEARS_EVE, "2027-12-31"),
        ("since new year", NEW_YEARS_EVE, "2026-01-01"),
        ("yesterday", datetime.date(2027, 1, 1), "2026-12-31"),
    ],
)
def test_leap_days_and_the_ends_of_years(text: str, today: datetime.date, expected: str) -> None:
    assert dated(text, today) == [expected]


@pytest.mark.parametrize(
    "text", ["tomorrow", "next Friday", "Christmas", "the end of the month", "easter monday"]
)
def test_without_a_clock_a_relative_date_is_marked_and_has_no_value(text: str) -> None:
    [found] = moments(text)
    assert (found.value, found.relative, found.ambiguous) == (None, True, False)


@pytest.mark.parametrize("text", ["in 3 weeks", "10 days ago", "today", "next month", "on Friday"])
def test_without_a_clock_amounts_of_time_and_bare_words_are_no_dates(text: str) -> None:
    assert [day for day in moments(text) if day.kind == "date"] == []


def test_a_written_date_next_to_a_named_day_is_the_one_that_counts() -> None:
    assert dated("until Friday, 29 March 2030") == ["2030-03-29"]
    assert dated("Christmas, 25 December 2028, days to go?") == ["2028-12-25"]
    assert dated("our wedding is on 12 June 2027, a Saturday") == ["2027-06-12"]


def test_a_time_of_day_joins_a_relative_date() -> None:
    found = {day.kind: (day.value, day.relative) for day in moments("tomorrow at 3 pm", THURSDAY)}
    assert found["date-time"] == ("2026-11-27T15:00:00Z", True)


def test_a_date_that_can_be_read_both_ways_stays_ambiguous_with_a_clock() -> None:
    [found] = [day for day in moments("until 05/03/2027", THURSDAY) if day.kind == "date"]
    assert found.ambiguous and found.value is None


@given(
    DAYS, st.sampled_from(["christmas", "easter", "halloween", "new year's day", "leap day", "29 February"])
)
def test_the_next_one_is_never_before_today_and_the_latest_never_after(
    today: datetime.date, name: str
) -> None:
    ahead = datetime.date.fromisoformat(str(one(f"days until {name}", today).value))
    behind = datetime.date.fromisoformat(str(one(f"days since {name}", today).value))
    assert behind <= today <= ahead
    assert (ahead - today).days <= 366 * 8


@given(DAYS, st.sampled_from(["monday", "wednesday", "friday", "sunday"]))
def test_next_weekday_is_in_next_week_and_last_is_the_latest_before_today(
    today: datetime.date, name: str
) -> None:
    ahead = datetime.date.fromisoformat(str(one(f"next {name}", today).value))
    behind = datetime.date.fromisoformat(str(one(f"last {name}", today).value))
    assert f"{ahead:%A}".lower() == f"{behind:%A}".lower() == name
    monday = today - datetime.timedelta(days=today.weekday())
    assert (ahead - monday).days // 7 == 1
    assert 1 <= (today - behind).days <= 7


@given(DAYS, st.integers(1, 2000))
def test_days_from_now_and_ago_count_from_today(today: datetime.date, days: int) -> None:
    step = datetime.timedelta(days=days)
    assert one(f"{days} days from now", today).value == (today + step).isoformat()
    assert one(f"{days} days ago", today).value == (today - step).isoformat()


@given(DAYS, DAYS)
def test_a_day_and_month_is_read_back_within_a_year(today: datetime.date, day: datetime.date) -> None:
    found = datetime.date.fromisoformat(str(one(f"until {day.day} {day:%B}", today).value))
    assert (found.month, found.day) == (day.month, day.day)
    assert found >= today


@given(st.sampled_from(["in 5 years", "next year", "next Friday", "tomorrow", "christmas next year"]))
def test_past_the_end_of_the_calendar_there_is_no_date(text: str) -> None:
    assert one(text, datetime.date.max).value is None
