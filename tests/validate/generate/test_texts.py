"""Texts keep their length, and every character can be stored."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapp.validate.generate.choices import Dice
from mapp.validate.generate.texts import USUAL, any_character, character, texts


class Code:
    """Chooses the largest range of characters and then this code point."""

    def __init__(self, code: int) -> None:
        self._answers = [4, code]

    def below(self, bound: int) -> int:
        answer = self._answers.pop(0)
        assert answer < bound
        return answer


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 2**32))
def test_a_text_has_a_length_between_both_bounds(shortest: int, more: int, seed: int) -> None:
    draw, dice = texts(shortest, shortest + more), Dice(seed)

    assert all(shortest <= len(draw(dice)) <= shortest + more for _ in range(20))


def test_a_long_text_is_drawn_in_full() -> None:
    dice = Dice(1)

    assert {len(texts(5000, 5000)(dice)) for _ in range(10)} == {5000}


def test_without_an_upper_bound_texts_are_empty_or_short_or_long() -> None:
    draw, dice = texts(0, None), Dice(1)
    lengths = [len(draw(dice)) for _ in range(2000)]

    assert min(lengths) == 0 and 1 in lengths
    assert 100 < max(lengths) <= USUAL


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (0xD7FF, "\ud7ff"),
        (0xD800, "\ue000"),
        (0xDFFF, "\ue000"),
        (0xE000, "\ue000"),
        (0x10FFFF, "\U0010ffff"),
    ],
    ids=["last before", "first surrogate", "last surrogate", "first after", "last of all"],
)
def test_a_surrogate_is_never_drawn(code: int, expected: str) -> None:
    assert any_character(Code(code)) == expected


def test_a_character_is_printable_awkward_or_any() -> None:
    dice = Dice(1)
    drawn = [character(dice) for _ in range(3000)]

    assert {"a", "\0", "\u202e", "e\u0301"} <= set(drawn)
    assert all(drawn)
    assert any(ord(text[0]) > 0xFFFF for text in drawn)
    "".join(drawn).encode()  # no half of a surrogate pair
