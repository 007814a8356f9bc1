"""The same request in another spelling."""

from __future__ import annotations

import pytest

from mapp.model.decision import Arguments
from mapp.route.same_words import keeps_values, same_words, words_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("double 21", "Double  21."),
        ("How many days until Christmas?", "how many days until christmas"),
        ("240 euros plus 20% VAT", "240 EUROS plus 20% vat!?"),
        ("café au lait", "CAFE\u0301 AU LAIT …"),
        ("sort it", "sort\tit\n"),
    ],
)
def test_capitals_spaces_and_final_punctuation_do_not_matter(one: str, other: str) -> None:
    assert words_key(one) == words_key(other)
    assert same_words(one, other) and same_words(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("double 21", "double 22"),
        ("double 21", "double 21 please"),
        ("5 MB in bits", "5 Mb in bits"),
        ("5 m in cm", "5 M in cm"),
        ("open a1B", "open A1b"),
        ("1,5 plus 2", "1.5 plus 2"),
        ("is it so, or not", "is it so or not"),
        ("no", "no no"),
    ],
)
def test_other_words_units_and_codes_are_another_request(one: str, other: str) -> None:
    assert not same_words(one, other)


@pytest.mark.parametrize("text", ["", " ", "?!", "..."])
def test_a_request_without_words_has_no_key(text: str) -> None:
    assert words_key(text) == ""


def test_a_value_from_the_words_must_be_written_the_same_way() -> None:
    given: Arguments = (("text", "ABC"), ("order", "ascending"), ("rows", [{"name": "Ada"}]))

    assert keeps_values("sort ABC for Ada", "Sort ABC for Ada!", given)
    assert not keeps_values("sort ABC for Ada", "sort abc for Ada", given)
    assert not keeps_values("sort ABC for Ada", "sort ABC for ada", given)
