"""Lexical search: word overlap by BM25 in SQLite's FTS5, over the same texts as the vectors."""

from __future__ import annotations

import re
import sqlite3
from typing import Final

from mapp.index.entry import description_text, positive_requests
from mapp.model.app import Card

TABLE: Final = "create virtual table words using fts5(about, phrases, tokenize = 'porter unicode61')"
_WORD: Final = re.compile(r"\w+")
_MAX_WORDS: Final = 64
# The description is ten words and the requests four hundred, so its words count double.
_WEIGHTS: Final = "2.0, 1.0"


def add(connection: sqlite3.Connection, number: int, card: Card) -> None:
    """Adds an app's text under a number that is not in use."""
    row = (number, description_text(card), "\n".join(positive_requests(card)))
    connection.execute("insert into words (rowid, about, phrases) values (?, ?, ?)", row)


def remove(connection: sqlite3.Connection, number: int) -> None:
    """Removes an app's text."""
    connection.execute("delete from words where rowid = ?", (number,))


def find(connection: sqlite3.Connection, text: str, limit: int) -> list[tuple[int, float]]:
    """Returns (number, score) of the apps that share words with the text; the best is first and scores 1."""
    words = dict.fromkeys(_WORD.findall(text.lower()))
    if not words:
        return []
    question = " OR ".join(f'"{word}"' for word in list(words)[:_MAX_WORDS])
    rows = connection.execute(
        f"select rowid, round(-bm25(words, {_WEIGHTS}), 9) as score from words where words match ?"
        " order by score desc, rowid limit ?",
        (question, limit),
    ).fetchall()
    best = rows[0][1] if rows else 0.0
    if best <= 0:
        return [(number, 0.0) for number, _ in rows]
    return [(number, max(score, 0.0) / best) for number, score in rows]
