"""Quoted texts, texts after a colon, and JSON in a request."""

import pytest

from mapp.route.read.extract import mentions
from mapp.route.read.quotes import json_in, quotations_in, tails_in


def found(text: str, kind: str) -> list[tuple[str, object, str | None]]:
    return [(m.text, m.value, m.unit) for m in mentions(text) if m.kind == kind]


@pytest.mark.parametrize(
    "text", ["slug for 'don't stop'", 'slug for "don\'t stop"', "slug for “don't stop”", "`don't stop`"]
)
def test_quoted_text_keeps_its_apostrophes(text: str) -> None:
    assert [value for _, value, _ in found(text, "quoted")] == ["don't stop"]


def test_an_apostrophe_does_not_open_a_quotation() -> None:
    assert found("what's Bob's and Ann's share", "quoted") == []


def test_text_after_a_colon_is_a_tail() -> None:
    assert found("reverse this: Hello  World ", "tail") == [("Hello  World", "Hello  World", None)]


def test_json_is_parsed_also_in_single_quotes() -> None:
    assert found('keys of {"a": [1, 2]}', "json")[0][1] == {"a": [1, 2]}
    assert found("keys of {'a': [1, 2]}", "json")[0][1] == {"a": [1, 2]}


def test_every_kind_of_quotation_mark_is_read() -> None:
    marked = ["```\na b```", '"a b"', "“a b”", "„a b“", "«a b»", "`a b`", "'a b'", "‘a b’"]
    assert [[quoted.value for quoted in quotations_in(f"say {text}, please")] for text in marked] == [
        ["\na b"],
        *[["a b"]] * 7,
    ]


def test_only_the_first_four_colons_start_a_tail() -> None:
    assert [tail.text for tail in tails_in("a: b: c: d: e: f", [])] == [
        "b: c: d: e: f",
        "c: d: e: f",
        "d: e: f",
        "e: f",
    ]
    assert list(tails_in("nothing follows: ", [])) == []


@pytest.mark.parametrize("text", ["[1, 2", "[NaN]", "{'a': \"b'}", "word[1]", "[" * 100_000])
def test_what_is_not_json_is_passed_over(text: str) -> None:
    assert list(json_in(text)) == []


def test_json_after_a_bracket_that_never_closes_is_still_found() -> None:
    assert [found.value for found in json_in("an [open one and then [1, 2] and {}")] == [[1, 2], {}]
