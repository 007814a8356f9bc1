"""The unit after a number."""

import pytest

from mapp.route.read.unit_words import unit_after


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("5 km", "km"), ("5km", "km"), ("5-foot", "ft"), ("5 square feet", "ft2"),
        ("5 miles per hour", "mph"),
        ("5 in.", "in"), ("5 in by", "in"), ('5"', "in"), ("5″", "in"), ("5''", "in"), ("5”", "in"),
        ("5'", "ft"), ("5′", "ft"), ("5’ 11”", "ft"), ("5'11", "ft"), ("5 US gallons", "gal"),
        ("5 imperial gallons", "imp_gal"), ("5 short tons", "short_ton"), ("5\u202fkg", "kg"),
    ],
)  # fmt: skip
def test_the_unit_is_found(text: str, unit: str) -> None:
    found = unit_after(text, 1)
    assert found is not None and found[0] == unit


@pytest.mark.parametrize("text", ["5 apples", "5's", "5'000", "5 in cm", "5 in kilograms", "5%"])
def test_other_words_are_no_unit(text: str) -> None:
    assert unit_after(text, 1) is None


def test_a_mark_that_closes_a_quotation_is_no_unit() -> None:
    assert unit_after('say "5" now', 6) == ("in", 7)
    assert unit_after('say "5" now', 6, frozenset({7})) is None
