"""Texts as candidates: quoted, by pattern and format, named choices and units."""

from dataclasses import replace

import pytest

from mapp.route.fill.candidate import Option, TextCues
from mapp.route.fill.slots import Slot
from mapp.route.fill.text_candidates import texts_for, units_for
from mapp.route.read.parsed_request import read
from mapp.route.read.tokens import stem
from support.filling import slot


def texts(of: Slot, text: str) -> list[Option]:
    return sorted(texts_for(of, read(text), 0, TextCues()), key=lambda option: -option.score)


def units(of: Slot, text: str) -> dict[object, float]:
    return {option.value: option.score for option in units_for(of, read(text))}


def test_a_quoted_text_beats_a_name_and_loses_its_quotes() -> None:
    found = texts(slot("title", 'type = "string"'), "find 'Dune' by Frank Herbert")
    assert (found[0].value, found[0].spans) == ("Dune", ((5, 11),))
    assert found[1].value == "Frank Herbert"


def test_only_a_text_of_the_format_is_taken() -> None:
    address = slot("email", 'type = "string"\nformat = "email"')
    found = texts(address, "write to ann@example.org about 'bob'")
    assert [option.value for option in found] == ["ann@example.org"]


def test_a_pattern_finds_its_word_without_the_marks_around_it() -> None:
    code = slot("word", 'type = "string"\npattern = "^[a-z]+ish$"')
    found = texts(code, "is it (greenish), or just green?")
    assert found and {option.value for option in found} == {"greenish"}
    assert found[0].spans == ((7, 15),)


def test_a_choice_that_the_description_quotes_is_found_in_its_words() -> None:
    seat = slot("seat", "type = \"string\"\ndescription = \"Either 'first class' or 'economy'.\"")
    assert texts(seat, "a ticket in first class, please")[0].value == "first class"


def test_a_unit_is_spelled_like_the_choices_of_the_slot() -> None:
    target = slot("to_unit", "type = \"string\"\ndescription = \"One of 'km' or 'mi'.\"")
    found = units(target, "5 km in miles")
    assert set(found) == {"km", "mi"}
    assert found["mi"] > found["km"]
    assert units(slot("unit", 'type = "string"\nexamples = ["red"]'), "5 km in miles") == {}


def test_the_unit_next_to_the_number_is_the_source_and_the_one_asked_for_the_target() -> None:
    text = "how many feet are 5 km"
    source, target = slot("from_unit", 'type = "string"'), slot("target_unit", 'type = "string"')
    assert units(source, text)["km"] > units(source, text)["feet"]
    assert units(target, text)["feet"] > units(target, text)["km"]


LINES = slot("text", 'type = "string"')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sort these lines by number\n12 bolts\n7 nuts", "12 bolts\n7 nuts"),
        ("sort these:\nb\na\n", "b\na"),
        ("here are lines:\nb\na\nsort them please", "b\na"),
        ("please sort\nb\na\nthanks", "b\na"),
        ("sort: b\na", "b\na"),
        ("b\na\nsort these lines", "b\na"),
    ],
)
def test_the_lines_next_to_the_instruction_are_the_text(text: str, expected: str) -> None:
    cues = TextCues(own=frozenset({"sort"}))
    found = sorted(texts_for(LINES, read(text), 0, cues), key=lambda option: -option.score)
    assert found[0].value == expected


def test_a_quoted_text_of_several_lines_is_not_cut() -> None:
    assert texts(LINES, "sort the lines of 'b\na\nc' please")[0].value == "b\na\nc"


def test_as_many_free_words_as_texts_are_one_each() -> None:
    cues = TextCues(own=frozenset({stem("distance")}), texts=2)
    for rank, expected in enumerate(("kitten", "sitting")):
        found = texts_for(
            LINES, read("edit distance kitten sitting"), rank, replace(cues, own=cues.own | {"edit"})
        )
        words = [option for option in found if option.features[-2:-1] == ["text|is|lone"]]
        assert max(words, key=lambda option: option.score).value == expected


def test_markup_is_taken_whole_and_not_its_attributes() -> None:
    assert texts(LINES, 'escape this: <a href="/">home</a>')[0].value == '<a href="/">home</a>'


@pytest.mark.parametrize("document", ['{ "a" : 1 , "b" : [ 2 , 3 ] }', '{\n "a": 1\n}', '[["x"], ["y"]]'])
def test_a_json_document_is_taken_whole_as_a_text(document: str) -> None:
    assert texts(LINES, f"minify {document}")[0].value == document
    assert texts(LINES, f"compact one-liner from {document} please")[0].value == document
