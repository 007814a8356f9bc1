import pytest

from mapp.route.read.qualifiers.marked import marked
from mapp.route.read.tokens import tokenise


def keys(text: str) -> set[str]:
    return {found.key for found in marked(tokenise(text))}


@pytest.mark.parametrize(
    "text",
    [
        "excluding weekends", "without the weekends", "not counting weekends", "except for weekends",
        "other than weekends", "leaving out all weekends", "ignoring any weekends", "minus weekends",
        "if weekends don't count", "weekends left out", "apart from weekends",
    ],
)  # fmt: skip
def test_an_exclusion_has_one_key_however_it_is_worded(text: str) -> None:
    assert "exclude weekend" in keys(f"days from May to June {text}")


@pytest.mark.parametrize(
    "text", ["including both", "both days included", "both ends included", "with both dates", "counting both"]
)
def test_both_ends_of_a_span_have_one_key(text: str) -> None:
    assert "include end" in keys(f"days from May to June, {text}")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("only the vowels of it", "only vowel"), ("just the header row", "only header"),
        ("80 plus tip per person", "each person"), ("half of that sum", "part sum"),
        ("and also the weekday", "also weekday"), ("week by ISO, as per DIN", "obeyed din"),
        ("a tip-inclusive bill", "include tip"), ("tip included at 15%", "include tip"),
        ("80 incl. tax", "include tax"), ("only return the vowels", "only vowel"), ("do not round it",
        "not round"),
    ],
)  # fmt: skip
def test_a_marker_is_joined_with_the_word_that_it_is_about(text: str, key: str) -> None:
    assert key in keys(text)


@pytest.mark.parametrize(
    "text",
    [
        "what is 8 minus 5", "5.2% per year", "4 percent per annum", "minus 8.25 in words",
        "5 less than 9", "12 per cent of 80", "valid or not",
        "our tool only accepts csv", "I don't know the area", "account no. 5",
        "the divisor of 39 as well as 65",
    ],
)  # fmt: skip
def test_words_that_mean_something_else_are_no_markers(text: str) -> None:
    assert keys(text) == set()


def test_a_story_is_told_apart_from_an_order() -> None:
    assert [found.sort for found in marked(tokenise("excel can't open it"))] == ["narrated-not"]
    assert [found.sort for found in marked(tokenise("don't sort it"))] == ["not"]
