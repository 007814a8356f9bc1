import pytest

from mapp.route.read.qualifiers.results import results, trailing
from mapp.route.read.tokens import tokenise


def found(text: str) -> set[tuple[str, str]]:
    line = tokenise(text)
    rows = [row for place, token in enumerate(line) for row in results(line, place, token)]
    return {(row.sort, row.key) for row in rows}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("8/12 as a fraction", ("form", "as fraction")), ("3/4 in decimal", ("form", "as decimal")),
        ("csv to yaml", ("direction", "as yaml")), ("csv -> json", ("direction", "as json")),
        ("age in months", ("unit", "as month")), ("how long is it in mins", ("unit", "as minute")),
        ("price in dollars", ("currency", "money dollar")), ("price in CHF", ("currency", "money chf")),
        ("working days in Russia", ("place", "place russia")), ("week number for the US", ("place",
        "place us")),
        ("time in New York", ("place", "place york")), ("time in Reykjavik", ("place", "place reykjavik")),
        ("rounded to the nearest euro", ("rounding", "round")), ("to two decimals", ("rounding", "round")),
        ("to 3 significant figures", ("rounding", "round")), ("round it up", ("rounding", "round")),
    ],
)  # fmt: skip
def test_the_form_of_the_result_is_found(text: str, wanted: tuple[str, str]) -> None:
    assert wanted in found(text)


@pytest.mark.parametrize(
    "text", ["the words in this sentence", "a round table", "in the box", "add it to my list", "in May"]
)
def test_a_topic_is_no_form(text: str) -> None:
    assert found(text) == set()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("the hash of 'x' with leading zeros", {"with zero"}),
        ("split 80 by age group.", {"by group"}),
        ("split 80 with my two friends", set()),
        ("the days in 2 weeks", set()),
        ("days left in June", set()),
    ],
)
def test_only_a_phrase_without_an_article_can_end_a_request(text: str, wanted: set[str]) -> None:
    assert {row.key for row in trailing(tokenise(text))} == wanted
