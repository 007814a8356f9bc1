"""The unit in which all amounts of one request are counted."""

import pytest

from mapp.route.fill.shared_unit import amounts_of, shared_unit
from mapp.route.read.parsed_request import read


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("12 ft 6 in by 10 ft", "ft"), ("12'6\" by 10'4\"", "in"), ("5 ft 11 in", "in"), ("6 ft 6 in", "ft"),
        ("1 m 80 by 2 m", "m"), ("10 ft by 12 ft", None), ("10 ft by 12 m", None), ("5'6\" by 2 m", None),
        ("", None),
    ],
)  # fmt: skip
def test_the_largest_unit_that_needs_few_decimals(text: str, unit: str | None) -> None:
    assert shared_unit(read(text), "length") == unit


def test_amounts_of_other_dimensions_do_not_count() -> None:
    request = read("a 6 ft 6 in bar of 3 kg")
    assert shared_unit(request, "mass") is None
    assert [mention.unit for mention in amounts_of(request, "mass")] == ["kg"]
