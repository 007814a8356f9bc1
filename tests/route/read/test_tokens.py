"""Tokens, their places, and stems."""

import pytest

from mapp.route.read.tokens import MAX_SCANNED, form, stem, stem_set, tokenise, words_of_name


def test_a_number_and_its_unit_are_two_tokens_with_their_places() -> None:
    tokens = tokenise("5km, 1,250.50!")
    assert [(token.text, token.start, token.end) for token in tokens] == [
        ("5", 0, 1), ("km", 1, 3), (",", 3, 4), ("1,250.50", 5, 13), ("!", 13, 14)
    ]  # fmt: skip


def test_a_typographic_apostrophe_is_read_like_a_plain_one() -> None:
    (curly,), (plain,) = tokenise("Don’t"), tokenise("Don't")
    assert (curly.lower, curly.stem) == (plain.lower, plain.stem)
    assert curly.text == "Don’t"


def test_text_beyond_the_limit_is_not_read() -> None:
    tokens = tokenise(" " * (MAX_SCANNED - 3) + "abcdef ghi")
    assert [token.text for token in tokens] == ["abc"]


@pytest.mark.parametrize(
    ("words", "common"),
    [
        (("encode", "encodes", "encoded", "encoding"), "encod"), (("city", "cities"), "city"),
        (("stop", "stopped", "stopping"), "stop"), (("metre", "metres", "meter"), "meter"),
        (("colour", "color", "colours"), "color"), (("ann's", "ann"), "ann"),
    ],
)  # fmt: skip
def test_forms_of_a_word_share_a_stem(words: tuple[str, ...], common: str) -> None:
    assert {stem(word) for word in words} == {common}
    assert stem_set(" ".join(words)) == {common}


@pytest.mark.parametrize("word", ["this", "bus", "glass", "red", "king", "bed", "string"])
def test_a_word_that_only_looks_inflected_keeps_its_ending(word: str) -> None:
    assert stem(word) == word


def test_a_participle_differs_from_the_other_forms() -> None:
    assert form("encoded") != form("encodes") == form("encoding")


def test_an_identifier_is_split_at_capitals_underscores_and_digits() -> None:
    assert words_of_name("parseHTTPUrl") == ("parse", "http", "url")
    assert words_of_name("max_rows-2nd") == ("max", "rows", "2", "nd")
