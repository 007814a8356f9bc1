"""Numbers as candidates: converted, as fractions, and by the words around them."""

import pytest

from mapp.route.fill.candidate import Option
from mapp.route.fill.number_candidates import amounts_for, takes_fraction
from mapp.route.fill.slots import Slot
from mapp.route.read.parsed_request import read
from support.filling import slot


def best(of: Slot, text: str) -> Option:
    return max(amounts_for(of, read(text), 0), key=lambda option: option.score)


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ('unit = "fraction"', True),
        ('unit = "percent"', False),
        ('description = "As a decimal."', True),
        ('description = "In percent."', False),
        ("maximum = 1", True),
        ("exclusiveMaximum = 100", False),
        ("default = 0.2", True),
        ("default = 20", False),
    ],
)
def test_a_fraction_is_known_by_unit_wording_bounds_and_default(schema: str, expected: bool) -> None:
    assert takes_fraction(slot("share", f'type = "number"\n{schema}')) is expected


def test_a_whole_number_never_takes_a_fraction() -> None:
    assert not takes_fraction(slot("share", 'type = "integer"'))


def test_a_quantity_is_converted_and_uses_the_words_of_its_unit() -> None:
    option = best(slot("mass", 'type = "number"\nunit = "g"'), "weigh 1.5 kg")
    assert (option.value, option.spans) == (1500, ((6, 12),))


def test_a_number_that_the_slot_does_not_accept_is_left_out() -> None:
    month = slot("month", 'type = "integer"\nminimum = 1\nmaximum = 12')
    found = [option.value for option in amounts_for(month, read("month 5 of 2024, not 13 or 2.5"), 0)]
    assert found == [5]


def test_a_number_in_words_that_counts_things_scores_below_digits() -> None:
    plain = slot("amount", 'type = "number"')
    assert best(plain, "two places, 14.6").value == 14.6
    assert best(plain, "two and 14.6").value == 2


def test_a_year_is_the_number_that_looks_like_one() -> None:
    assert best(slot("year", 'type = "integer"'), "12 then 2024").value == 2024
