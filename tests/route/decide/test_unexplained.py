"""Words that neither the app nor its arguments explain are counted."""

from __future__ import annotations

import pytest

from mapp.model.manifest import Manifest
from mapp.model.request import Request
from mapp.route.decide.unexplained import Words, count_words
from mapp.route.fill.cues import Cues
from mapp.route.fill.fill import fill

CIRCLE = Manifest.from_toml(
    """
manifest = 1
name = "circle"
version = "1.0.0"
description = "The area of a circle."
sources = ["Euclid"]
[input.radius]
type = "number"
[output]
type = "number"
"""
)


def counted(text: str, cues: Cues | None = None) -> Words:
    request = Request(text=text)
    cues = Cues() if cues is None else cues
    return count_words(request, CIRCLE, fill(request, CIRCLE, cues), cues)


@pytest.mark.parametrize(
    "text", ["what is the area of a circle with radius 5", "area of circles, radius 5 please"]
)
def test_the_words_of_the_manifest_are_explained(text: str) -> None:
    assert counted(text).unexplained == 0


@pytest.mark.parametrize(
    ("text", "unexplained"),
    [("area of a circle with radius 5 in hectares", 1), ("price of a round carpet with radius 5", 3)],
)
def test_other_words_are_not(text: str, unexplained: int) -> None:
    found = counted(text)
    assert found.unexplained == unexplained <= found.needing


def test_the_words_of_the_requests_that_an_app_was_taught_are_explained() -> None:
    assert counted("carpet of radius 5", Cues(words={"carpet": 2}, requests=9)).unexplained == 0
    assert counted("carpet of radius 5").unexplained == 1
