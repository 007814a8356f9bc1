"""Named days: fixed ones, those that follow Easter, and those on the fourth Thursday of November."""

import datetime
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapp.route.read.holidays import NAMES, easter, holiday

YEARS = st.integers(1583, 9998)


@pytest.mark.parametrize(
    ("name", "year", "expected"),
    [
        ("Christmas", 2027, (2027, 12, 25)),
        ("christmas eve", 2027, (2027, 12, 24)),
        ("xmas", 2024, (2024, 12, 25)),
        ("Boxing Day", 2026, (2026, 12, 26)),
        ("New Year's Eve", 1999, (1999, 12, 31)),
        ("New Years Day", 2000, (2000, 1, 1)),
        ("Valentine’s Day", 2028, (2028, 2, 14)),
        ("St. Patrick's Day", 2030, (2030, 3, 17)),
        ("Halloween", 2026, (2026, 10, 31)),
        ("Easter", 2030, (2030, 4, 21)),
        ("Good Friday", 2025, (2025, 4, 18)),
        ("Easter Monday", 2024, (2024, 4, 1)),
        ("Pentecost", 2026, (2026, 5, 24)),
        ("Thanksgiving", 2026, (2026, 11, 26)),
        ("Black Friday", 2029, (2029, 11, 23)),
        ("leap day", 2028, (2028, 2, 29)),
    ],
)
def test_a_named_day_has_its_date(name: str, year: int, expected: tuple[int, int, int]) -> None:
    assert holiday(name, year) == datetime.date(*expected)


def test_a_day_that_a_year_does_not_have_has_no_date() -> None:
    assert holiday("leap day", 2100) is None
    assert holiday("Easter", 1066) is None
    assert holiday("Christmas", 0) is None


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [
        # Earliest and latest dates, and the exceptions of Gauss's rule: Zeller 1886, Meeus 1991.
        (1818, 3, 22), (2285, 3, 22), (1943, 4, 25), (2038, 4, 25), (1954, 4, 18), (1981, 4, 19),
        (2000, 4, 23), (2049, 4, 18), (2076, 4, 19), (1961, 4, 2), (2019, 4, 21), (2024, 3, 31),
    ],
)  # fmt: skip
def test_easter_agrees_with_published_tables(year: int, month: int, day: int) -> None:
    assert easter(year) == datetime.date(year, month, day)


@given(YEARS)
def test_easter_is_a_sunday_from_22_march_to_25_april(year: int) -> None:
    day = easter(year)
    assert day.weekday() == 6
    assert datetime.date(year, 3, 22) <= day <= datetime.date(year, 4, 25)


@given(YEARS)
def test_thanksgiving_is_the_fourth_thursday_of_november(year: int) -> None:
    day = holiday("thanksgiving", year)
    assert day is not None
    assert (day.weekday(), day.month, (day.day - 1) // 7) == (3, 11, 3)


def test_the_longest_name_is_read() -> None:
    found = re.search(NAMES, "on new  year’s eve", re.IGNORECASE)
    assert found is not None and found.group() == "new  year’s eve"
