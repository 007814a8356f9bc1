"""Groups of people that count the speaker."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapp.route.read.headcount import counts_people, groups
from mapp.route.read.tokens import tokenise


def sizes(text: str) -> list[int]:
    return [group.size for group in groups(tokenise(text))]


FORMS = ["me and {} friends", "{} friends and me", "myself plus {} others", "me, my wife and {} kids"]
FORMS += ["my wife and I and {} kids", "{} colleagues and I", "me with {} mates"]


@given(st.integers(1, 99), st.sampled_from(FORMS))
def test_the_speaker_counts(count: int, form: str) -> None:
    own = 2 if "wife" in form else 1
    assert sizes(f"split 80 between {form.format(count)} evenly") == [count + own]


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("my wife and I", 2), ("me and my brother", 2), ("Tom and I", 2), ("me, Anna and Ben", 3),
        ("my parents and I", 3), ("myself, my partner and a couple of friends", 4), ("both of us", 2),
        ("all five of us", 5), ("there are 6 of us", 6), ("just the two of us", 2), ("us three", 3),
        ("me plus three", 4), ("me and three other people", 4), ("my wife, my two kids and me", 4),
        ("me & my 2 sisters", 3), ("three of my friends and me", 0),
        ("me and my wife, 2 people", 2), ("me and my mates, 5 people", 0),
    ],
)  # fmt: skip
def test_groups_in_many_wordings(text: str, size: int) -> None:
    assert sizes(f"{text}, bill 80") == [size]


@pytest.mark.parametrize(
    "text",
    [
        "3 friends", "send me 3 kg and 4 lb", "I have two kids and 3 dogs",
        "give me 5 and 6",
        "tell me, 5 and 6 are what", "I want 3 more", "between 4 people", "my wife and two kids", "",
    ],
)  # fmt: skip
def test_other_words_are_no_group(text: str) -> None:
    assert sizes(text) == []


@pytest.mark.parametrize("text", ["me and my friends", "my colleagues and I", "me, my wife and our kids"])
def test_the_size_of_a_group_is_not_guessed(text: str) -> None:
    assert sizes(text) == [0]


def test_a_number_before_a_word_for_people_counts_them() -> None:
    tokens = tokenise("3 friends, 4 other guests, 5 boxes")
    assert [counts_people(tokens, place) for place in (1, 4, 8)] == [True, True, False]
