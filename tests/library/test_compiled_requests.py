"""Which requests an app was compiled for, as its git repository records them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from mapp.errors import NotFound
from mapp.library import read
from mapp.library.compiled_requests import compiled_requests, record_choice
from mapp.ops.manage.rollback import rollback
from support.apps import app
from support.known_words import landed
from support.library import SOMEBODY, Built, fsck, library


@pytest.fixture
def built() -> Iterator[Built]:
    """Gives an empty library."""
    made = library().build()
    yield made
    made.workspace.close()


def test_compiled_and_extended_apps_know_their_requests(built: Built) -> None:
    landed(built, app("double"), "double a number")
    landed(built, app("double").version("1.1.0"), "also of negative ones", operation="expand")
    built.put(app("double").version("1.2.0"), subject="edited by hand")
    landed(built, app("other"), "not compiled", operation="add")

    assert set(compiled_requests(built.home, "double")) == {"double a number", "also of negative ones"}
    assert compiled_requests(built.home, "other") == ()


@pytest.mark.parametrize(
    "request_",
    [
        "the words " * 150,
        "x" * 499 + " y" * 200,
        "first\n\nsecond paragraph",
        "one line\nMapp-Request: another",
    ],
)
def test_a_long_request_and_one_of_several_lines_come_back_whole(built: Built, request_: str) -> None:
    landed(built, app("double"), request_)
    (found,) = compiled_requests(built.home, "double")

    assert found.split() == request_.split()


def test_what_a_rollback_took_back_does_not_count(built: Built) -> None:
    landed(built, app("double"), "double a number")
    wider = app("double").version("1.1.0").example({"number": 3}, output=6)
    landed(built, wider, "and a little more", operation="expand")
    rollback(built.workspace, "double", force=True)

    assert compiled_requests(built.home, "double") == ("double a number",)


def test_an_app_that_was_chosen_as_it_is_knows_the_request_too(built: Built) -> None:
    built.put(app("double"))
    before = read.snapshot(built.home, "double").commit
    for request in ("twice as much", "zwei mal “so viel”\u2028", "twice as much"):
        record_choice(built.home, "double", request, SOMEBODY)
    landed(built, app("double").version("1.1.0"), "more", operation="expand")

    assert compiled_requests(built.home, "double") == ("more", "twice as much", "zwei mal “so viel”\u2028")
    assert read.snapshot(built.home, "double", "v1.0.0").commit == before
    fsck(built.home.root)


def test_an_app_that_is_missing_or_damaged_has_no_requests(built: Built) -> None:
    landed(built, app("double"), "double a number")
    shutil.rmtree(built.repository("double") / "objects")

    assert compiled_requests(built.home, "double") == () == compiled_requests(built.home, "nothing")
    with pytest.raises(NotFound):
        record_choice(built.home, "nothing", "x", SOMEBODY)
