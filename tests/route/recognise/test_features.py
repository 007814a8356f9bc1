"""What a request looks like apart from its meaning."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapp.route.recognise.features import FEATURES, SHAPE_FEATURES, WORD_FEATURES, grams, learn_wording, shape

CORPUS = ["add vat to 240", "take vat out of 99", "sort these lines", "sort the words", "who wrote this"]


def test_numbers_are_replaced_by_their_kind() -> None:
    assert grams("add 19% to 3.50") == grams("add 7% to 1,200")


def test_quoted_texts_are_replaced_by_their_kind() -> None:
    assert grams("reverse 'abc def'") == grams('reverse "xyz"')


def test_an_apostrophe_is_not_a_quote() -> None:
    assert "qtext" not in grams("what's 5% of my friend's bill")


def test_the_first_and_the_last_word_are_marked() -> None:
    assert grams("sort lines") == ["sort", "lines", "^ sort", "sort lines", "lines $"]


def test_rows_have_the_stated_width() -> None:
    rows = learn_wording(CORPUS).features(["add vat", "", "日本語"])
    assert rows.shape == (3, FEATURES)
    assert rows.dtype == np.float64
    assert len(shape("x")) == SHAPE_FEATURES


def test_texts_with_common_words_are_nearer() -> None:
    one, like, unlike = learn_wording(CORPUS).features(
        ["add vat to 3", "add vat to 5 please", "sort the lines"]
    )[:, :WORD_FEATURES]
    assert one @ like > one @ unlike + 0.05


def test_unknown_words_only_affect_the_length() -> None:
    known, with_strange = learn_wording(CORPUS).features(["add vat", "add vat zygomorphic quux"])
    first, second = known[:WORD_FEATURES], with_strange[:WORD_FEATURES]
    assert 0 < np.linalg.norm(second) < np.linalg.norm(first)


def test_held_out_texts_look_unknown() -> None:
    text = "who wrote this"
    held_out = learn_wording(CORPUS).features([text], held_out=True)[0]
    assert np.linalg.norm(held_out[:WORD_FEATURES]) == pytest.approx(0.0)


def test_a_wording_does_not_depend_on_the_order_of_the_corpus() -> None:
    one, other = learn_wording(CORPUS), learn_wording(CORPUS[::-1])
    assert np.array_equal(one.features(CORPUS), other.features(CORPUS))


@given(text=st.text(max_size=200))
def test_any_text_has_finite_features(text: str) -> None:
    assert np.isfinite(learn_wording(CORPUS).features([text])).all()


@pytest.mark.parametrize(
    ("text", "answer"), [("what is vat", 0), ("12", 1), ("1 and 2", 2), ("'ab'", 4), ("a: b", 6), ("5%", 8)]
)
def test_the_form_of_a_request_is_a_feature(text: str, answer: int) -> None:
    assert shape(text)[answer] == 1
