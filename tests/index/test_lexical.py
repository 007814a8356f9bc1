"""Apps are found by the words they share with a text."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from mapp.index import lexical
from mapp.index.entry import positive_requests
from support.shelf import Shelf

NUMBERS = {"sort-lines": 1, "vat": 2, "rot13": 3}


@pytest.fixture
def words(shelf: Shelf) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.execute(lexical.TABLE)
    for name, number in NUMBERS.items():
        lexical.add(connection, number, shelf.cards[name])
    yield connection
    connection.close()


def test_the_app_that_shares_most_words_is_first_and_scores_1(words: sqlite3.Connection) -> None:
    found = lexical.find(words, "rotate the letters, or sort them", 10)
    assert found[0] == (NUMBERS["rot13"], 1.0)
    assert [number for number, _ in found] == [NUMBERS["rot13"], NUMBERS["sort-lines"]]
    assert 0 < found[1][1] < 1


def test_other_forms_of_a_word_are_found(words: sqlite3.Connection) -> None:
    assert [number for number, _ in lexical.find(words, "SORTING", 10)] == [NUMBERS["sort-lines"]]


@pytest.mark.parametrize("text", ["", "?! ...", "elephant"])
def test_a_text_without_a_known_word_finds_nothing(words: sqlite3.Connection, text: str) -> None:
    assert lexical.find(words, text, 10) == []


@pytest.mark.parametrize("text", ['"vat" OR', "NOT vat", "vat*", "about:vat", "NEAR(vat", "vat' --"])
def test_the_signs_and_words_of_the_query_language_are_plain_text(
    words: sqlite3.Connection, text: str
) -> None:
    assert NUMBERS["vat"] in {number for number, _ in lexical.find(words, text, 10)}


def test_only_the_first_64_words_count(words: sqlite3.Connection) -> None:
    others = " ".join(f"w{n}" for n in range(63))
    assert lexical.find(words, f"{others} {others} vat", 10) == [(NUMBERS["vat"], 1.0)]
    assert lexical.find(words, f"{others} elephant vat", 10) == []


def test_a_removed_app_is_not_found_and_the_limit_holds(shelf: Shelf, words: sqlite3.Connection) -> None:
    said = " ".join(request for card in shelf.cards.values() for request in positive_requests(card))
    assert len(lexical.find(words, said, 10)) == 3
    assert len(lexical.find(words, said, 2)) == 2
    lexical.remove(words, NUMBERS["vat"])
    assert {number for number, _ in lexical.find(words, said, 10)} == {1, 3}


def test_common_words_are_left_out_without_a_change_to_the_result(shelf: Shelf) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute(lexical.TABLE)
    for number in range(1, 401):
        name = list(NUMBERS)[number % 3]
        lexical.add(connection, number, shelf.cards[name])
        if number % 7:
            connection.execute("insert into words (rowid, phrases) values (?, 'the sort')", (number + 1000,))
    half = connection.execute("select count(*) / 2 from words").fetchone()[0]
    common = {word for word in ("the", "sort", "vat", "rotate") if lexical.count(connection, word) >= half}
    assert common == {"sort"}
    text = "sort the vat, rotate"
    every = lexical.find(connection, text, 100)
    fewer = lexical.find(connection, text, 100, is_common=common.__contains__)
    assert [number for number, _ in fewer] == [number for number, _ in every]
    assert [score for _, score in fewer] == pytest.approx([score for _, score in every], abs=1e-5)
    alone = lexical.find(connection, "sort", 100, is_common=common.__contains__)
    assert alone == lexical.find(connection, "sort", 100)
    connection.close()
