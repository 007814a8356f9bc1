"""Amounts of one kind in different units."""

import pytest

from mapp.model.request import Request
from mapp.route.fill.fill import fill
from mapp.route.fill.mixed_units import mixed_units
from mapp.route.fill.slots import slots_of
from mapp.route.read.parsed_request import read
from support.filling import probe

SIDES = probe('[input.width]\ntype = "number"\n[input.height]\ntype = "number"')
METRES = probe(
    '[input.width]\ntype = "number"\nunit = "m"\n[input.height]\ntype = "number"\nunit = "m"',
)
LIST = probe('[input.numbers]\ntype = "array"\nitems = {type = "number"}')
CONVERT = probe('[input.value]\ntype = "number"\n[input.from]\nenum = ["km", "mi", "m"]')


def mixed(text: str, app: object = SIDES) -> list[tuple[str, str]]:
    assert hasattr(app, "arguments")
    filling = fill(Request(text=text), app)  # type: ignore[arg-type]  # the line above
    spans = [(name, (start, end)) for name, start, end in filling.spans]
    return [(a.text, b.text) for a, b in mixed_units(read(text), slots_of(app), spans)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["10 ft by 12 m", "width 200 cm, height 3 m", "3 yards by 4 feet", "6'2\" by 2 m", "5 kg by 3 lb"]
)
def test_sides_in_different_units_do_not_go_together(text: str) -> None:
    assert len(mixed(text)) == 1


@pytest.mark.parametrize(
    "text", ["10 ft by 12 ft", "10 by 12 m", "3 by 4", "12 ft 6 in by 10 ft", "3 m by 4 kg"]
)
def test_sides_in_one_unit_do(text: str) -> None:
    assert mixed(text) == []


def test_units_that_the_arguments_state_are_converted_instead() -> None:
    assert mixed("10 ft by 12 m", METRES) == []
    assert fill(Request(text="10 ft by 12 m"), METRES).arguments == {"width": 3.048, "height": 12}


def test_the_numbers_of_a_list_have_one_unit_or_currency() -> None:
    assert mixed("mean of 3 km and 500 m", LIST) == [("3 km", "500 m")]
    assert mixed("sum of 12 euros and 5 dollars", LIST) == [("12 euros", "5 dollars")]
    assert mixed("sum of 12 euros and 5 euros", LIST) == []


def test_an_argument_for_the_unit_takes_care_of_it() -> None:
    assert mixed("3 km to 5 m", CONVERT) == []
