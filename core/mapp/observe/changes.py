"""The table of changes, in the journal's file. A change is recorded before the first token is spent.

A change's files are in git; this table says which changes there are and how to resume them.
"""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Final

from mapp.errors import NotFound
from mapp.model.change import Change, ChangeState
from mapp.observe.journal import BEGINNING
from mapp.observe.ledger import connected

_TABLE: Final = """
CREATE TABLE IF NOT EXISTS changes (
    id TEXT PRIMARY KEY,
    began REAL NOT NULL,
    kind TEXT NOT NULL,
    app TEXT NOT NULL,
    request TEXT NOT NULL,
    coder TEXT NOT NULL,
    state TEXT NOT NULL,
    detail TEXT NOT NULL,
    "commit" TEXT NOT NULL,
    given TEXT NOT NULL
);
"""


class Changes:
    """The changes of one library. Each call opens the file again, because a journal may be moved aside."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def put(self, change: Change) -> None:
        """Records a change durably, replacing its old record; raises LedgerFailed."""
        row = change.to_row()
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join(f":{name}" for name in row)
        with self._connected() as connection:
            connection.execute(f"INSERT OR REPLACE INTO changes ({names}) VALUES ({marks})", row)

    def set_state(self, change: Change, state: ChangeState, detail: str = "", commit: str = "") -> Change:
        """Records a change in another state and returns it; raises LedgerFailed."""
        changed = replace(change, state=state, detail=detail, commit=commit or change.commit)
        self.put(changed)
        return changed

    def get(self, identity: str) -> Change:
        """Returns a change by its id, the beginning of its id, or its branch.

        Raises:
            NotFound: no change matches, or more than one.
            LedgerFailed: the file cannot be read.
        """
        bare = identity.rpartition("/")[2]
        rows: list[Change] = []
        if identity.startswith("heal/"):  # the branch of a heal has the name of its incident
            rows = [row for row in self.waiting() if row.branch == identity]
        elif BEGINNING.fullmatch(bare):
            rows = self._rows("WHERE replace(id, '-', '') LIKE ? LIMIT 2", [f"{bare.replace('-', '')}%"])
        if len(rows) != 1:
            what = "there is no change" if not rows else "more than one change begins with"
            raise NotFound(f"{what} {identity!r}", hint="mapp review lists them")
        return rows[0]

    def waiting(self, *, app: str | None = None, ended: bool = False) -> list[Change]:
        """Returns the open changes, newest first; with `ended`, those that ended as well."""
        where, values = ["1"], []
        if app is not None:
            where.append("app = ?")
            values.append(app)
        if not ended:
            where.append("state NOT IN ('merged', 'dropped')")
        return self._rows(f"WHERE {' AND '.join(where)} ORDER BY began DESC, id DESC", values)

    def _rows(self, clause: str, values: list[str]) -> list[Change]:
        if not self.path.exists():
            return []
        with self._connected() as connection:
            found = connection.execute(f"SELECT * FROM changes {clause}", values).fetchall()
        return [Change.from_row(row) for row in found]

    def _connected(self) -> contextlib.AbstractContextManager[sqlite3.Connection]:
        return connected(self.path, _TABLE)
