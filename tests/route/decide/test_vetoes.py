import pytest

from mapp.model.manifest import Manifest
from mapp.model.request import Phrase, Request
from mapp.route.decide.vetoes import vetoes
from mapp.route.fill.cues import Cues, learn
from mapp.route.fill.fill import fill

ENCODE = Manifest.from_toml(
    """
manifest = 1
name = "base64-encode"
version = "1.0.0"
description = "Encodes text as Base64."
sources = ["RFC 4648"]
[input.text]
type = "string"
[output]
type = "string"
"""
)
CIRCLE = Manifest.from_toml(
    """
manifest = 1
name = "circle"
version = "1.0.0"
description = "The area of a circle."
sources = ["Euclid"]
[input.radius]
type = "number"
[output]
type = "number"
"""
)
WEEKDAY = Manifest.from_toml(
    """
manifest = 1
name = "weekday"
version = "1.0.0"
description = "The day of the week of a date."
sources = ["ISO 8601"]
[input.date]
type = "string"
format = "date"
[output]
type = "string"
"""
)


def names(text: str, app: Manifest, cues: Cues | None = None) -> set[str]:
    request, cues = Request(text=text), cues or Cues()
    return {veto.name for veto in vetoes(request, app, fill(request, app, cues), cues)}


@pytest.mark.parametrize(
    ("text", "app"),
    [
        ("encode 'hello'", ENCODE), ("please encode the text 'I do not know'", ENCODE),
        ("area of a circle with radius 5", CIRCLE), ("which day is 5 March 2024", WEEKDAY),
        ("I don't know the area of a circle with radius 5, what is it", CIRCLE),
    ],
)  # fmt: skip
def test_an_honest_request_is_not_stopped(text: str, app: Manifest) -> None:
    assert names(text, app) == set()


@pytest.mark.parametrize(
    ("text", "app", "rule"),
    [
        ("encode it", ENCODE, "missing-argument"),
        ("area of circles with radius 5 and 7", CIRCLE, "number-left-over"),
        ("encode 'a' and 'b'", ENCODE, "quotation-left-over"),
        ("area of a circle with radius 20%", CIRCLE, "unit-left-over"),
        ("don't encode 'hello'", ENCODE, "negation"),
        ("decode 'hello'", ENCODE, "opposite"),
        ("unencode 'hello'", ENCODE, "opposite"),
        ("encode 'hello' and then send it", ENCODE, "second-request"),
        ("which day is 05/03/2024", WEEKDAY, "ambiguous-date"),
        ("which day is 2024-03-05 or 2024-03-06", WEEKDAY, "date-left-over"),
    ],
)
def test_what_the_call_would_ignore_stops_it(text: str, app: Manifest, rule: str) -> None:
    assert rule in names(text, app)


def test_a_participle_of_the_opposite_is_what_one_undoes() -> None:
    decode = Manifest.from_toml(
        'manifest = 1\nname = "decode"\nversion = "1.0.0"\ndescription = "Decodes encoded text."\n'
        'sources = ["x"]\n[input.text]\ntype = "string"\n[output]\ntype = "string"\n'
    )
    assert names("decode the encoded text 'aGk='", decode) == set()
    assert "opposite" in names("encode the text 'aGk='", decode)


def test_the_apps_own_wording_is_never_held_against_a_request() -> None:
    rows = [
        Phrase(request=f"area of a disc of radius {n} cm without fuss", fits=True, arguments=(("radius", n),))
        for n in range(3, 30)
    ]
    cues = learn(CIRCLE, rows)
    assert names("radius 5 cm without fuss, area please", CIRCLE, cues) == set()
    assert "exclusion" in names("radius 5 cm without fuss, area please", CIRCLE)


def test_every_veto_says_why_in_words() -> None:
    request = Request(text="decode 'a' and 'b'")
    for veto in vetoes(request, ENCODE, fill(request, ENCODE)):
        assert veto.reason and not veto.reason.endswith(".")
