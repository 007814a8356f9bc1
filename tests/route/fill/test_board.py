"""The options of every slot of an app for one request, and which of them exclude each other."""

from mapp.model.schema import ABSENT
from mapp.route.fill.board import Board, lay_out
from mapp.route.fill.candidate import TextCues
from mapp.route.read.parsed_request import read
from support.filling import probe


def board(arguments: str, text: str) -> Board:
    return lay_out(probe(arguments), read(text), TextCues())


def used(found: Board, place: int, value: object) -> int:
    """Returns the tokens that the first option with this value uses."""
    return next(
        mask
        for option, mask in zip(found.options[place], found.used[place], strict=True)
        if option.value == value
    )


PAIR = '[input.a]\ntype = "number"\ndefault = 1\n[input.b]\ntype = "number"'


def test_the_slots_keep_the_order_of_the_arguments() -> None:
    found = board(PAIR, "3 and 7")
    assert [slot.key for slot in found.slots] == ["a", "b"]
    assert len(found.options) == len(found.used) == 2


def test_a_required_slot_comes_before_an_optional_one() -> None:
    optional, required = board(PAIR, "3 and 7").options
    assert required[0].value == 3
    assert next(option.value for option in optional if option.value is not ABSENT) == 7


def test_two_values_exclude_each_other_only_if_they_use_the_same_words() -> None:
    found = board(PAIR, "3 and 7")
    assert used(found, 0, 3) & used(found, 1, 3)
    assert not used(found, 0, 3) & used(found, 1, 7)
    assert used(found, 0, ABSENT) == 0


def test_learned_weights_add_to_the_scores_of_their_features() -> None:
    found = board(PAIR, "3 and 7")
    plain = found.scores({})
    assert plain == [[option.score for option in row] for row in found.options]
    taught = found.scores({"a|absent": 2.5})
    assert taught[0][-1] == plain[0][-1] + 2.5
    assert taught[1] == plain[1]


def test_the_number_in_the_apps_description_is_an_unlikely_value() -> None:
    count, request = '[input.count]\ntype = "integer"', read("use 4")
    plain = lay_out(probe(count), request, TextCues()).options[0][0]
    versioned = lay_out(probe(count, "Makes a UUID, version 4."), request, TextCues()).options[0][0]
    assert plain.value == versioned.value == 4
    assert versioned.score < plain.score
