"""How clearly the words around a span point to a slot."""

import pytest

from mapp.route.fill.proximity import FROM_WORDS, TO_WORDS, is_about, nearness, prepositional
from mapp.route.fill.slots import Slot
from mapp.route.read.parsed_request import around, read
from support.filling import slot

RATE = slot("rate", 'type = "number"\ndescription = "The exchange for money."')


def near(of: Slot, text: str, value: str = "5") -> float:
    start = text.index(value)
    return nearness(of, *around(read(text), (start, start + len(value))))


def test_the_name_is_clearer_than_the_description_and_both_than_nothing() -> None:
    assert near(RATE, "rate 5") > near(RATE, "exchange 5") > near(RATE, "take 5") == 0


def test_a_name_further_away_counts_less() -> None:
    assert near(RATE, "rate 5") > near(RATE, "rate of about 5") > 0


@pytest.mark.parametrize("text", ["rate. then 5", "rate 7 then 5", "take 5, rate"])
def test_a_mark_or_another_number_cuts_the_name_off(text: str) -> None:
    assert near(RATE, text) == 0


def test_a_name_after_the_value_counts_less_than_before_it() -> None:
    assert near(RATE, "rate 5") > near(RATE, "take 5 as the rate") > 0


def test_from_and_to_point_to_a_source_and_away_from_a_target() -> None:
    source, target = slot("origin", 'type = "string"'), slot("destination", 'type = "string"')
    assert is_about(source, FROM_WORDS) and not is_about(source, TO_WORDS)
    assert near(source, "go from Rome", "Rome") > 0 > near(target, "go from Rome", "Rome")
    assert near(target, "go to Rome", "Rome") > 0 > near(source, "go to Rome", "Rome")


@pytest.mark.parametrize(("name", "words"), [("city", "in the"), ("author", "by"), ("actor", "starring")])
def test_a_preposition_points_to_a_place_a_maker_or_a_person(name: str, words: str) -> None:
    before, _ = around(read(f"{words} X"), (len(words) + 1, len(words) + 2))
    score = {
        each: prepositional(slot(each, 'type = "string"'), before) for each in ("city", "author", "actor")
    }
    assert score[name] > 0
    assert sum(value != 0 for value in score.values()) == 1


@pytest.mark.parametrize(
    "text",
    ["more than 5", "compared to 5", "instead of 5", "it was 5", "previously 5", "last year 5", "9 minus 5"],
)
def test_what_came_before_points_to_a_source(text: str) -> None:
    source, target = slot("source", 'type = "number"'), slot("target", 'type = "number"')
    assert near(source, text) > 0 > near(target, text)


@pytest.mark.parametrize("text", ["now 5", "currently 5", "this month 5"])
def test_what_holds_now_points_to_a_target(text: str) -> None:
    source, target = slot("before", 'type = "number"'), slot("after", 'type = "number"')
    assert near(target, text) > 0 > near(source, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("height", "5 high"),
        ("width", "5 m wide"),
        ("length", "5 cm long"),
        ("depth", "5 deep"),
        ("height", "5 tall"),
    ],
)
def test_an_adjective_after_a_number_names_what_it_measures(name: str, text: str) -> None:
    assert near(slot(name, 'type = "number"'), text) > 0
    assert near(slot("area", 'type = "number"'), text) == 0
