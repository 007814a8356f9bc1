"""The command printed with a counterexample reproduces it."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest

from mapp.model.values import canonical
from support.library import library
from support.terminal import mapp

LAWS = """
function prop_positive(input, output) { return output > 0; }
function meta_odd(input, run) { return run({ number: -input.number }).output === -run(input).output; }
"""


@pytest.fixture
def double() -> None:
    library().app("double").file("tests/properties.js", LAWS).build()


def asked(*words: str) -> Any:
    return mapp("test", "double", *words)


def test_a_property_that_fails_for_an_input_says_how(double: None) -> None:
    answer = asked("--property", "prop_positive", "--input", '{"number": -3}')

    assert answer.code == 8
    assert answer.out.splitlines() == ["double gave -6", "prop_positive is false with the output -6"]


def test_a_property_that_holds_says_so(double: None) -> None:
    answer = asked("--property", "meta_odd", "--input", '{"number": 3}')

    assert (answer.code, answer.out.splitlines()[1]) == (0, "meta_odd holds")


def test_total_is_a_property_too(double: None) -> None:
    document = json.loads(asked("--property", "total", "--input", '{"number": 3}', "--json").out)

    assert document["passed"] and document["gave"] == "6" and document["input"] == {"number": 3}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--property", "prop_nope", "--input", "{}"), "its properties are: total, prop_positive, meta_odd"),
        (("--property", "prop_positive"), "go together"),
        (("--input", "{}"), "go together"),
        (("--property", "prop_positive", "--input", "[1]"), "must be a JSON object"),
        (("--property", "prop_positive", "--input", "{"), "is not JSON"),
        (("--property", "prop_positive", "--input", "{}"), '"number" is a required property'),
    ],
)
def test_an_invalid_property_or_input_is_an_error(double: None, words: tuple[str, ...], said: str) -> None:
    answer = asked(*words)

    assert answer.code not in (0, 70) and answer.out == ""
    assert said in answer.err


def test_the_command_that_the_gate_prints_shows_the_counterexample_again(double: None) -> None:
    checks = json.loads(asked("--json").out)["apps"][0]["checks"]
    problems = [row for check in checks if check["check"] == "properties" for row in check["problems"]]
    (typed,) = [row["reproduce"] for row in problems]

    again = mapp(*shlex.split(typed)[1:], "--json")
    assert again.code == 8
    assert canonical(json.loads(again.out)["input"]) == problems[0]["evidence"]
