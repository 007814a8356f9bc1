"""The apps of one generation in one SQLite file: commit, tree, card, and the words for lexical search."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from mapp.index import lexical
from mapp.index.entry import Head, IndexEntry, blob_key
from mapp.model.app import Card
from mapp.model.manifest import Manifest

FILE: Final = "catalogue.sqlite"
_REMEMBERED_WORDS: Final = 20_000
_TABLE: Final = """
create table apps (
    number integer primary key, name text not null unique,
    head text not null, tree text not null, blob text not null, card text not null
)
"""


class Catalogue:
    """The apps in the order of their names; the matrix has its rows in the same order."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Takes a connection that nothing else uses."""
        self._connection = connection
        rows = connection.execute("select number, name from apps order by name").fetchall()
        self.names: tuple[str, ...] = tuple(name for _, name in rows)
        self._rows = {number: row for row, (number, _) in enumerate(rows)}
        self._known_words: dict[str, bool] = {}

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def heads(self) -> dict[str, Head]:
        """Returns each app's commit and tree in this generation."""
        query = "select name, head, tree from apps"
        return {
            name: Head(app=name, commit=commit, tree=tree)
            for name, commit, tree in self._connection.execute(query)
        }

    def card(self, app: str) -> Card | None:
        """Returns an app's card, or None if there is no such app."""
        document = self._document(app)
        return None if document is None else Card.from_dict(document)

    def manifest(self, app: str) -> Manifest | None:
        """Returns an app's manifest, or None if there is no such app; much faster than the whole card."""
        document = self._document(app)
        return None if document is None else Manifest.from_dict(document["manifest"])

    def _document(self, app: str) -> dict[str, Any] | None:
        row = self._connection.execute("select card from apps where name = ?", (app,)).fetchone()
        return None if row is None else dict(json.loads(row[0]))

    def find(self, text: str, limit: int) -> list[tuple[int, float]]:
        """Returns (row, score) of the apps that share words with the text; the best has score 1."""
        if len(self.names) > lexical.MANY:
            found = lexical.find(self._connection, text, limit, is_common=self._is_common)
        else:
            found = lexical.find(self._connection, text, limit)
        return [(self._rows[number], score) for number, score in found]

    def _is_common(self, word: str) -> bool:
        """Returns whether at least half of the apps have a word."""
        known = self._known_words.get(word)
        if known is None:
            if len(self._known_words) >= _REMEMBERED_WORDS:
                self._known_words.clear()
            known = 2 * lexical.count(self._connection, word) >= len(self.names)
            self._known_words[word] = known
        return known

    def change(self, entries: Iterable[IndexEntry], gone: Iterable[str]) -> None:
        """Adds or replaces entries and removes the apps in `gone`, in one transaction."""
        with self._connection:
            for name in gone:
                self._remove(name)
            for entry in entries:
                self._remove(entry.app)
                self._add(entry)

    def move(self, heads: Mapping[str, Head]) -> None:
        """Records the current commits of apps whose trees have not changed."""
        rows = [(head.commit, name) for name, head in heads.items()]
        with self._connection:
            self._connection.executemany("update apps set head = ? where name = ?", rows)

    def _add(self, entry: IndexEntry) -> None:
        card = json.dumps(entry.card.to_dict(), ensure_ascii=False, separators=(",", ":"))
        row = (entry.app, entry.commit, entry.tree, blob_key(entry.card), card)
        cursor = self._connection.execute(
            "insert into apps (name, head, tree, blob, card) values (?, ?, ?, ?, ?)", row
        )
        lexical.add(self._connection, int(cursor.lastrowid or 0), entry.card)

    def _remove(self, name: str) -> None:
        row = self._connection.execute("select number from apps where name = ?", (name,)).fetchone()
        if row is not None:
            lexical.remove(self._connection, row[0])
            self._connection.execute("delete from apps where number = ?", row)


def create_catalogue(folder: Path) -> Catalogue:
    """Creates an empty catalogue in a folder."""
    connection = _connect(folder)
    connection.execute(_TABLE)
    connection.execute(lexical.TABLE)
    return Catalogue(connection)


def copy_catalogue(source: Path, folder: Path) -> Catalogue:
    """Copies the catalogue of another folder to `folder` and opens it for writing."""
    (folder / FILE).write_bytes((source / FILE).read_bytes())
    return Catalogue(_connect(folder))


def open_catalogue(folder: Path) -> Catalogue:
    """Opens a finished catalogue for reading; raises sqlite3.DatabaseError if it is damaged."""
    # immutable: SQLite takes no lock and does not look for changes; a generation never changes.
    address = f"{(folder / FILE).absolute().as_uri()}?mode=ro&immutable=1"
    connection = sqlite3.connect(address, uri=True, check_same_thread=False)
    try:
        return Catalogue(connection)
    except sqlite3.DatabaseError:
        connection.close()
        raise


def _connect(folder: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(folder / FILE)
    # A folder counts only once its seal is written, so a half-written file does no harm.
    connection.execute("pragma journal_mode = off")
    connection.execute("pragma synchronous = off")
    return connection
