"""What people said about runs, a table in the journal's file: right, wrong, another app or arguments."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

from mapp.observe.ledger import connected, transaction

_TABLE: Final = """
CREATE TABLE IF NOT EXISTS corrections (
    id TEXT PRIMARY KEY,
    at REAL NOT NULL,
    run TEXT NOT NULL,
    request TEXT NOT NULL,
    said TEXT NOT NULL,
    ran TEXT NOT NULL,
    app TEXT NOT NULL,
    arguments TEXT NOT NULL,
    expected TEXT NOT NULL,
    why TEXT NOT NULL
)
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """What a person said about a run: `at` in seconds since 1970-01-01 UTC.

    `ran` is the app that ran, `app` the one that should have run. `arguments` and `expected`, the right
    arguments and the right outcome, are JSON texts. Each is "" if nothing was said about it.
    """

    id: str
    at: float
    run: str
    request: str
    said: Literal["right", "wrong"]
    ran: str
    app: str = ""
    arguments: str = ""
    expected: str = ""
    why: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Returns the correction as a JSON object."""
        document = asdict(self)
        for name in ("arguments", "expected"):
            document[name] = json.loads(document[name]) if document[name] else None
        return document

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Correction:
        """Returns the correction that a row of the journal holds."""
        return cls(**row)


class Corrections:
    """What people said about the runs of one library; each call opens the file again."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def put(self, correction: Correction) -> None:
        """Records what a person said; raises LedgerFailed."""
        row = asdict(correction)
        names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
        with self._connected() as connection, transaction(connection):
            connection.execute(f"INSERT OR REPLACE INTO corrections ({names}) VALUES ({marks})", row)

    def all(self, *, run: str | None = None) -> list[Correction]:
        """Returns what was said, optionally about one run, the newest first; raises LedgerFailed."""
        if not self.path.exists():
            return []
        query = "SELECT * FROM corrections WHERE ?1 IS NULL OR run = ?1 ORDER BY at DESC, id DESC"
        with self._connected() as connection:
            return [Correction.from_row(dict(row)) for row in connection.execute(query, [run])]

    def _connected(self) -> contextlib.AbstractContextManager[sqlite3.Connection]:
        return connected(self.path, _TABLE)
