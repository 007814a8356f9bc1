"""Lexical search: word overlap by BM25 in SQLite's FTS5, over the same texts as the vectors."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Sequence
from typing import Final

from mapp.index.entry import description_text, positive_requests
from mapp.model.app import Card

TABLE: Final = "create virtual table words using fts5(about, phrases, tokenize = 'porter unicode61')"
_WORD: Final = re.compile(r"\w+")
_MAX_WORDS: Final = 64
# The description is ten words and the requests four hundred, so its words count double.
_WEIGHTS: Final = "2.0, 1.0"
MANY: Final = 1000
"""With more apps than this, a search leaves out words that most of them have."""


def add(connection: sqlite3.Connection, number: int, card: Card) -> None:
    """Adds an app's text under a number that is not in use."""
    row = (number, description_text(card), "\n".join(positive_requests(card)))
    connection.execute("insert into words (rowid, about, phrases) values (?, ?, ?)", row)


def remove(connection: sqlite3.Connection, number: int) -> None:
    """Removes an app's text."""
    connection.execute("delete from words where rowid = ?", (number,))


def find(
    connection: sqlite3.Connection,
    text: str,
    limit: int,
    *,
    is_common: Callable[[str], bool] = lambda _: False,
) -> list[tuple[int, float]]:
    """Returns (number, score) of the apps that share words with the text; the best is first and scores 1.

    Words for which `is_common` holds are left out if there are others. SQLite gives a word that at least half
    of the apps have a weight of 0.000001 (https://sqlite.org/fts5.html#the_bm25_function), but would compute
    a score for each of these apps.
    """
    words = list(dict.fromkeys(_WORD.findall(text.lower())))[:_MAX_WORDS]
    if not words:
        return []
    question = _any_of([word for word in words if not is_common(word)] or words)
    rows = connection.execute(
        f"select rowid, round(-bm25(words, {_WEIGHTS}), 9) as score from words where words match ?"
        " order by score desc, rowid limit ?",
        (question, limit),
    ).fetchall()
    best = rows[0][1] if rows else 0.0
    if best <= 0:
        return [(number, 0.0) for number, _ in rows]
    return [(number, max(score, 0.0) / best) for number, score in rows]


def count(connection: sqlite3.Connection, word: str) -> int:
    """Returns how many apps have a word in any of its forms."""
    row = connection.execute("select count(*) from words where words match ?", (_any_of([word]),)).fetchone()
    return int(row[0])


def _any_of(words: Sequence[str]) -> str:
    return " OR ".join(f'"{word}"' for word in words)
