"""Texts of every format are valid, and the awkward ones are among them."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest

from mapp.model.schema import Schema
from mapp.model.validation import is_valid
from mapp.validate.generate.choices import Dice
from mapp.validate.generate.formats import FORMATS


def drawn(name: str, count: int = 1500) -> list[Any]:
    dice = Dice(1)
    return [FORMATS[name](dice) for _ in range(count)]


class First:
    """Always chooses the first option."""

    def below(self, bound: int) -> int:
        assert bound > 0
        return 0


class Last:
    """Always chooses the last option."""

    def below(self, bound: int) -> int:
        return bound - 1


@pytest.mark.parametrize("name", FORMATS)
def test_every_text_fits_its_format(name: str) -> None:
    schema = Schema.from_dict({"type": "string", "format": name})
    ends = [FORMATS[name](First()), FORMATS[name](Last())]

    assert [text for text in [*drawn(name), *ends] if not is_valid(schema, text)] == []


def test_dates_exist_and_reach_the_first_and_last_year_and_leap_days() -> None:
    days = [date.fromisoformat(text) for text in drawn("date")]

    assert min(days) == date.min and max(days) == date.max
    assert sum((day.month, day.day) == (2, 29) for day in days) > 10
    assert sum(1950 <= day.year < 2100 for day in days) > len(days) / 2


def test_half_of_the_moments_are_in_utc_and_whole_seconds() -> None:
    moments = drawn("date-time")

    assert sum(len(text) == len("2024-02-29T00:00:00Z") for text in moments) >= len(moments) * 0.45
    assert {"+05:30", "-12:00", "+23:59"} <= {text[-6:] for text in moments}
    assert any("." in text for text in moments)


def test_most_uuids_are_of_version_4_and_some_are_in_capitals() -> None:
    found = [uuid.UUID(text) for text in drawn("uuid")]

    assert sum(each.version == 4 for each in found) > len(found) / 2
    assert uuid.UUID(int=0) in found and uuid.UUID(int=2**128 - 1) in found
    assert any(text != text.lower() for text in drawn("uuid"))


def test_addresses_include_long_names_and_signs() -> None:
    names = {text.rpartition("@")[0] for text in drawn("email")}

    assert {"n" * 64, "x+tag", "o'hara"} <= names
