"""Apps are searched for by what they do."""

from __future__ import annotations

import pytest

from mapp.ops.index.search import search
from support.apps import app
from support.library import Built, library


@pytest.fixture
def built(builds: list[bool]) -> Built:
    found = library().app("double").build()
    found.put(app("spell").stating(description="Spells a word in reverse.", version="1.2.0"))
    return found


def test_the_app_that_does_it_comes_first_with_its_version(built: Built) -> None:
    first, second = search(built.workspace, "spells a word in reverse")
    assert (first.app, first.version, first.description) == ("spell", "1.2.0", "Spells a word in reverse.")
    assert second.app == "double"
    assert 0 <= second.score < first.score <= 1


def test_no_more_apps_are_found_than_asked_for(built: Built) -> None:
    assert [found.app for found in search(built.workspace, "doubles a number", most=1)] == ["double"]
    assert search(built.workspace, "doubles a number", most=0) == ()


def test_an_app_that_was_just_added_is_found(built: Built, builds: list[bool]) -> None:
    search(built.workspace, "knit a scarf")
    built.put(app("knit").stating(description="Plans how to knit a scarf."))
    assert search(built.workspace, "knit a scarf")[0].app == "knit"
    assert len(builds) == 2


def test_an_empty_library_finds_nothing(builds: list[bool]) -> None:
    assert search(library().build().workspace, "anything") == ()
