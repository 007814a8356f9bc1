"""Units that have several sizes."""

import pytest

from mapp.model.manifest import Manifest
from mapp.model.request import Request
from mapp.route.fill.ambiguous_units import ambiguous_units
from mapp.route.fill.fill import fill
from mapp.route.fill.slots import slots_of
from mapp.route.read.parsed_request import read
from support.filling import probe

TONS = probe(
    '[input.value]\ntype = "number"\n'
    '[input.from]\nenum = ["kg", "t", "short-ton", "long-ton", "gal", "imp-gal"]\n'
    '[input.from.words]\nt = ["metric ton", "tonne"]\ngal = ["gallon"]\nimp-gal = ["imperial gallon"]'
)
MASS = probe('[input.mass]\ntype = "number"\nunit = "kg"')
FUEL = probe('[input.fuel]\ntype = "number"\nunit = "l"')
PLAIN = probe('[input.load]\ntype = "number"')


def ambiguous(text: str, app: Manifest) -> list[tuple[str, list[str]]]:
    spans = [(name, (start, end)) for name, start, end in fill(Request(text=text), app).spans]
    return list(ambiguous_units(read(text), slots_of(app), spans))


@pytest.mark.parametrize("text", ["5 tons", "how many kg in a ton", "3 kg in tons"])
def test_a_ton_is_one_of_those_that_the_app_knows(text: str) -> None:
    ((_, meant),) = ambiguous(text, TONS)
    assert meant == ["t", "short-ton", "long-ton"]


@pytest.mark.parametrize(
    "text",
    ["5 short tons", "5 metric tons", "5 long tons", "5 tonnes", "5 t", "5 gallons", "5 imperial gallons"],
)
def test_a_unit_that_is_said_in_full_or_that_the_app_claims_is_not_asked_about(text: str) -> None:
    assert ambiguous(text, TONS) == []


@pytest.mark.parametrize(
    ("text", "app"), [("mass 5 tons", MASS), ("fuel of 10 gallons", FUEL), ("fuel 3 pints", FUEL)]
)
def test_an_amount_that_would_be_converted_in_one_of_several_sizes(text: str, app: Manifest) -> None:
    assert len(ambiguous(text, app)) == 1


@pytest.mark.parametrize(
    ("text", "app"),
    [
        ("mass 5 tonnes", MASS), ("mass 5 short tons", MASS), ("fuel of 10 US gallons", FUEL),
        ("mass 5 lb", MASS),
        ("fuel of 10 imperial gallons", FUEL), ("load 5 tons", PLAIN), ("fuel 5 gallons (UK)", FUEL),
    ],
)  # fmt: skip
def test_an_amount_with_one_size_is_converted(text: str, app: Manifest) -> None:
    assert ambiguous(text, app) == []
