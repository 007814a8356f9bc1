"""Units as enum values."""

import pytest

from mapp.model.request import Request
from mapp.route.fill.fill import fill
from mapp.route.fill.slots import slots_of
from mapp.route.fill.unit_choices import unit_evidence
from mapp.route.read.parsed_request import read
from support.filling import probe, slot

UNITS = (
    '["ft", "inch", "cm", "m", "lb", "oz", '
    '"kg", "g", "fl-oz", "ml", "l", "hour", "minute", "second", "mi", "km"]'
)
WORDS = """
ft = ["foot", "feet"]
inch = ["inches"]
lb = ["pound", "pounds"]
oz = ["ounce", "ounces"]
fl-oz = ["fl oz", "fluid ounce", "fluid ounces"]
hour = ["hours", "h"]
minute = ["minutes", "min"]
mi = ["mile", "miles"]
"""
CONVERT = probe(
    f'[input.value]\ntype = "number"\n[input.from]\nenum = {UNITS}\n[input.from.words]{WORDS}'
    f"[input.to]\nenum = {UNITS}\n[input.to.words]{WORDS}"
)


@pytest.mark.parametrize(
    ("text", "value", "origin", "target"),
    [
        ("5 ft 11 in to cm", 71, "inch", "cm"), ("6'2\" to cm", 74, "inch", "cm"),
        ("6'2 in cm", 74, "inch", "cm"),
        ("7 lb 4 oz to kg", 116, "oz", "kg"), ("2 h 15 min to second", 135, "minute", "second"),
        ("half a mile to km", 0.5, "mi", "km"), ("an hour and a half to minutes", 1.5, "hour", "minute"),
        ("8 oz to ml", 8, "fl-oz", "ml"), ("8 oz to g", 8, "oz", "g"),
        ("250 ml to ounces", 250, "ml", "fl-oz"),
        ("how many ounces in a pound", 1, "lb", "oz"), ("how many km in a mile", 1, "mi", "km"),
        ('72" to cm', 72, "inch", "cm"),
    ],
)  # fmt: skip
def test_value_and_unit_belong_together(text: str, value: float, origin: str, target: str) -> None:
    assert fill(Request(text=text), CONVERT).arguments == {"value": value, "from": origin, "to": target}


def test_only_an_argument_for_units_has_evidence() -> None:
    colour = slot("colour", 'enum = ["red", "blue"]')
    assert unit_evidence(colour, read("5 ft 11 in")) == []


def test_an_amount_blocks_the_other_units_in_it() -> None:
    origin = next(each for each in slots_of(CONVERT) if each.key == "from")
    (evidence,) = unit_evidence(origin, read("5 ft 11 in"))
    assert (evidence.value, evidence.blocked) == ("inch", (0, 10))
