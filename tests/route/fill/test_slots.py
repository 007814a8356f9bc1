"""Slots: what an argument wants, its unit, the words for its values, and what it accepts."""

import pytest

from mapp.route.fill.slots import MAX_MATCHED_LENGTH, accepts, slots_of, stems_of
from support.filling import probe, slot


def test_an_object_becomes_one_slot_per_property() -> None:
    app = probe(
        '[input.address]\ntype = "object"\nrequired = ["city"]\n'
        '[input.address.properties.city]\ntype = "string"\n'
        '[input.address.properties.floor]\ntype = "integer"\n'
    )
    found = [(each.key, each.wants, each.required) for each in slots_of(app)]
    assert found == [("address.city", "text", True), ("address.floor", "number", False)]


@pytest.mark.parametrize(
    ("name", "schema", "unit", "declared"),
    [
        ("load", 'type = "number"\nunit = "kilograms"', "kg", True),
        ("load", 'type = "number"\ndescription = "The load in kilograms."', "kg", False),
        ("way", 'type = "number"\ndescription = "The length (km)."', "km", False),
        ("load_kg", 'type = "number"', "kg", False),
        ("born", 'type = "number"\ndescription = "In the spring."', None, False),
    ],
)
def test_the_unit_is_declared_or_read_from_the_words(
    name: str, schema: str, unit: str | None, declared: bool
) -> None:
    found = slot(name, schema)
    assert (found.unit, found.declared_unit) == (unit, declared)


def test_a_word_that_two_names_share_counts_half() -> None:
    first, second = slots_of(probe('[input.start_date]\ntype = "string"\n[input.end_date]\ntype = "string"'))
    assert sorted(first.weights.values()) == sorted(second.weights.values()) == [0.5, 1.0]
    assert first.weights["start"] == 1.0 and second.weights["end"] == 1.0


def test_a_description_gives_codes_choices_and_a_layout() -> None:
    codes = slot("kind", 'type = "integer"\ndescription = "1 for cleaning, 2 for ironing"').codes
    assert codes == ((1, (stems_of("cleaning"),)), (2, (stems_of("ironing"),)))
    choices = slot(
        "unit", "type = \"string\"\ndescription = \"Either 'km' or 'mi'.\"\nexamples = ['kg']"
    ).choices
    assert choices == ("kg", "km", "mi")
    assert slot("day", 'type = "string"\ndescription = "As MM/DD/YYYY."').layout == "MM/DD/YYYY"
    assert slot("day", 'type = "string"\ndescription = "Any day."').layout is None


def test_a_value_must_keep_the_bounds_the_lengths_and_the_pattern() -> None:
    month = slot("month", 'type = "integer"\nminimum = 1\nexclusiveMaximum = 13').schema
    assert [value for value in (0, 1, 1.5, 12, 13, "5") if accepts(month, value)] == [1, 12]
    code = slot("code", 'type = "string"\nminLength = 2\nmaxLength = 3\npattern = "^[A-Z]+$"').schema
    assert [value for value in ("A", "AB", "ab", "ABCD", 5) if accepts(code, value)] == ["AB"]


def test_a_very_long_text_never_matches_a_pattern() -> None:
    letters = slot("code", 'type = "string"\npattern = "^A+$"').schema
    assert accepts(letters, "A" * MAX_MATCHED_LENGTH)
    assert not accepts(letters, "A" * (MAX_MATCHED_LENGTH + 1))
