"""Each kind of qualifier over several starter apps, with what their own requests taught."""

import json
from functools import cache
from pathlib import Path

import pytest

from mapp import starter
from mapp.model.manifest import Manifest
from mapp.model.request import Phrase, Request
from mapp.route.decide.vetoes import vetoes
from mapp.route.fill.cues import Cues, learn
from mapp.route.fill.fill import fill

APPS = Path(starter.__file__).parent / "apps"


@cache
def learned(app: str) -> tuple[Manifest, Cues]:
    manifest = Manifest.from_toml((APPS / app / "mapp.toml").read_text(encoding="utf-8"))
    lines = (APPS / app / "tests" / "requests.jsonl").read_text(encoding="utf-8").splitlines()
    return manifest, learn(manifest, [Phrase.from_dict(json.loads(line)) for line in lines if line])


def names(app: str, text: str) -> set[str]:
    manifest, cues = learned(app)
    request = Request(text=text)
    return {veto.name for veto in vetoes(request, manifest, fill(request, manifest, cues), cues)}


PLAIN = {
    "working-days": "working days from 2026-05-01 to 2026-05-31",
    "days-between": "days between 3 May 2026 and 9 June 2026",
    "percent-of": "17% of 80",
    "circle": "area of a circle with radius 5",
    "sha256": "sha256 of 'hello'",
    "roman-encode": "2026 in roman numerals",
    "percent-change": "percent change from 40 to 50",
    "leap-year": "is 2028 a leap year",
    "gcd-lcm": "gcd of 84 and 126",
    "slugify": "make a slug of 'Hello World'",
    "iban-check": "is DE89370400440532013000 a valid iban",
    "week-number": "week number of 15 March 2026",
    "text-to-hex": "'cab' as hex",
    "discount": "20% off 80",
}


@pytest.mark.parametrize("app", PLAIN)
def test_a_plain_request_is_not_vetoed(app: str) -> None:
    assert names(app, PLAIN[app]) == set()


@pytest.mark.parametrize(
    ("rule", "phrases"),
    [
        (
            "exclusion",
            [
                "excluding the last day", "without the smallest", "except mondays", "not counting today",
                "leaving out the header", "apart from the vowels", "minus public holidays",
                "save for the first",
            ],
        ),
        ("inclusion", ["including both", "both ends included", "counting today", "inclusive of the last"]),
        (
            "restriction",
            [
                "but only the vowels", "just the upper half", "for the first few of them",
                "per participant", "half of it", "twice", "for every guest", "with leading zeros",
                "both ways",
            ],
        ),
        (
            "result-form",
            [
                "as a chart", "in scientific notation", "rounded to the nearest ten", "to two decimals",
                "as yaml", "in dozens", "in fathoms and hours, in hours",
            ],
        ),
        ("place", ["in Russia", "for the US", "under Swedish law", "UK style", "in New York"]),
        ("operation", ["cubed", "tripled", "shuffled"]),
        (
            "second-request",
            [
                "and uppercase it", "then reverse it", "and also tell me the weekday", "plus the square root",
                "and email it to me", "as well as the median", "and what time is it",
            ],
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("app", ["circle", "days-between", "roman-encode", "percent-change"])
def test_a_qualifier_that_nothing_takes_stops_the_app(app: str, rule: str, phrases: list[str]) -> None:
    missed = [phrase for phrase in phrases if rule not in names(app, f"{PLAIN[app]} {phrase}")]
    assert missed == []


@pytest.mark.parametrize(
    ("app", "text"),
    [
        ("vat", "how much vat is contained in 119 gross at 19%"),
        ("circle", "volume of a ball with radius 5"),
        ("days-between", "full months between 12 Jan 2024 and 30 Sep 2026"),
        ("days-between", "how many Mondays are there between 1 May 2026 and 31 August 2026"),
        ("age-on", "how many months old is a baby born 3 April 2023 on 20 August 2024"),
        ("prime-factors", "how many divisors does 720 have"),
        ("isbn-check", "author and title of ISBN 9780140328721"),
        ("luhn-check", "which bank issued card 4539 1488 0343 6467"),
        ("globe-distance", "compass bearing from 48.85, 2.35 to 51.5, -0.12"),
        ("morse", "who invented morse code"),
        ("base64-encode", "is aGVsbG8= valid base64?"),
    ],
)
def test_another_quantity_than_the_app_returns_stops_it(app: str, text: str) -> None:
    assert "other-quantity" in names(app, text)


@pytest.mark.parametrize(
    ("app", "text"),
    [
        ("base64-encode", "base32 of 'totp secret'"), ("sha256", "sha-512 of 'lot'"),
        ("rot13", "rot47 of 'pass'"),
        ("csv-to-json", "this csv as yaml please"), ("json-to-csv", "json to xml"),
        ("color-convert", "#ff8800 in cmyk"), ("number-to-words", "42 in roman numerals"),
    ],
)  # fmt: skip
def test_a_format_that_the_app_never_speaks_of_stops_it(app: str, text: str) -> None:
    assert names(app, text) & {"unknown-format", "result-form"}


@pytest.mark.parametrize(
    ("app", "text"),
    [
        ("working-days", "how many days from 2026-05-01 to 2026-05-31 excluding weekends"),
        ("working-days", "days without weekends between 2026-05-01 and 2026-05-31"),
        ("working-days", "days without those silly weekends between 2026-05-01 and 2026-05-31"),
        ("vat", "288 without the 20% VAT"), ("vat", "240 including VAT, take it out"),
        ("tip-split", "bill of 80, 15% tip, 4 people, how much each"),
        ("number-base", "255 in hex"), ("number-base", "1011 from binary to decimal"),
        ("unit-convert", "5 km in miles"), ("unit-convert", "how many feet are 3 metres"),
        ("duration-parse", "how many seconds is 1h 30m"), ("case-convert", "'hello world' in snake case"),
        ("statistics", "median of 3 9 2 7"), ("currency-convert", "80 dollars to euros at 0.92"),
        ("loan-payment", "monthly payment for 20,000 at 5% over 3 years"),
        ("password-generate", "a password of 12 characters without symbols"),
        ("csv-to-markdown", "csv to a markdown table: 'a,b\n1,2'"),
    ],
)  # fmt: skip
def test_what_an_argument_or_the_apps_own_requests_take_is_no_veto(app: str, text: str) -> None:
    assert names(app, text) == set()


@pytest.mark.parametrize(
    ("app", "text"),
    [
        ("discount", "my sister wants a 20% discount on an 80 euro coat for school"),
        ("percent-of", "for my homework: what is 17% of 80"),
        ("circle", "I need the area of my round garden table, a circle with radius 5"),
        ("week-number", "our invoice says 15 March 2026, week number please"),
        ("gcd-lcm", "I don't understand my worksheet, gcd of 84 and 126"),
    ],
)
def test_a_topic_is_no_veto(app: str, text: str) -> None:
    assert names(app, text) == set()


def test_an_exemption_holds_for_the_pair_and_not_for_the_word() -> None:
    span = "from 2026-05-01 to 2026-05-31"
    assert names("working-days", f"working days {span}, both ends included") == set()
    assert "inclusion" in names("working-days", f"working days {span}, saturdays included")
    assert names("working-days", f"how many days {span} excluding weekends") == set()
    for excluded in ("the last day", "bank holidays", "mondays"):
        assert "exclusion" in names("working-days", f"working days {span} excluding {excluded}")


def test_the_reason_quotes_the_phrase() -> None:
    manifest, cues = learned("circle")
    request = Request(text="area of a circle with radius 5, rounded to the nearest ten, without the rim")
    reasons = " ".join(veto.reason for veto in vetoes(request, manifest, fill(request, manifest, cues), cues))
    assert "“without the rim”" in reasons and "“rounded”" in reasons
