"""One candidate with its arguments and what counts against it."""

import pytest

from mapp.errors import InvalidArguments
from mapp.model.decision import Arguments
from mapp.model.manifest import Manifest
from mapp.model.request import Request
from mapp.route.decide.evaluate import evaluate_candidate, read_verbatim
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
