"""Percentages, money, quantities and lists of numbers in a request."""

import pytest

from mapp.route.read.extract import mentions
from mapp.route.read.quantities import amounts_in, lists_in
from mapp.route.read.tokens import tokenise


def found(text: str, kind: str) -> list[tuple[str, object, str | None]]:
    return [(m.text, m.value, m.unit) for m in mentions(text) if m.kind == kind]


def amounts(text: str, kind: str) -> list[tuple[str, object, str | None]]:
    return [(m.text, m.value, m.unit) for m in amounts_in(text, tokenise(text), []) if m.kind == kind]


def test_percent_money_and_quantities_keep_their_bare_number() -> None:
    text = "what is 240 euros plus 20% on 5km"
    assert found(text, "currency") == [("240 euros", 240, "EUR")]
    assert found(text, "percent") == [("20%", 20, "percent")]
    assert found(text, "quantity") == [("5km", 5, "km")]
    assert [value for _, value, _ in found(text, "number")] == [240, 20, 5]


@pytest.mark.parametrize("text", ["$1,250.50", "USD 1250.50", "1250.50 USD", "1250.50$", "1,250.50 dollars"])
def test_money_is_found_with_its_mark_on_either_side(text: str) -> None:
    assert (1250.5, "USD") in [(value, unit) for _, value, unit in found(text, "currency")]


def test_pounds_may_be_money_or_mass() -> None:
    assert found("5 pounds", "currency") == [("5 pounds", 5, "GBP")]
    assert found("5 pounds", "quantity") == [("5 pounds", 5, "lb")]


@pytest.mark.parametrize("text", ["3, 5 and 8", "3 5 8", "3,5,8", "3; 5; 8"])
def test_consecutive_numbers_are_a_list(text: str) -> None:
    assert [value for _, value, _ in found(f"mean of {text}", "list")] == [[3, 5, 8]]


def test_a_minus_before_the_mark_makes_money_negative() -> None:
    assert amounts("a change of -$5", "currency") == [("-$5", -5, "USD")]


def test_units_of_several_words_and_ratios_are_one_unit() -> None:
    assert [unit for _, _, unit in amounts("60 miles per hour", "quantity")] == ["mph"]
    assert [text for text, _, _ in amounts("20 square feet of floor", "quantity")] == ["20 square feet"]
    assert amounts("5 widgets", "quantity") == []


def test_a_time_word_with_an_article_is_one_of_it_and_may_mean_nothing() -> None:
    text = "a week from now"
    (week,) = [mention for mention in amounts_in(text, tokenise(text), []) if mention.kind == "quantity"]
    assert (week.text, week.value, week.unit, week.soft) == ("a week", 1, "week", True)


def test_a_list_has_a_unit_only_if_its_numbers_share_one() -> None:
    def units(text: str) -> list[str | None]:
        return [each.unit for each in lists_in(text, list(amounts_in(text, tokenise(text), [])))]

    assert units("3 km, 4 km and 5 km") == ["km"]
    assert units("3 km, 4 kg") == [None]
    assert units("only 3 km here") == []
