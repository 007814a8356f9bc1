"""Missing arguments: asked for in words, and read from what a person types."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mapp.errors import InvalidArguments
from mapp.model.decision import Ask
from mapp.model.manifest import Manifest
from mapp.model.request import Request
from mapp.ops.run.question import Question, question_about, read_reply, supplied
from mapp.starter import bundle
from support.apps import app

NUMBER = {"type": "number", "minimum": 0, "maximum": 1000}
TEXT = {"type": "string", "maxLength": 100}
DATE = {"type": "string", "format": "date", "minLength": 10, "maxLength": 10}


def manifest_of(**arguments: dict[str, Any]) -> Manifest:
    draft = app("thing").stating(input=arguments)
    return draft.read().manifest


def starter(name: str) -> Manifest:
    return Manifest.from_toml((bundle.APPS / name / "mapp.toml").read_text(encoding="utf-8"))


def reply(manifest: Manifest, key: str, text: str) -> object:
    return read_reply(manifest, key, Request(text=text))


@pytest.mark.parametrize(
    ("table", "question"),
    [
        ({**NUMBER, "description": "Number of people that share the bill"}, "how many people?"),
        ({**NUMBER, "description": "The number of rooms, without the kitchen."}, "how many rooms?"),
        ({**NUMBER, "description": "How many sheets of paper"}, "how many sheets of paper?"),
        ({**NUMBER, "description": "Height in metres", "unit": "m"}, "what is the height in metres?"),
        (
            {**NUMBER, "description": "Weight of the parcel", "unit": "kg"},
            "what is the weight of the parcel? (in kg)",
        ),
        (
            {**NUMBER, "description": "Calendar year, such as 2024"},
            "what is the calendar year? (such as 2024)",
        ),
        ({**NUMBER, "examples": [12], "description": "An hour"}, "what is an hour? (such as 12)"),
        ({**TEXT, "description": "IPv4 address; any will do"}, "what is the IPv4 address?"),
        (
            {**TEXT, "description": "The names to sort", "attachment": True},
            "what are the names to sort? (or @FILE)",
        ),
        ({**TEXT, "description": "The address"}, "what is the address?"),
        ({**TEXT, "description": "What separates the cells"}, "what separates the cells?"),
        ({"type": "boolean", "description": "Whether capitals count"}, "whether capitals count, yes or no?"),
        (
            {**DATE, "description": "First day, which counts too"},
            "what is the first day? (such as 2025-03-14)",
        ),
        (
            {"enum": ["net", "gross", "both"], "description": "Whether tax is in"},
            "which thing? (net, gross or both)",
        ),
        (NUMBER, "what is the thing?"),
    ],
)
def test_a_missing_argument_is_asked_for_in_words(table: dict[str, Any], question: str) -> None:
    assert str(question_about(manifest_of(thing=table), "thing")) == question


def test_every_argument_of_the_starter_apps_has_a_short_question() -> None:
    for name in bundle.names():
        manifest = starter(name)
        for argument in manifest.arguments:
            asked = question_about(manifest, argument.name)
            assert asked.text.endswith("?") and "\n" not in asked.text, asked
            assert len(asked.text) <= 150, asked


def test_a_long_list_of_choices_is_cut_and_a_property_of_an_object_is_asked_for_alone() -> None:
    many = manifest_of(unit={"enum": [f"u{n}" for n in range(30)]})
    place = {
        "type": "object",
        "properties": {"city": {**TEXT, "description": "City of the office"}},
        "required": ["city"],
        "additionalProperties": False,
    }
    assert question_about(many, "unit").hint == "such as u0, u1, u2, u3, u4, u5, u6, u7"
    assert question_about(manifest_of(place=place), "place.city").text == "what is the city of the office?"


def test_a_value_that_does_not_fit_is_named_as_the_problem() -> None:
    question = question_about(manifest_of(n=NUMBER), "n", (("n", 5000),))

    assert "5000 is greater than the maximum of 1000" in question.problem


@pytest.mark.parametrize(
    ("name", "argument", "typed", "value"),
    [
        ("tip-split", "people", "4", 4),
        ("tip-split", "people", "four people", 4),
        ("tip-split", "bill", "$86.40", 86.4),
        ("tip-split", "percent", "15 %", 15),
        ("days-until", "date", "24 December 2026", "2026-12-24"),
        ("unit-convert", "from", "miles", "mi"),
        ("statistics", "numbers", "3, 9 and 2", [3, 9, 2]),
        ("statistics", "numbers", "[1,2]", [1, 2]),
        ("duration-format", "seconds", "2 minutes", 120),
        ("date-add", "unit", "weeks", "week"),
        ("vat", "direction", "take it out", "remove"),
        ("scrabble-score", "word", "“quiz”", "quiz"),
        ("caesar", "text", "not now, please", "not now, please"),
        ("json-format", "text", '{"a": 1}', '{"a": 1}'),
    ],
)
def test_a_reply_is_read_like_a_request(name: str, argument: str, typed: str, value: object) -> None:
    assert reply(starter(name), argument, typed) == value


@pytest.mark.parametrize(
    ("name", "argument", "typed", "problem"),
    [
        ("tip-split", "people", "lots", "“lots” is not a whole number"),
        ("tip-split", "people", "4 or 5", "no argument uses the number “5”"),
        ("tip-split", "people", "0", "0 is less than the minimum of 1"),
        ("roman-encode", "number", "4000", "4000 is greater than the maximum of 3999"),
        ("rectangle", "width", "3 kg", "width does not have the unit of “3 kg”"),
        ("discount", "price", "not 80", "the request says “not”"),
        ("days-until", "date", "one of these days", "“one of these days” is not a date"),
        ("days-until", "date", "03/04/2025", "is not a date"),
        ("unit-convert", "to", "parsnips", "“parsnips” is not one of the choices"),
        ("statistics", "numbers", "none", "“none” is not a list of numbers"),
    ],
)
def test_a_reply_that_is_no_such_value_is_refused_with_the_problem(
    name: str, argument: str, typed: str, problem: str
) -> None:
    with pytest.raises(InvalidArguments) as caught:
        reply(starter(name), argument, typed)

    assert problem in str(caught.value)


@pytest.mark.parametrize(("typed", "value"), [("yes", True), ("n", False), ("True", True)])
def test_yes_and_no_are_values(typed: str, value: bool) -> None:
    assert reply(manifest_of(on={"type": "boolean"}), "on", typed) is value


def test_a_reply_can_name_a_file(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("b\na\n")

    assert reply(starter("sort-lines"), "text", f"@{tmp_path}/names.txt") == "b\na\n"


def test_several_arguments_are_asked_for_one_after_the_other_until_each_fits() -> None:
    manifest = manifest_of(people=NUMBER, place={"type": "object", "properties": {"city": TEXT}}, day=DATE)
    asked: list[Question] = []
    typed = iter(["none", "four people", "Rome", "2025-05-01"])

    def supply(question: Question) -> str:
        asked.append(question)
        return next(typed)

    call = Ask(app="thing", arguments=(), missing=("people", "place.city", "day"))
    found = supplied(manifest, call, Request(text="dinner"), supply)

    assert json.dumps(dict(found or ())) == json.dumps(
        {"people": 4, "place": {"city": "Rome"}, "day": "2025-05-01"}
    )
    assert [(row.argument, row.problem) for row in asked] == [
        ("people", ""),
        ("people", "“none” is not a number"),
        ("place.city", ""),
        ("day", ""),
    ]


@pytest.mark.parametrize("typed", [["", ""], ["4", "  "], [None]])
def test_an_empty_reply_cancels(typed: list[str | None]) -> None:
    replies = iter(typed)
    call = Ask(app="thing", arguments=(), missing=("people", "rooms"))

    assert (
        supplied(manifest_of(people=NUMBER, rooms=NUMBER), call, Request(text="x"), lambda _: next(replies))
        is None
    )
