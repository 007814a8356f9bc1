"""Numbers that can be thousands or decimals."""

from decimal import Decimal

import pytest

from mapp.model.manifest import Manifest
from mapp.model.request import Request
from mapp.route.fill.ambiguous_numbers import ambiguous_numbers
from mapp.route.fill.fill import fill
from mapp.route.fill.slots import slots_of
from mapp.route.read.parsed_request import read
from support.filling import probe

PRICE = probe('[input.price]\ntype = "number"\n[input.rate]\ntype = "number"\nunit = "percent"\ndefault = 20')
RADIUS = probe('[input.radius]\ntype = "number"')
WHOLE = probe('[input.number]\ntype = "integer"\nminimum = 2')
EXCHANGE = probe(
    '[input.amount]\ntype = "number"\n[input.rate]\ntype = "number"\ndescription = "exchange rate"'
)


LIST = probe('[input.numbers]\ntype = "array"\nitems = {type = "number"}')


def ambiguous(text: str, app: Manifest) -> list[tuple[str, str, str]]:
    spans = [(name, (start, end)) for name, start, end in fill(Request(text=text), app).spans]
    found = ambiguous_numbers(read(text), slots_of(app), spans)
    return [(mention.text, one, other) for mention, one, other in found]


@pytest.mark.parametrize(
    ("text", "app"),
    [
        ("add 20% to 1.250 €", PRICE), ("price 1.250", PRICE), ("$1.250 with 20%", PRICE),
        ("factors of 1.250", WHOLE), ("is 12.345 prime", WHOLE), ("1.250 euros at rate 1.09", EXCHANGE),
    ],
)  # fmt: skip
def test_three_digits_after_a_dot_are_asked_about_where_thousands_are_likely(
    text: str, app: Manifest
) -> None:
    ((number, thousands, decimal),) = ambiguous(text, app)
    assert (thousands, Decimal(decimal)) == (number.replace(".", ""), Decimal(number))


@pytest.mark.parametrize(
    ("text", "app"),
    [
        ("add 20% to 1.25 €", PRICE), ("add 20% to 1,250.00 €", PRICE), ("add 20% to 1,250 €", PRICE),
        ("price 0.250", PRICE), ("add 19,5 % to 1.250 €", PRICE), ("radius 1.250", RADIUS),
        ("radius 1.250 m", RADIUS), ("500 pounds at a rate of 1.145 euros", EXCHANGE),
        ("factors of 1250", WHOLE),
        ("add 20% to 1.250,00 €", PRICE), ("price 1'250", PRICE),
    ],
)  # fmt: skip
def test_what_the_request_settles_is_not_asked_about(text: str, app: Manifest) -> None:
    assert ambiguous(text, app) == []


def test_a_comma_before_three_digits_is_ambiguous_next_to_decimal_commas() -> None:
    assert ambiguous("1,250 € and 19,5 %", PRICE) == [("1,250", "1250", "1.25")]


def test_a_comma_in_a_list_next_to_decimal_points_is_ambiguous() -> None:
    assert ambiguous("mean of 2.5 and 3,5", LIST) == [("3,5", "3.5", "3 and 5")]
    assert ambiguous("mean of 3,5 and 7", LIST) == []
