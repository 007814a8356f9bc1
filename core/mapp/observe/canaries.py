"""The tables of canaries, in the journal's file: what runs said about each heal, and how it ended."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from mapp.model.canary import Decision, Evidence
from mapp.observe.ledger import connected, transaction

_TABLES: Final = (
    """
CREATE TABLE IF NOT EXISTS canary_runs (
    "commit" TEXT NOT NULL,
    run TEXT NOT NULL,
    source TEXT NOT NULL,
    at REAL NOT NULL,
    finding TEXT NOT NULL,
    input TEXT NOT NULL,
    class TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY ("commit", run, source)
)""",
    """
CREATE TABLE IF NOT EXISTS canaries (
    "commit" TEXT PRIMARY KEY,
    app TEXT NOT NULL,
    state TEXT NOT NULL,
    why TEXT NOT NULL,
    at REAL NOT NULL
)""",
)


class Canaries:
    """The canaries of one library. Each call opens the file again, because a journal may be moved aside."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, rows: Iterable[Evidence]) -> None:
        """Records evidence durably; what is already recorded for a run stays. Raises LedgerFailed."""
        with self._connected() as connection, transaction(connection):
            for row in rows:
                document = row.to_dict()
                names = ", ".join(f'"{name}"' for name in document)
                marks = ", ".join(f":{name}" for name in document)
                connection.execute(f"INSERT OR IGNORE INTO canary_runs ({names}) VALUES ({marks})", document)

    def evidence(self, commit: str) -> list[Evidence]:
        """Returns the evidence about the heal that a commit of `main` merged, oldest first."""
        if not self.path.exists():
            return []
        query = 'SELECT * FROM canary_runs WHERE "commit" = ? ORDER BY at, run, source'
        with self._connected() as connection:
            return [Evidence.from_dict(dict(row)) for row in connection.execute(query, [commit])]

    def end(self, commit: str, app: str, decision: Decision, at: float) -> None:
        """Records how a canary ended; raises LedgerFailed."""
        row = [commit, app, decision.state, decision.why, at]
        with self._connected() as connection:
            connection.execute("INSERT OR REPLACE INTO canaries VALUES (?, ?, ?, ?, ?)", row)

    def ended(self, commit: str) -> tuple[str, str] | None:
        """Returns how the canary of a commit ended, as its state and the reason; None if it did not."""
        if not self.path.exists():
            return None
        query = 'SELECT state, why FROM canaries WHERE "commit" = ?'
        with self._connected() as connection:
            row = connection.execute(query, [commit]).fetchone()
        return None if row is None else (row["state"], row["why"])

    def _connected(self) -> contextlib.AbstractContextManager[sqlite3.Connection]:
        return connected(self.path, *_TABLES)
