from mapp.model.manifest import Manifest
from mapp.route.fill.candidate import place_of
from mapp.route.fill.slots import slots_of
from mapp.route.read.parsed_request import read

RANGE = Manifest.from_toml(
    'manifest = 1\nname = "range"\nversion = "1.0.0"\ndescription = "A range."\nsources = ["none"]\n'
    '[input.from]\ntype = "number"\n[input.to]\ntype = "number"\n[output]\ntype = "number"\n'
)
FROM, TO = slots_of(RANGE)
REQUEST = read("count from 3 to 7")
THREE = (11, 12)


def test_a_place_is_nearer_to_the_slot_that_the_words_before_it_name() -> None:
    assert place_of(FROM, REQUEST, THREE).near > place_of(TO, REQUEST, THREE).near


def test_the_words_around_a_place_are_nearest_first() -> None:
    place = place_of(FROM, REQUEST, THREE)
    assert [token.text for token in place.before] == ["from", "count"]
    assert [token.text for token in place.after] == ["to", "7"]


def test_an_option_uses_its_span_and_orders_its_features() -> None:
    option = place_of(FROM, REQUEST, THREE).option(3, 1.5, "the number", features=("last",), words=("first",))
    assert (option.value, option.score, option.spans) == (3, 1.5, (THREE,))
    assert option.features[0] == "first" and option.features[-1] == "last"
    assert "from|p1|from" in option.features


def test_an_option_may_use_other_spans_than_its_place() -> None:
    option = place_of(FROM, REQUEST, THREE).option(3, 1.5, "the number", spans=((11, 12), (16, 17)))
    assert option.spans == ((11, 12), (16, 17))


def test_the_words_after_a_quantity_start_with_its_unit() -> None:
    request = read("count from 3 km now")
    place = place_of(FROM, request, (11, 15), number=(11, 12))
    assert place.after[0].text == "km"
