"""The texts of an app that are indexed, and the key of their vectors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mapp.index.entry import (
    Head,
    IndexEntry,
    IndexStatus,
    blob_key,
    description_text,
    near_misses,
    positive_requests,
    texts,
)
from mapp.model.app import Card
from mapp.model.manifest import Manifest
from mapp.model.request import Phrase
from support.shelf import Shelf


def card(**changed: object) -> Card:
    """Returns a card whose output has no description, with the changes in its manifest."""
    document: dict[str, object] = {
        "manifest": 1,
        "name": "add-vat",
        "version": "1.0.0",
        "description": "Adds tax.",
        "input": {"net_price": {"type": "integer", "minimum": 0, "maximum": 9}},
        "output": {"type": ["integer", "null"], "minimum": 0, "maximum": 9},
    }
    return Card(manifest=Manifest.from_dict(document | changed))


def test_the_description_text_of_an_app_has_inputs_and_output(shelf: Shelf) -> None:
    line = description_text(shelf.cards["sort-lines"])
    assert line == "sort lines: Sorts lines.; inputs: text (What to work on); output: string"


def test_an_argument_without_a_description_is_named_in_words() -> None:
    assert description_text(card()) == "add vat: Adds tax.; inputs: net price; output: integer or null"


def test_an_app_without_arguments_says_so() -> None:
    line = description_text(
        card(input={}, output={"type": "string", "maxLength": 5, "description": "A word"})
    )
    assert line == "add vat: Adds tax.; inputs: none; output: A word"


def test_held_back_requests_are_in_none_of_the_texts(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    wishes = [f"wish number {n}" for n in range(60)]
    others = [f"other number {n}" for n in range(60)]
    many = shelf.put("many", "Has many requests.", *wishes, misses=others).cards["many"]
    held = {phrase.request for phrase in many.phrases if phrase.held_back}
    assert held & set(wishes) and held & set(others)
    assert positive_requests(many) == tuple(wish for wish in wishes if wish not in held)
    assert near_misses(many) == tuple(other for other in others if other not in held)
    assert texts(many) == (description_text(many), *positive_requests(many), *near_misses(many))


def test_the_key_changes_with_a_text_and_not_with_the_version() -> None:
    shown = [text for text in (f"add vat to {n}" for n in range(20)) if not _phrase(text).held_back]
    first = replace(card(), phrases=(_phrase(shown[0]),))
    assert blob_key(first) == blob_key(replace(card(version="2.0.0"), phrases=first.phrases))
    assert blob_key(first) != blob_key(card())
    assert blob_key(first) != blob_key(replace(first, phrases=(_phrase(shown[1]),)))


def test_an_entry_is_read_back_from_its_document(shelf: Shelf) -> None:
    entry = IndexEntry(app="vat", commit="c0", tree="t0", card=shelf.cards["vat"])
    assert IndexEntry.from_dict(entry.to_dict()) == entry
    assert entry.head == Head(app="vat", commit="c0", tree="t0")
    assert IndexStatus(**IndexStatus(state="behind", behind=2).to_dict()) == IndexStatus(
        state="behind", behind=2
    )


def _phrase(text: str) -> Phrase:
    return Phrase(request=text, fits=True)
