"""Rows that a library learned: kept in one file, changed as a whole, and read with suspicion."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from mapp.errors import IntegrityError
from mapp.library.learned import Learned, LearnedRows, learn, read_learned, unlearn
from mapp.library.read import stamps
from support.apps import app
from support.library import library

TREE = "f" * 40


def row(request: str, name: str = "double", **more: object) -> Learned:
    return Learned(app=name, request=request, run="0197c0de", at=1.5, **more)  # type: ignore[arg-type]


def test_the_last_word_about_a_request_counts_and_its_order_is_kept() -> None:
    home = library().app("double").build().home
    before = stamps(home)
    learn(home, [row("one", arguments={"number": 1}), row("two")])
    learn(home, [row("one", arguments={"number": 7}), row("one", "other", fits=False)])
    assert [(each.app, each.request, each.arguments) for each in read_learned(home)] == [
        ("double", "two", None),
        ("double", "one", {"number": 7}),
        ("other", "one", None),
    ]
    assert stamps(home) != before
    [gone] = unlearn(home, [row("two").id])
    assert gone.request == "two" and len(read_learned(home)) == 2
    assert unlearn(home, ["unknown"]) == () and len(unlearn(home, None)) == 2
    assert not home.learned_file.exists() and stamps(home) == before


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b'{"app": "double"}',
        b'{"app": "../x", "request": "r"}',
        b'{"app": "double", "request": ""}',
        b'{"app": "double", "request": 3}',
        b'{"app": "double", "request": "r", "at": "soon"}',
        b'{"app": "double", "request": "r", "fits": 1}',
        b'{"app": "double", "request": "r", "arguments": []}',
    ],
)
def test_a_damaged_file_is_an_error_with_its_line_and_teaches_nothing(line: bytes) -> None:
    home = library().app("double").build().home
    learn(home, [row("one")])
    home.learned_file.write_bytes(home.learned_file.read_bytes() + line + b"\n")
    with pytest.raises(IntegrityError, match="line 2"):
        read_learned(home)
    told: list[str] = []
    lessons = LearnedRows(home, told.append)
    assert (lessons.tree("double", TREE), lessons.requests("double")) == (TREE, ()) and len(told) == 1
    with pytest.raises(IntegrityError):
        learn(home, [row("two")])


def test_writers_at_the_same_time_lose_nothing() -> None:
    home = library().app("double").build().home
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: learn(home, [row(f"request {number}")]), range(40)))
    assert len(read_learned(home)) == 40


def test_a_card_gets_the_rows_that_fit_it_and_none_is_held_back() -> None:
    built = library().build()
    card = app("double").said("double 5", {"number": 5}).read().card
    rows = [row(f"twice {number}", arguments={"number": number}) for number in range(30)]
    wrong = [row("twice x", arguments={"number": "x"}), row("twice", arguments={"unknown": 1})]
    others = [row("double 5", arguments={"number": 6}), row("halve 4", fits=False), row("do it")]
    learn(built.home, [*rows, *wrong, *others, row("twice 3", "other", arguments={"number": 3})])
    lessons = LearnedRows(built.home)
    taught = [phrase for phrase in lessons.card("double", card).phrases if phrase.learned]
    assert [phrase.request for phrase in taught] == [each.request for each in (*rows, *others[:2])]
    assert [phrase.request for phrase in lessons.card("double", card).phrases].count("double 5") == 1
    assert not any(phrase.held_back for phrase in taught)
    assert lessons.requests("double") == ("do it",)
    assert lessons.tree("double", TREE) != TREE == lessons.tree("third", TREE)
    copy = type(card).from_dict(lessons.card("double", card).to_dict())
    assert copy == lessons.card("double", card), "the index stores it"
