"""All candidates of a slot, best first, and the attachment as a value."""

import pytest

from mapp.model.schema import ABSENT
from mapp.model.values import JSONValue
from mapp.route.fill.candidate import TextCues
from mapp.route.fill.candidates import MAX_OPTIONS, attached_value, options_for
from mapp.route.read.parsed_request import read
from support.filling import slot

COUNT = slot("count", 'type = "integer"')
TEXT = slot("text", 'type = "string"\nmaxLength = 20\nattachment = true')
NUMBERS = slot("numbers", 'type = "array"\nitems = {type = "number"}\nattachment = true')
LINES = slot("lines", 'type = "array"\nitems = {type = "string"}\nattachment = true')
DOCUMENT = slot("document", 'type = "object"\nattachment = true')


def test_the_options_are_best_first_and_leaving_out_comes_last() -> None:
    *found, last = options_for(COUNT, read("seven and 5 and 3.5"), 0, TextCues())
    assert {option.value for option in found} == {5, 7}
    assert [option.score for option in found] == sorted((option.score for option in found), reverse=True)
    assert last.value is ABSENT


def test_a_slot_keeps_only_the_best_options() -> None:
    many = read(", ".join(f"{number}" for number in range(10, 99)))
    found = options_for(COUNT, many, 0, TextCues())
    assert len(found) == MAX_OPTIONS + 1
    assert found[0].value == 10


def test_a_flag_with_a_default_is_never_left_out() -> None:
    flag = slot("loud", 'type = "boolean"\ndefault = true')
    assert [option.value for option in options_for(flag, read("say it"), 0, TextCues())] == [True, False]


def test_the_words_for_the_apps_own_job_are_not_its_values() -> None:
    request = read("reverse kiwi")
    assert options_for(TEXT, request, 0, TextCues())[0].value == "kiwi"
    (own,) = [
        option
        for option in options_for(TEXT, request, 0, TextCues(own=frozenset({"kiwi"})))
        if option.value == "kiwi"
    ]
    assert own.score < options_for(TEXT, request, 0, TextCues())[-1].score


def test_the_attachment_is_the_best_option_of_the_slot_marked_for_it() -> None:
    request = read("sort 'these' lines", "b\na")
    assert options_for(TEXT, request, 0, TextCues())[0].value == "b\na"
    unmarked = slot("text", 'type = "string"')
    assert "b\na" not in [option.value for option in options_for(unmarked, request, 0, TextCues())]


@pytest.mark.parametrize(
    ("name", "attachment", "expected"),
    [
        ("text", "short", "short"),
        ("text", "longer than the text may be", ABSENT),
        ("numbers", "1, 2\n3.5", [1, 2, 3.5]),
        ("numbers", "1; two", ABSENT),
        ("numbers", "", ABSENT),
        ("numbers", "[1, 2.5]", [1, 2.5]),
        ("numbers", "nan", ABSENT),
        ("numbers", "1, Infinity", ABSENT),
        ("numbers", "1\n1e400", ABSENT),
        ("numbers", "[1, NaN]", ABSENT),
        ("numbers", "[1, 1e400]", ABSENT),
        ("numbers", '["1", "two"]', ABSENT),
        ("numbers", "[true, 1]", ABSENT),
        ("numbers", "[[1], [2]]", ABSENT),
        ("lines", "[1, 2]", ABSENT),
        ("lines", " a \n\n b", ["a", "b"]),
        ("lines", '["a, b"]', ["a, b"]),
        ("document", '{"a": 1}', {"a": 1}),
        ("document", "[1]", ABSENT),
        ("document", "[" * 100_000, ABSENT),
    ],
)
def test_an_attachment_is_read_as_the_slot_wants_it(name: str, attachment: str, expected: JSONValue) -> None:
    slots = {each.key: each for each in (TEXT, NUMBERS, LINES, DOCUMENT)}
    assert attached_value(slots[name], attachment) == expected
