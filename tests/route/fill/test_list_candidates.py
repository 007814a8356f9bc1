"""Lists of numbers, lists of texts and JSON documents as candidates."""

from mapp.route.fill.candidate import Option, TextCues
from mapp.route.fill.list_candidates import documents_for, number_lists_for, text_lists_for
from mapp.route.read.parsed_request import read
from support.filling import slot

NUMBERS = slot("numbers", 'type = "array"\nitems = {type = "integer", minimum = 1}')
TEXTS = slot("words", 'type = "array"\nitems = {type = "string"}')


def best(found: list[Option]) -> Option:
    return max(found, key=lambda option: option.score)


def test_a_list_of_numbers_beats_all_the_numbers_of_the_request() -> None:
    found = list(number_lists_for(NUMBERS, read("with 2 decimals the mean of 3, 5 and 8")))
    assert best(found).value == [3, 5, 8]
    assert [2, 3, 5, 8] in [option.value for option in found]


def test_a_list_with_an_item_out_of_bounds_is_not_taken() -> None:
    assert list(number_lists_for(NUMBERS, read("mean of 0, 3 and 5"))) == []


def test_percentages_become_fractions_for_a_list_of_fractions() -> None:
    shares = slot("shares", 'type = "array"\nunit = "fraction"\nitems = {type = "number"}')
    assert best(list(number_lists_for(shares, read("mean of 5% and 10%")))).value == [0.05, 0.1]


def test_quoted_texts_in_a_row_are_one_list() -> None:
    found = list(text_lists_for(TEXTS, read("join 'a b', \"c\" and 'd' then 'e'"), TextCues()))
    option = best(found)
    assert option.value == ["a b", "c", "d"]
    assert option.spans == ((5, 10), (12, 15), (20, 23))
    assert ["e"] in [each.value for each in found]


def test_an_enumerated_list_holds_only_known_items_in_the_order_of_the_request() -> None:
    colours = slot("colours", 'type = "array"\nitems = {type = "string", enum = ["red", "blue", "green"]}')
    found = list(text_lists_for(colours, read("paint blue, pink and red things"), TextCues()))
    assert [option.value for option in found] == [["blue", "red"]]


def test_only_a_json_document_of_the_wanted_type_is_taken() -> None:
    request = read('use {"a": 1} or [1, 2]')
    wanted = slot("settings", 'type = "object"'), slot("rows", 'type = "array"')
    found = [[option.value for option in documents_for(each, request)] for each in wanted]
    assert found == [[{"a": 1}], [[1, 2]]]
