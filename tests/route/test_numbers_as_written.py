"""Requests with numbers as people write them, filled and judged by several starter apps."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from mapp.model.app import read_app
from mapp.model.arguments import with_defaults
from mapp.model.manifest import Manifest
from mapp.model.request import Request
from mapp.route.decide.decide import CandidateMatch
from mapp.route.decide.evaluate import evaluate_candidate
from mapp.route.fill.cues import Cues, learn
from mapp.starter import bundle


@cache
def _learned(name: str) -> tuple[Manifest, Cues]:
    app = read_app(bundle.files(name))
    return app.manifest, learn(app.manifest, app.phrases)


def judged(name: str, text: str) -> CandidateMatch:
    manifest, cues = _learned(name)
    return evaluate_candidate(Request(text=text), manifest, cues, 0.9)


def unit(value: float, origin: str, target: str) -> dict[str, Any]:
    return {"value": value, "from": origin, "to": target}


ROWS: list[tuple[str, str, dict[str, Any]]] = [
    # fractions
    ("unit-convert", "3½ miles in km", unit(3.5, "mi", "km")),
    ("unit-convert", "four and a half gallons to litres", unit(4.5, "gal", "l")),
    ("unit-convert", "how many mm is 7/8 inch", unit(0.875, "inch", "mm")),
    ("unit-convert", "three quarters of a mile in metres", unit(0.75, "mi", "m")),
    ("rectangle", "area of a panel 2 ¼ by 3 3/4", {"width": 2.25, "height": 3.75}),
    ("circle", "area, radius 6½ cm", {"radius": 6.5}),
    ("percent-of", "8½ % of 640", {"percent": 8.5, "value": 640}),
    ("percent-of", "half a percent of 12k", {"percent": 0.5, "value": 12000}),
    ("loan-payment", "monthly payment for 9'000 at 4¾ % over two and a half years",
     {"principal": 9000, "rate": 4.75, "years": 2.5}),
    ("statistics", "mean of 1/2, 3/4 and 2 1/2", {"numbers": [0.5, 0.75, 2.5]}),
    ("statistics", "median of three, four and a half and six", {"numbers": [3, 4.5, 6]}),
    # separators
    ("discount", "15% off 1'480", {"price": 1480, "percent": 15}),
    ("discount", "ten percent off 1 250,50 €", {"price": 1250.5, "percent": 10}),
    ("vat", "add 7,7 % VAT to 64,90", {"price": 64.9, "rate": 7.7, "direction": "add"}),
    ("vat", "add 19% VAT to 1.250,00 €", {"price": 1250, "rate": 19, "direction": "add"}),
    ("vat", "add 20% VAT to 1,250", {"price": 1250, "rate": 20, "direction": "add"}),
    ("vat", "add 19,5 % VAT to 1.250 €", {"price": 1250, "rate": 19.5, "direction": "add"}),
    ("rectangle", "area of 3,5 m by 4,25 m", {"width": 3.5, "height": 4.25}),
    ("statistics", "average of 7,5; 8,25; 9,1", {"numbers": [7.5, 8.25, 9.1]}),
    ("statistics", "sum of 1'200, 3'400 and 2'000", {"numbers": [1200, 3400, 2000]}),
    ("statistics", "mean of 3,4", {"numbers": [3, 4]}),
    ("number-to-words", "1\u202f234\u202f567 in words", {"number": 1234567}),
    # several units
    ("unit-convert", "5 ft 9 in to cm", unit(69, "inch", "cm")),
    ("unit-convert", "5'9\" in metres", unit(69, "inch", "m")),
    ("unit-convert", "6'1 in cm", unit(73, "inch", "cm")),
    ("unit-convert", "six foot three in centimetres", unit(75, "inch", "cm")),
    ("unit-convert", "8 lb 6 oz in kg", unit(134, "oz", "kg")),
    ("unit-convert", "how many kilos is 10 stone 7", unit(147, "lb", "kg")),
    ("unit-convert", "2h45 in seconds", unit(165, "minute", "second")),
    ("unit-convert", "an hour and a quarter in minutes", unit(1.25, "hour", "minute")),
    ("rectangle", "area of a room 12 ft 6 in by 10 ft", {"width": 12.5, "height": 10}),
    ("circle", "area of a circle with radius 5'6\"", {"radius": 5.5}),
    ("statistics", "mean of 5'11\", 6'2\" and 6'", {"numbers": [71, 74, 72]}),
    ("duration-parse", "1h45 in seconds", {"text": "1 h 45 min"}),
    ("duration-parse", "how many seconds are an hour and a half", {"text": "1 h 30 min"}),
    ("duration-parse", "half an hour in seconds", {"text": "30 min"}),
    ("date-add", "2 weeks and 3 days after 2024-01-01",
     {"date": "2024-01-01", "amount": 17, "unit": "day", "direction": "add"}),
    # one of a unit, and units with two meanings
    ("unit-convert", "how many ounces in a pound", unit(1, "lb", "oz")),
    ("unit-convert", "a mile in km", unit(1, "mi", "km")),
    ("unit-convert", "how many grams in half a pound", unit(0.5, "lb", "g")),
    ("unit-convert", "how many inches in 4 feet", unit(4, "ft", "inch")),
    ("unit-convert", "12 metres a second in mph", unit(12, "m/s", "mph")),
    ("unit-convert", "1 pound 8 ounces to grams", unit(24, "oz", "g")),
    ("unit-convert", "6 oz in ml", unit(6, "fl-oz", "ml")),
    ("unit-convert", "6 oz in grams", unit(6, "oz", "g")),
    ("unit-convert", "4 long tons in kg", unit(4, "long-ton", "kg")),
    # percentages in words
    ("discount", "half off 90", {"price": 90, "percent": 50}),
    ("discount", "a quarter off a 60 euro shirt", {"price": 60, "percent": 25}),
    ("discount", "twenty per cent off 49,90", {"price": 49.9, "percent": 20}),
    # people
    ("tip-split", "split 96 with a 15% tip between me and 3 friends",
     {"bill": 96, "percent": 15, "people": 4}),
    ("tip-split", "my wife and I and two kids, bill 130, tip 12%",
     {"bill": 130, "percent": 12, "people": 4}),
    ("tip-split", "the two of us had dinner for 74, 10% tip", {"bill": 74, "percent": 10, "people": 2}),
    ("tip-split", "bill 142,80 €, half a dozen people, 12½ % tip",
     {"bill": 142.8, "percent": 12.5, "people": 6}),
    # signs and powers
    ("unit-convert", "−40 °F in celsius", unit(-40, "fahrenheit", "celsius")),
    ("unit-convert", "1.5e3 m in km", unit(1500, "m", "km")),
    ("statistics", "mean of -1.5, 2½ and 3e2", {"numbers": [-1.5, 2.5, 300]}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "expected"), ROWS)
def test_the_numbers_are_the_ones_that_were_meant(name: str, text: str, expected: dict[str, Any]) -> None:
    match = judged(name, text)
    assert dict(match.arguments) == with_defaults(_learned(name)[0], expected)
    assert [veto.reason for veto in match.vetoes] == []


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("rectangle", "area of a 10 ft by 12 m rectangle", "mixed-units"),
        ("rectangle", "perimeter of a field 300 cm wide and 4 m long", "mixed-units"),
        ("statistics", "mean of 3 km and 500 m", "mixed-units"),
        ("statistics", "sum of 12 euros and 5 dollars", "mixed-units"),
        ("vat", "add 19% VAT to 1.250 €", "ambiguous-number"),
        ("discount", "25% off $2.400", "ambiguous-number"),
        ("tip-split", "bill of 1.250 euros, tip 10%, 8 people", "ambiguous-number"),
        ("savings-growth", "€10.000 at 3% for 8 years", "ambiguous-number"),
        ("prime-factors", "prime factors of 1.260", "ambiguous-number"),
        ("unit-convert", "5 tons in kg", "ambiguous-unit"),
        ("unit-convert", "how many kg in a ton", "ambiguous-unit"),
        ("tip-split", "bill 90, me and my friends, 10% tip", "uncounted-group"),
        ("prime-factors", "prime factors of 84/126", "number-left-over"),
        ("date-add", "a week and a half after 2024-01-01", "number-left-over"),
        ("percent-of", "two thirds of 240", "number-left-over"),
    ],
)
def test_what_the_request_leaves_open_stops_the_run(name: str, text: str, rule: str) -> None:
    assert rule in {veto.name for veto in judged(name, text).vetoes}


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("semver-compare", "is 1.250.0 newer than 1.25.1", {"a": "1.250.0", "b": "1.25.1"}),
        ("cidr-info", "10.1.2.0/24", {"cidr": "10.1.2.0/24"}),
        ("luhn-check", "check 4111 1111 1111 1111", {"number": "4111 1111 1111 1111"}),
        ("isbn-check", "is 978-0-306-40615-7 valid", {"isbn": "978-0-306-40615-7"}),
        ("duration-parse", "12:30:05 in seconds", {"text": "12:30:05"}),
        ("weekday", "which day was 2024-05-06", {"date": "2024-05-06"}),
    ],
)
def test_digits_that_are_no_number_stay_as_they_are(name: str, text: str, expected: dict[str, Any]) -> None:
    match = judged(name, text)
    assert dict(match.arguments) == with_defaults(_learned(name)[0], expected)
