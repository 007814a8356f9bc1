"""An app's storage between runs: a small key-value store in its own SQLite file.

One run is one transaction: it sees a consistent state, no other run writes at the same time, and either all
of its writes take effect or none. Every commit is a version; the latest ones are kept.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from mapp.errors import Busy, IntegrityError
from mapp.library.privacy import open_private_database
from mapp.plain_files import NotPlain

MAX_KEY_LENGTH: Final = 200
KEPT: Final = 100
"""How many versions to keep."""

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS versions (version INTEGER PRIMARY KEY, run TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS items (
    key TEXT NOT NULL, value TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER,
    PRIMARY KEY (key, since)
);
"""


class StoreFull(Exception):
    """A write would make the store larger than the app declares."""


class Store:
    """One app's store, held by one run until `commit` or `close`; values are JSON texts."""

    def __init__(self, path: Path, *, run: str, max_kb: int, patience: float = 10.0) -> None:
        """Opens the store and waits for its turn, at most `patience` seconds; raises Busy."""
        try:
            self._connection = open_private_database(path, root=path.parent.parent, timeout=patience)
        except NotPlain as error:
            raise IntegrityError(f"{path} {error}", code="MAPP-0621") from None
        self._most = max_kb * 1024
        try:
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute("BEGIN IMMEDIATE")
            for statement in filter(str.strip, _TABLES.split(";")):
                self._connection.execute(statement)
        except sqlite3.OperationalError as error:
            self._connection.close()
            raise Busy(f"{path.name} is in use by another run: {error}") from None
        row = self._connection.execute("SELECT max(version) FROM versions").fetchone()
        self._version = (row[0] or 0) + 1
        self._run = run
        self._written = False

    def get(self, key: str) -> str | None:
        """Returns a value, or None."""
        query = "SELECT value FROM items WHERE key = ? AND until IS NULL"
        row = self._connection.execute(query, [key]).fetchone()
        return None if row is None else str(row[0])

    def keys(self) -> tuple[str, ...]:
        """Returns all keys, sorted by their code points."""
        rows = self._connection.execute("SELECT key FROM items WHERE until IS NULL ORDER BY key")
        return tuple(row[0] for row in rows)

    def set(self, key: str, value: str) -> None:
        """Writes a value; raises StoreFull, and then nothing has changed."""
        size = "length(CAST(key AS BLOB)) + length(CAST(value AS BLOB))"
        query = f"SELECT coalesce(sum({size}), 0) FROM items WHERE until IS NULL AND key <> ?"
        others = self._connection.execute(query, [key]).fetchone()[0]
        if others + len(key.encode()) + len(value.encode()) > self._most:
            raise StoreFull(f"the store would be larger than {self._most // 1024} kB")
        if self.get(key) != value:
            self.delete(key)
            row = [key, value, self._version]
            self._connection.execute("INSERT INTO items (key, value, since) VALUES (?, ?, ?)", row)
            self._written = True

    def delete(self, key: str) -> bool:
        """Deletes a key and returns whether it existed."""
        if self.get(key) is None:
            return False
        now = [key, self._version]
        self._connection.execute("DELETE FROM items WHERE key = ? AND since = ? AND until IS NULL", now)
        ended = [self._version, key]
        self._connection.execute("UPDATE items SET until = ? WHERE key = ? AND until IS NULL", ended)
        self._written = True
        return True

    def commit(self) -> None:
        """Commits the run's writes and drops the oldest versions."""
        if self._written:
            self._connection.execute("INSERT INTO versions VALUES (?, ?)", [self._version, self._run])
            oldest = [self._version - KEPT]
            self._connection.execute("DELETE FROM versions WHERE version <= ?", oldest)
            self._connection.execute("DELETE FROM items WHERE until <= ?", oldest)
            self._connection.execute("COMMIT")
        self.close()

    def close(self) -> None:
        """Ends the run and discards uncommitted writes."""
        self._connection.close()


def read_version(path: Path, version: int) -> dict[str, str]:
    """Returns a store's contents (key -> JSON text) as of a version."""
    connection = sqlite3.connect(path)
    try:
        query = "SELECT key, value FROM items WHERE since <= ? AND (until IS NULL OR until > ?) ORDER BY key"
        return dict(connection.execute(query, [version, version]).fetchall())
    finally:
        connection.close()
