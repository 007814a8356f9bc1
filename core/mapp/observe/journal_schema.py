"""The version of the journal's tables: made or migrated in one transaction, and never stamped on another's.

The number stands in SQLite's `user_version`. A file whose tables are not ours is left alone.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from mapp.errors import IntegrityError, MappError

OTHERS: Final = frozenset(
    {
        "spend",
        "changes",
        "incidents",
        "incident_runs",
        "corrections",
        "upstreams",
        "canary_runs",
        "canaries",
    }
)
"""Tables that share the file, each made when it is first needed."""


class JournalTooNew(MappError):
    """The journal was written by a later mapp."""

    code = "MAPP-0640"


def ensure_readable(connection: sqlite3.Connection, path: Path, version: int) -> int:
    """Returns the version of a journal.

    Raises:
        JournalTooNew: it is higher than `version`.
    """
    found = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if found > version:
        raise JournalTooNew(
            f"the journal {path} has format {found}, and this mapp reads up to {version}",
            hint=f"upgrade mapp, or move {path} away: a new one is begun",
        )
    return found


def ensure_schema(connection: sqlite3.Connection, path: Path, version: int, tables: str) -> None:
    """Brings a journal to a version, in one transaction; `tables` are statements that make what is missing.

    Raises:
        JournalTooNew: a later mapp wrote it.
        IntegrityError: its tables are not those of any mapp; nothing was changed.
    """
    if ensure_readable(connection, path, version) == version:
        return
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    try:
        if ensure_readable(connection, path, version) != version:  # no other process did it meanwhile
            wanted = _wanted(tables)
            if strange := _names(connection) - set(wanted) - OTHERS:
                raise _foreign(path, f"it has a table {min(strange)}")
            for name in _names(connection) & set(wanted):
                if _columns(connection, name) != wanted[name]:
                    raise _foreign(path, f"its table {name} has other columns")
            for statement in filter(str.strip, tables.split(";")):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {version}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _wanted(tables: str) -> dict[str, frozenset[str]]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(tables)
        return {name: _columns(connection, name) for name in _names(connection)}


def _names(connection: sqlite3.Connection) -> set[str]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    return {str(row[0]) for row in connection.execute(query)}


def _columns(connection: sqlite3.Connection, table: str) -> frozenset[str]:
    return frozenset(str(row[1]) for row in connection.execute(f'PRAGMA table_info("{table}")'))


def _foreign(path: Path, why: str) -> IntegrityError:
    return IntegrityError(
        f"{path} is not a journal of mapp: {why}",
        hint=f"move {path} away: a new one is begun",
        code="MAPP-0642",
    )
