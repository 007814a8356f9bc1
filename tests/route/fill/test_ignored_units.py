"""Units in a request that an app's arguments ignore."""

import pytest

from mapp.route.fill.ignored_units import ignored_units
from mapp.route.fill.slots import slots_of
from mapp.route.read.parsed_request import read
from support.filling import probe

PLAIN = '[input.n]\ntype = "number"'


def ignored(arguments: str, text: str, **words: str) -> list[tuple[str, str, str]]:
    """Returns what the slots ignore if each takes these words of the text."""
    spans = [(key, (text.index(word), text.index(word) + len(word))) for key, word in words.items()]
    found = ignored_units(read(text), slots_of(probe(arguments)), spans)
    return [(key, sort, mention.text) for key, sort, mention in found]


@pytest.mark.parametrize(
    ("text", "sort", "said"),
    [
        ("take 5 kg", "mass", "5 kg"),
        ("take 5%", "percent", "5%"),
        ("take 5 euros", "currency", "5 euros"),
    ],
)
def test_a_number_without_a_unit_ignores_every_mark(text: str, sort: str, said: str) -> None:
    assert ignored(PLAIN, text, n="5") == [("n", sort, said)]


@pytest.mark.parametrize(
    ("unit", "text"), [("g", "take 5 kg"), ("percent", "take 5%"), ("fraction", "take 5%")]
)
def test_a_unit_of_the_same_dimension_is_honoured(unit: str, text: str) -> None:
    assert ignored(f'{PLAIN}\nunit = "{unit}"', text, n="5") == []


def test_a_unit_of_another_dimension_is_ignored() -> None:
    assert ignored(f'{PLAIN}\nunit = "km"', "take 5 kg", n="5") == [("n", "mass", "5 kg")]


def test_a_unit_that_another_slot_takes_is_honoured() -> None:
    arguments = f'{PLAIN}\n[input.unit]\ntype = "string"'
    assert ignored(arguments, "take 5 kg", n="5", unit="kg") == []
    assert ignored(arguments, "take 5 kg", n="5", unit="take") == [("n", "mass", "5 kg")]


def test_a_text_with_a_quantity_and_a_number_elsewhere_ignore_nothing() -> None:
    assert ignored('[input.n]\ntype = "string"', "take 5 kg", n="5") == []
    assert ignored(PLAIN, "take 5 kg or 7", n="7") == []
