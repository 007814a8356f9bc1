"""How the services that apps call have been doing: a table in the journal's file, one row for each host."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from mapp.observe.ledger import connected, transaction

FULL: Final = 500.0
"""How many retry tokens a host has while it answers."""

_TABLE: Final = """
CREATE TABLE IF NOT EXISTS upstreams (
    host TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    closed_until REAL NOT NULL,
    tokens REAL NOT NULL
)
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Upstream:
    """One host: `failures` in a row, and what is left of its retry `tokens`.

    mapp asks it nothing before `closed_until`, in seconds since 1970-01-01 UTC.
    """

    host: str
    failures: int = 0
    closed_until: float = 0.0
    tokens: float = FULL

    def to_dict(self) -> dict[str, Any]:
        """Returns the row as a JSON object."""
        return asdict(self)


class Upstreams:
    """The hosts that a library's apps call; each call opens the file again."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def get(self, host: str) -> Upstream:
        """Returns what is known about a host; raises LedgerFailed."""
        rows = [row for row in self.all() if row.host == host]
        return rows[0] if rows else Upstream(host=host)

    def all(self) -> list[Upstream]:
        """Returns all hosts that have failed or were retried lately, sorted; raises LedgerFailed."""
        if not self.path.exists():
            return []
        with self._connected() as connection:
            found = connection.execute("SELECT * FROM upstreams ORDER BY host").fetchall()
        return [Upstream(**dict(row)) for row in found]

    def put(self, upstream: Upstream) -> None:
        """Records how a host does now; a host that is well has no row. Raises LedgerFailed."""
        with self._connected() as connection, transaction(connection):
            if upstream == Upstream(host=upstream.host):
                connection.execute("DELETE FROM upstreams WHERE host = ?", [upstream.host])
            else:
                row = "INSERT OR REPLACE INTO upstreams VALUES (:host, :failures, :closed_until, :tokens)"
                connection.execute(row, asdict(upstream))

    def _connected(self) -> contextlib.AbstractContextManager[sqlite3.Connection]:
        return connected(self.path, _TABLE)
