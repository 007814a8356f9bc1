"""The catalogue of one generation keeps heads, cards and words together."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mapp.index import lexical
from mapp.index.catalogue import Catalogue, copy_catalogue, create_catalogue, open_catalogue
from mapp.index.entry import Head, IndexEntry
from support.shelf import Shelf


def entries(shelf: Shelf) -> list[IndexEntry]:
    return [
        IndexEntry(app=head.app, commit=head.commit, tree=head.tree, card=shelf.cards[head.app])
        for head in shelf.heads()
    ]


@pytest.fixture
def folder(shelf: Shelf, tmp_path: Path) -> Path:
    """Returns a folder with the catalogue of the shelf."""
    folder = tmp_path / "one"
    folder.mkdir()
    with closing(create_catalogue(folder)) as catalogue:
        catalogue.change(entries(shelf), gone=())
    return folder


@pytest.fixture
def catalogue(folder: Path) -> Iterator[Catalogue]:
    with closing(open_catalogue(folder)) as found:
        yield found


def test_what_was_added_is_read_back(shelf: Shelf, catalogue: Catalogue) -> None:
    assert catalogue.heads() == {head.app: head for head in shelf.heads()}
    assert {name: catalogue.card(name) for name in catalogue.names} == shelf.cards
    assert catalogue.card("none") is None
    manifests = {name: card.manifest for name, card in shelf.cards.items()}
    assert {name: catalogue.manifest(name) for name in catalogue.names} == manifests
    assert catalogue.manifest("none") is None


def test_rows_are_numbered_in_the_order_of_the_names(catalogue: Catalogue) -> None:
    assert catalogue.names == ("rot13", "sort-lines", "vat")
    for row, text in enumerate(["rotate", "alphabetically", "price"]):
        assert catalogue.find(text, 5) == [(row, 1.0)]


def test_a_copy_is_changed_without_the_original(shelf: Shelf, folder: Path, tmp_path: Path) -> None:
    shelf.put("vat", "Adds sales tax.", "sales tax please")
    (changed,) = (entry for entry in entries(shelf) if entry.app == "vat")
    copy = tmp_path / "two"
    copy.mkdir()
    with closing(copy_catalogue(folder, copy)) as writing:
        writing.change([changed], gone=["rot13", "none"])
    with closing(open_catalogue(copy)) as new, closing(open_catalogue(folder)) as old:
        assert new.names == ("sort-lines", "vat")
        assert new.find("rotate euros", 5) == []
        assert new.find("sales", 5) == [(1, 1.0)]
        assert old.names == ("rot13", "sort-lines", "vat")
        assert old.find("sales", 5) == []


def test_a_moved_app_keeps_its_tree_and_its_words(shelf: Shelf, folder: Path, tmp_path: Path) -> None:
    tree = {head.app: head.tree for head in shelf.heads()}["vat"]
    copy = tmp_path / "two"
    copy.mkdir()
    with closing(copy_catalogue(folder, copy)) as writing:
        writing.move({"vat": Head(app="vat", commit="c9", tree=tree)})
    with closing(open_catalogue(copy)) as new:
        assert new.heads()["vat"] == Head(app="vat", commit="c9", tree=tree)
        assert new.heads()["rot13"].commit == "c0"
        assert new.find("price", 5) == [(2, 1.0)]


def test_a_finished_catalogue_cannot_be_changed(catalogue: Catalogue) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        catalogue.change([], gone=["vat"])


def test_among_many_apps_common_words_are_looked_up_once_and_left_out(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = catalogue.find("rotate the price", 5)
    counted: list[str] = []
    real = lexical.count

    def count(connection: sqlite3.Connection, word: str) -> int:
        counted.append(word)
        return real(connection, word)

    monkeypatch.setattr(lexical, "count", count)
    assert catalogue.find("rotate the price", 5) == everything
    assert counted == []
    monkeypatch.setattr(lexical, "MANY", 2)
    for _ in range(2):
        found = catalogue.find("rotate the price", 5)
        assert [row for row, _ in found[:2]] == [row for row, _ in everything[:2]]
        assert counted == ["rotate", "the", "price"]
    assert catalogue._known_words["rotate"] is False
