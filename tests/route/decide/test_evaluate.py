"""One candidate with its arguments and what counts against it."""

import pytest

from mapp.errors import InvalidArguments
from mapp.model.decision import Arguments
from mapp.model.manifest import Manifest
from mapp.model.request import Request
from mapp.route.decide.evaluate import evaluate_candidate, read_compiled, read_verbatim
from mapp.route.fill.cues import Cues

CIRCLE = Manifest.from_toml(
    """
manifest = 1
name = "circle"
version = "1.0.0"
description = "The area of a circle."
sources = ["Euclid"]
[input.radius]
type = "number"
maximum = 100
[input.digits]
type = "integer"
default = 2
[output]
type = "number"
"""
)


def test_arguments_from_the_request_are_completed_with_defaults() -> None:
    match = evaluate_candidate(Request(text="area of a circle with radius 5"), CIRCLE, Cues(), 0.9)
    assert (match.app, match.probability) == ("circle", 0.9)
    assert dict(match.arguments) == {"radius": 5, "digits": 2}
    assert (match.vetoes, match.problems) == ((), ())


def test_a_request_without_a_needed_value_has_no_arguments_and_a_veto() -> None:
    match = evaluate_candidate(Request(text="area of a circle"), CIRCLE, Cues(), 0.9)
    assert match.filling.missing == ("radius",)
    assert (match.arguments, match.problems) == ((), ())
    assert [veto.name for veto in match.vetoes] == ["missing-argument"]


def test_a_value_out_of_range_counts_as_missing_and_is_not_passed_on() -> None:
    match = evaluate_candidate(Request(text="area of a circle with radius 500"), CIRCLE, Cues(), 0.9)
    assert match.arguments == ()
    assert match.filling.missing == ("radius",)
    assert [veto.name for veto in match.vetoes] == ["missing-argument", "number-left-over"]


def test_a_request_from_the_apps_own_tests_is_certain() -> None:
    match = read_verbatim(CIRCLE, (("radius", 3),))
    assert (match.probability, match.filling.confidence) == (1.0, 1.0)
    assert dict(match.arguments) == {"radius": 3, "digits": 2}
    assert match.filling.arguments == {"radius": 3}


@pytest.mark.parametrize(
    "arguments", [(), (("radius", "wide"),), (("radius", 101),), (("radius", 1), ("colour", 2))]
)
def test_stated_arguments_that_do_not_fit_the_manifest_are_refused(arguments: Arguments) -> None:
    with pytest.raises(InvalidArguments):
        read_verbatim(CIRCLE, arguments)


@pytest.mark.parametrize(
    "words",
    [
        "area of a circle with radius 5, not of a square",
        "undo the circle of radius 5",
        "circle of radius 5 and then rest",
        "the 3 musketeers' circle of radius 5",
    ],
)
def test_nothing_in_the_words_counts_against_an_app_that_was_compiled_for_them(words: str) -> None:
    assert evaluate_candidate(Request(text=words), CIRCLE, Cues(), 1.0).vetoes
    match = read_compiled(Request(text=words), CIRCLE, Cues())

    assert match.complete and match.probability == 1.0
    assert dict(match.arguments) == {"radius": 5, "digits": 2}


def test_a_value_that_the_words_lack_is_missing_from_a_compiled_request_too() -> None:
    match = read_compiled(Request(text="area of the usual circle"), CIRCLE, Cues())

    assert (match.complete, match.filling.missing) == (False, ("radius",))
