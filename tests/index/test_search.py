"""Searches an index."""

from __future__ import annotations

from pathlib import Path

import pytest

from mapp.errors import NotFound
from mapp.index.search import Index
from support.shelf import Shelf


def opened(shelf: Shelf) -> Index:
    index = shelf.open()
    assert index is not None
    return index


def test_a_request_finds_the_app_that_does_it(shelf: Shelf) -> None:
    made = shelf.build()
    assert (made.state, made.apps, made.store) == ("ready", 3, "exact")
    index = opened(shelf)
    for text, app in (("sort my lines", "sort-lines"), ("add the vat", "vat"), ("rot13 abc", "rot13")):
        assert index.search(text)[0].app == app


def test_scores_are_sorted_and_between_0_and_1(shelf: Shelf) -> None:
    shelf.build()
    scores = [candidate.score for candidate in opened(shelf).search("sort the lines by price")]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1.0001 for score in scores)


def test_the_number_of_candidates_is_limited(shelf: Shelf) -> None:
    shelf.build()
    index = opened(shelf)
    assert len(index.search("lines", 2)) == 2
    assert index.search("lines", 0) == ()


@pytest.mark.parametrize(
    "text", ["", "   ", '" OR ""', "NEAR(a b)", "a*^:-()", "\x00", "日本語", "x" * 10_000]
)
def test_any_text_can_be_searched_for(shelf: Shelf, text: str) -> None:
    shelf.build()
    assert len(opened(shelf).search(text)) == 3


def test_an_empty_library_has_an_index_that_finds_nothing(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    assert shelf.build().apps == 0
    assert opened(shelf).search("anything") == ()


def test_a_card_is_read_back_unchanged(shelf: Shelf) -> None:
    shelf.build()
    index = opened(shelf)
    assert index.card("vat") == shelf.cards["vat"]
    with pytest.raises(NotFound, match="'none'"):
        index.card("none")
