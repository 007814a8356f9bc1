import datetime
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapp.route.read.dates import moments

DAYS = st.dates(datetime.date(1583, 1, 1), datetime.date(9999, 12, 31))


def suffix(day: int) -> str:
    return "th" if 10 <= day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


FORMATS: dict[str, Callable[[datetime.date], str]] = {
    "iso": lambda d: d.isoformat(),
    "slashes, year first": lambda d: f"{d.year}/{d.month:02}/{d.day:02}",
    "day month year": lambda d: f"{d.day} {d:%B} {d.year}",
    "month day year": lambda d: f"{d:%B} {d.day}, {d.year}",
    "short month": lambda d: f"{d:%b} {d.day}, {d.year}",
    "ordinal day": lambda d: f"{d:%B} {d.day}{suffix(d.day)} {d.year}",
    "day of month": lambda d: f"{d.day}{suffix(d.day)} of {d:%B}, {d.year}",
    "hyphens": lambda d: f"{d.day}-{d:%b}-{d.year}",
}


@given(DAYS, st.sampled_from(sorted(FORMATS)))
def test_a_date_is_read_in_every_accepted_format(day: datetime.date, form: str) -> None:
    text = f"how long until {FORMATS[form](day)} please"
    found = [moment for moment in moments(text) if moment.kind == "date"]
    assert [(moment.value, moment.ambiguous) for moment in found] == [
        (f"{day.year:04}" + day.isoformat()[4:], False)
    ]


@given(DAYS.filter(lambda day: day.day <= 12 and day.day != day.month))
def test_an_ambiguous_date_is_marked_and_never_guessed(day: datetime.date) -> None:
    [found] = [m for m in moments(f"from {day.day:02}/{day.month:02}/{day.year:04} on") if m.kind == "date"]
    assert found.ambiguous and found.value is None


def test_a_date_with_one_meaning_is_parsed() -> None:
    assert [moment.value for moment in moments("25/12/2023")] == ["2023-12-25"]
    assert [moment.value for moment in moments("05/05/2024")] == ["2024-05-05"]


def test_a_date_without_a_year_is_ambiguous() -> None:
    [found] = moments("on March 5th")
    assert found.ambiguous


def test_the_second_date_of_a_range_gives_its_year_to_the_first() -> None:
    assert [day.value for day in moments("from May 15th to May 22nd, 2023")] == ["2023-05-15", "2023-05-22"]


def test_a_day_that_does_not_exist_is_not_a_date() -> None:
    assert moments("2023-02-30") == []


@pytest.mark.parametrize(
    ("text", "value"),
    [("14:30", "14:30"), ("2:30 pm", "14:30"), ("3pm", "15:00"), ("12 am", "00:00"), ("at noon", "12:00")],
)
def test_times_of_day(text: str, value: str) -> None:
    assert [moment.value for moment in moments(text)] == [value]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1h 30m", 5400), ("2 hours 30 minutes and 5 seconds", 9005), ("1 day, 1 hour", 90000)],
)
def test_compound_durations_are_seconds(text: str, seconds: int) -> None:
    assert [moment.value for moment in moments(text)] == [seconds]


def test_a_date_with_a_time_is_also_one_moment() -> None:
    kinds = {moment.kind: moment.value for moment in moments("5 March 2024 at 3 pm")}
    assert kinds["date-time"] == "2024-03-05T15:00:00Z"


@given(st.text(alphabet="0123456789-/:. TZMarchmay,thof", max_size=200))
def test_every_moment_lies_inside_the_text(text: str) -> None:
    for moment in moments(text):
        assert 0 <= moment.start < moment.end <= len(text)
