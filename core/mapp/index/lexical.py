"""The lexical half: word overlap by BM25 in SQLite's FTS5, over the same text as the vectors."""

from __future__ import annotations

import re
import sqlite3
from typing import Final

from mapp.index.entry import about, taught
from mapp.model.app import Card

TABLE: Final = "create virtual table words using fts5(about, phrases, tokenize = 'porter unicode61')"
_WORD: Final = re.compile(r"\w+")
_MAX_WORDS: Final = 64
# The description says in ten words what forty requests say in four hundred.
_WEIGHTS: Final = "2.0, 1.0"


def add(connection: sqlite3.Connection, number: int, card: Card) -> None:
    """Puts an app's text under its number, which must be free."""
    row = (number, about(card), "\n".join(taught(card)))
    connection.execute("insert into words (rowid, about, phrases) values (?, ?, ?)", row)


def remove(connection: sqlite3.Connection, number: int) -> None:
    """Takes an app's text out."""
    connection.execute("delete from words where rowid = ?", (number,))


def find(connection: sqlite3.Connection, text: str, limit: int) -> list[tuple[int, float]]:
    """Returns (number, score) of the apps that share words with the text, the best first, scored 1."""
    words = dict.fromkeys(_WORD.findall(text.lower()))
    if not words:
        return []
    question = " OR ".join(f'"{word}"' for word in list(words)[:_MAX_WORDS])
    rows = connection.execute(
        f"select rowid, -bm25(words, {_WEIGHTS}) as score from words where words match ?"
        " order by score desc, rowid limit ?",
        (question, limit),
    ).fetchall()
    best = rows[0][1] if rows else 0.0
    if best <= 0:
        return [(number, 0.0) for number, _ in rows]
    return [(number, max(score, 0.0) / best) for number, score in rows]
