"""The version of the journal's tables, in databases of mapp and of other programs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mapp.errors import IntegrityError
from mapp.observe.journal_schema import JournalTooNew, ensure_readable, ensure_schema

TABLES = """
CREATE TABLE IF NOT EXISTS runs (id TEXT PRIMARY KEY, app TEXT);
CREATE TABLE IF NOT EXISTS maps (text TEXT);
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Returns where the journal will be."""
    return tmp_path / "journal.sqlite"


@pytest.fixture
def connection(path: Path) -> Iterator[sqlite3.Connection]:
    """Yields a connection as the journal opens it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as opened:
        yield opened


def schema(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Returns the tables and their statements."""
    return connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE sql NOT NULL ORDER BY name"
    ).fetchall()


def version(connection: sqlite3.Connection) -> int:
    """Returns the version that is stamped on the file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def test_an_empty_file_gets_the_tables_and_the_version(connection: sqlite3.Connection, path: Path) -> None:
    ensure_schema(connection, path, 3, TABLES)

    assert [name for name, _ in schema(connection)] == ["maps", "runs"]
    assert ensure_readable(connection, path, 3) == 3
    assert not connection.in_transaction


def test_a_missing_table_is_added_and_the_rows_are_kept(connection: sqlite3.Connection, path: Path) -> None:
    connection.executescript(
        "CREATE TABLE runs (id TEXT PRIMARY KEY, app TEXT); INSERT INTO runs VALUES ('1', 'vat');"
        "CREATE TABLE spend (cost INTEGER); CREATE TABLE changes (id TEXT); PRAGMA user_version = 2"
    )
    ensure_schema(connection, path, 3, TABLES)

    assert [name for name, _ in schema(connection)] == ["changes", "maps", "runs", "spend"]
    assert connection.execute("SELECT * FROM runs").fetchall() == [("1", "vat")]
    assert version(connection) == 3


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("CREATE TABLE customers (id INTEGER)", "it has a table customers"),
        ("CREATE TABLE runs (id TEXT)", "its table runs has other columns"),
        ("CREATE TABLE runs (id TEXT, app TEXT, extra TEXT)", "its table runs has other columns"),
        ("CREATE TABLE sqliteX (id TEXT)", "it has a table sqliteX"),
    ],
)
def test_a_database_with_foreign_tables_is_refused_and_unchanged(
    connection: sqlite3.Connection, path: Path, statement: str, why: str
) -> None:
    connection.execute(statement)
    before = schema(connection)
    with pytest.raises(IntegrityError, match=why) as error:
        ensure_schema(connection, path, 3, TABLES)

    assert error.value.code == "MAPP-0642" and str(path) in error.value.message
    assert (schema(connection), version(connection)) == (before, 0)
    assert not connection.in_transaction


def test_a_later_version_is_refused_for_reading_and_for_writing(
    connection: sqlite3.Connection, path: Path
) -> None:
    connection.execute("PRAGMA user_version = 4")
    with pytest.raises(JournalTooNew, match="has format 4, and this mapp reads up to 3"):
        ensure_readable(connection, path, 3)
    with pytest.raises(JournalTooNew):
        ensure_schema(connection, path, 3, TABLES)
    assert schema(connection) == []


def test_a_failing_statement_rolls_back_those_before_it(connection: sqlite3.Connection, path: Path) -> None:
    connection.executescript("CREATE TABLE runs (id TEXT PRIMARY KEY, app TEXT); PRAGMA user_version = 2")
    before = schema(connection)
    index = "CREATE UNIQUE INDEX one ON runs (app)"
    connection.execute("INSERT INTO runs VALUES ('1', 'vat'), ('2', 'vat')")
    with pytest.raises(sqlite3.IntegrityError):
        ensure_schema(connection, path, 3, f"{TABLES}; {index}")

    assert (schema(connection), version(connection)) == (before, 2)
    assert not connection.in_transaction
