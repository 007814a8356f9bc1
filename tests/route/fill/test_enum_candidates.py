"""Enum values, codes and flags: stated in the request, or implied by its wording."""

from mapp.route.fill.candidate import Option
from mapp.route.fill.enum_candidates import choices_for, codes_for, flags_for, hits_for
from mapp.route.fill.slots import Slot, stems_of
from mapp.route.read.parsed_request import read
from support.filling import slot

MODE = slot("mode", 'enum = ["add", "remove"]\ndefault = "add"\n[input.mode.words]\nremove = ["take off"]')
BREAKFAST = slot("include_breakfast", 'type = "boolean"')


def best(found: list[Option]) -> Option:
    return max(found, key=lambda option: option.score)


def flag(text: str, of: Slot = BREAKFAST) -> dict[object, float]:
    return {option.value: option.score for option in flags_for(of, read(text))}


def test_a_phrase_for_a_value_beats_the_default() -> None:
    option = best(list(choices_for(MODE, read("please take off the tax"))))
    assert (option.value, option.spans, option.enum) == ("remove", ((7, 15),), True)
    assert best(list(choices_for(MODE, read("the tax, please")))).value == "add"


def test_a_quoted_value_does_not_beat_the_default() -> None:
    assert best(list(choices_for(MODE, read("say 'remove' now")))).value == "add"


def test_a_number_in_words_states_a_value_made_of_digits() -> None:
    stars = slot("stars", 'enum = ["3", "4"]')
    assert best(list(choices_for(stars, read("a four star hotel")))).value == "4"


def test_the_longest_phrase_takes_its_words() -> None:
    found = [span for span, _ in hits_for([stems_of("take off"), stems_of("off")], read("take-off then off"))]
    assert found == [(0, 8), (14, 17)]


def test_the_meaning_of_a_code_stands_for_the_code() -> None:
    kind = slot("kind", 'type = "integer"\ndescription = "1 for cleaning, 2 for ironing"')
    found = list(codes_for(kind, read("ironing, only ironing")))
    assert [(option.value, option.spans) for option in found] == [(2, ((0, 7),))]
    assert list(codes_for(kind, read("gardening"))) == []


def test_a_negation_turns_a_flag_off() -> None:
    said, denied, silent = flag("a room with breakfast"), flag("a room without breakfast"), flag("a room")
    assert said[True] > said[False]
    assert denied[False] > denied[True]
    assert silent[True] == silent[False]
