"""Amounts in several units, and fractions of one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapp.route.read.extract import mentions
from mapp.route.read.mention import Mention


def compounds(text: str) -> list[tuple[object, str | None]]:
    return [(found.value, found.unit) for found in mentions(text) if found.compound]


FEET = ["{} ft {} in", "{}'{}\"", "{}' {}\"", "{}′ {}″", "{}’{}”", "{}'{}", "{} ft {}", "{} feet {} inches"]
FEET += [
    "{} foot {}",
    "{}ft {}in",
    "{}ft{}",
    "{}-foot-{}",
    "{} feet and {} inches",
    "{}' {}''",
    "{} feet, {} inches",
]


@given(st.integers(1, 40), st.integers(0, 11), st.sampled_from(FEET))
def test_feet_and_inches_are_read_back(feet: int, inches: int, form: str) -> None:
    assert compounds(f"I am {form.format(feet, inches)} tall") == [(12 * feet + inches, "in")]


@given(st.integers(1, 400), st.integers(0, 13), st.sampled_from(["{} stone {}", "{} st {} lb", "{}st {}lbs"]))
def test_stones_and_pounds_are_read_back(stones: int, pounds: int, form: str) -> None:
    if "{}st" in form and stones % 10 == 1 and stones % 100 != 11:
        stones += 1  # `1st` is an ordinal
    assert compounds(f"{form.format(stones, pounds)} to kg") == [(14 * stones + pounds, "lb")]


HOURS = [
    "{}h{:02d}",
    "{} h {:02d} min",
    "{}h {:02d}m",
    "{} hours and {} minutes",
    "{} hr {} min",
    "{}h{:02d}m",
]


@given(st.integers(1, 500), st.integers(0, 59), st.sampled_from(HOURS))
def test_hours_and_minutes_are_read_back(hours: int, minutes: int, form: str) -> None:
    assert compounds(f"it took {form.format(hours, minutes)}") == [(60 * hours + minutes, "minute")]


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("six foot two", 74, "in"), ("five foot eleven inches", 71, "in"), ("5' 10 1/2\"", 70.5, "in"),
        ("7 lb 4 oz", 116, "oz"), ("7 pounds and 4 ounces", 116, "oz"), ("1 m 80", 180, "cm"),
        ("1 m 80 cm", 180, "cm"), ("2 kg 300 g", 2300, "g"), ("2 weeks and 3 days", 17, "day"),
        ("1 h 2 min 3 s", 3723, "second"), ("2 years and 6 months", 30, "month"), ("5 min 30", 330, "second"),
        ("an hour and a half", 1.5, "hour"), ("an hour and a quarter", 1.25, "hour"),
        ("3 miles and a half", 3.5, "mi"), ("a pound and three quarters", 1.75, "lb"),
        ("an hour and 20 minutes", 80, "minute"), ("half an hour", 0.5, "hour"), ("half a mile", 0.5, "mi"),
        ("a quarter of an hour", 0.25, "hour"), ("three quarters of an inch", 0.75, "in"),
        ("2/3 of a cup", 2 / 3, "cup"), ("¾ of a pint", 0.75, "pt"),
    ],
)  # fmt: skip
def test_amounts_in_several_units_or_with_a_fraction(text: str, value: float, unit: str) -> None:
    assert compounds(f"convert {text} please") == [(pytest.approx(value), unit)]


@pytest.mark.parametrize(
    "text",
    [
        "3 km, 4 km and 5 km", "12 metres a second", "5 feet an inch",
        "10 ft by 12 ft", "5 kg and 3 g", "5 ft 13 in", "2 h 75 min", "5.5 ft 3 in",
        "6 ft 2 boards", "3 in 4 ft", "room 5 ft 4 m", "5 ft 11%",
        "between 2 h and 30", "version 1.2 m 30x", "(5 ft) 11",
    ],
)  # fmt: skip
def test_separate_amounts_stay_separate(text: str) -> None:
    assert compounds(text) == []


def test_a_compound_knows_the_numbers_in_it() -> None:
    text = "5 ft 11 in"
    (found,) = [mention for mention in mentions(text) if mention.compound]
    assert [text[start:end] for start, end in found.parts] == ["5", "11"]
    assert isinstance(found, Mention) and found.number == found.parts[0]


def test_half_a_percent_is_a_percentage() -> None:
    found = [(m.text, m.value) for m in mentions("half a percent of 80") if m.kind == "percent"]
    assert found == [("half a percent", 0.5)]
