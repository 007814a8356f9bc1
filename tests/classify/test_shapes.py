"""The shape of good answers, and what a reader of it would trip over."""

from __future__ import annotations

from functools import reduce

import pytest

from mapp.classify.shapes import differences, merged, shape_of
from mapp.model.values import JSONValue

WEATHER: JSONValue = {
    "city": "Oslo",
    "taken": "2026-03-02",
    "main": {"temp": 3.5, "wind": 2},
    "days": [{"date": "2026-03-03", "high": 4}, {"date": "2026-03-04", "high": 6, "note": "rain"}],
}


def changed(**changes: JSONValue) -> JSONValue:
    """Returns the weather with other members."""
    assert isinstance(WEATHER, dict)
    return {**WEATHER, **changes}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (WEATHER, []),
        (changed(more=1), []),
        (changed(main={"temp": 4, "wind": 0}), []),
        (changed(days=[]), []),
        (changed(main={"wind": 2}), ["main.temp is missing"]),
        (changed(main={"wind": 2, "temperature": 3}), ["main.temp is missing, and main.temperature is new"]),
        (changed(city=None), ["city is null, and was text"]),
        (changed(main={"temp": "3.5", "wind": 2}), ["main.temp is text, and was number"]),
        (changed(taken="02/03/2026"), ["taken is not a date any more"]),
        (changed(taken=1772409600), ["taken is number, and was text"]),
        (changed(days=[{"date": "March 3", "high": 1}]), ["days[].date is not a date any more"]),
        (changed(days=[{"date": "2026-03-03"}]), ["days[].high is missing"]),
        (changed(next_page="/now?page=2"), ["next_page is new: the answer is one page of several"]),
        ([WEATHER], ["the answer is list, and was object"]),
    ],
)
def test_only_what_a_reader_would_trip_over_is_a_difference(answer: JSONValue, said: list[str]) -> None:
    assert list(differences(shape_of(WEATHER), answer)) == said


def test_an_envelope_hides_every_member() -> None:
    said = differences(shape_of(WEATHER), {"data": WEATHER})
    assert len(said) == 4 and all("is missing" in line for line in said)


def test_what_some_good_answers_lack_is_optional() -> None:
    shape = reduce(merged, [shape_of(WEATHER), shape_of({"city": "Rome", "taken": None})])
    assert differences(shape, {"city": "Lima", "taken": None}) == ()
    assert differences(shape, {"taken": None}) == ("city is missing",)


def test_names_that_are_data_may_change() -> None:
    rates = shape_of({"base": "EUR", "rates": {"USD": 1.08, "GBP": 0.86}})
    assert differences(rates, {"base": "EUR", "rates": {"JPY": 161.4}}) == ()
    assert differences(rates, {"base": "EUR", "rates": {"JPY": "161.4"}}) == (
        "rates.* is text, and was number",
    )
    prices = shape_of({"bitcoin": {"usd": 1}}, known="GET https://api.example/price?ids=bitcoin")
    assert differences(prices, {"ether": {"usd": 2}}) == ()


def test_a_name_that_a_server_chose_is_quoted() -> None:
    (said,) = differences(shape_of({"a": 1, "x y\x1b": 2}), {"a": 1})
    assert said == '"x y\\u001b" is missing'


def test_deep_and_long_answers_are_read_in_bounds() -> None:
    deep: JSONValue = 1
    for _ in range(60):
        deep = [deep]
    assert differences(shape_of(deep), deep) == ()
    assert len(differences(shape_of({f"name{at}x": 1 for at in range(99)}), {})) == 20
