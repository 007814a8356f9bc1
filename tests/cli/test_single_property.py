"""`--property` and `--input` become one question, and belong together with one app."""

from __future__ import annotations

import json

import pytest

from support.apps import app
from support.library import library
from support.terminal import mapp

LAW = "function prop_positive(input, output) { return output > 0; }\n"


@pytest.fixture
def double() -> None:
    library().build().put(app().file("tests/properties.js", LAW))


def test_the_result_is_printed_as_json(double: None) -> None:
    answer = mapp("test", "double", "--property", "prop_positive", "--input", '{"number": -2}', "--json")
    document = json.loads(answer.out)

    assert answer.code == 8
    assert (document["property"], document["passed"], document["gave"]) == ("prop_positive", False, "-4")
    assert document["reproduce"].startswith("mapp test double --property prop_positive")


@pytest.mark.parametrize("apps", [(), ("double", "double")])
def test_a_property_needs_exactly_one_app(double: None, apps: tuple[str, ...]) -> None:
    answer = mapp("test", *apps, "--property", "prop_positive", "--input", '{"number": 2}')

    assert answer.code == 2 and "with one app" in answer.err
