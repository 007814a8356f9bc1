"""The ledger: every call of a coder, recorded in the journal's file before it is made.

A row starts at the call's maximum cost and is settled at its real cost. A call that is killed therefore
counts at its maximum, and totals are plain sums. Days and months are in UTC.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from mapp.errors import MappError
from mapp.library.privacy import open_private_database
from mapp.model.spend import ModelCall, Planned, Spend, Sums, Totals
from mapp.observe.journal import VERSION, new_id
from mapp.observe.journal_schema import ensure_readable

By = Literal["day", "month", "app", "model", "change", "round"]

_TABLE: Final = """
CREATE TABLE IF NOT EXISTS spend (
    id TEXT PRIMARY KEY,
    at REAL NOT NULL,
    change TEXT NOT NULL,
    app TEXT NOT NULL,
    phase TEXT NOT NULL,
    round INTEGER NOT NULL,
    coder TEXT NOT NULL,
    prompt TEXT NOT NULL,
    state TEXT NOT NULL,
    model TEXT NOT NULL,
    tokens_in INTEGER NOT NULL,
    cached_in INTEGER NOT NULL,
    written_in INTEGER NOT NULL,
    tokens_out INTEGER NOT NULL,
    cost_micros INTEGER NOT NULL,
    seconds REAL NOT NULL,
    calls INTEGER NOT NULL,
    answer TEXT
);
"""
_INDEXES: Final = (
    "CREATE INDEX IF NOT EXISTS spend_by_time ON spend (at)",
    "CREATE INDEX IF NOT EXISTS spend_by_change ON spend (change)",
)
_SPENT: Final = ("tokens_in", "cached_in", "written_in", "tokens_out", "cost_micros", "seconds", "calls")
_SUMS: Final = ", ".join(f"COALESCE(SUM({name}), 0) AS {name}" for name in _SPENT)
_GROUPS: Final[dict[By, str]] = {
    "day": "strftime('%Y-%m-%d', at, 'unixepoch')",
    "month": "strftime('%Y-%m', at, 'unixepoch')",
    "app": "app",
    "model": "CASE model WHEN '' THEN coder ELSE model END",
    "change": "change",
    "round": "phase || ' ' || round",
}
PLANNED: Final = "planned"


class LedgerFailed(MappError):
    """The ledger cannot be read or written."""

    code = "MAPP-0530"


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """The calls of one day, month, app, model, change or round; `open` counts those never settled."""

    name: str
    totals: Totals
    open: int

    def to_dict(self) -> dict[str, Any]:
        """Returns the group as a JSON object."""
        spend = self.totals.spend.to_dict()
        del spend["model"]
        return {"name": self.name, "rounds": self.totals.rounds, "open": self.open, **spend}


class SpendLedger:
    """The ledger in a journal's file. Each call opens the file again, since a journal may move."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.path = path
        self._clock = clock

    def sums(self, change: str) -> Sums:
        """Returns the spend on a change, today and this month; raises LedgerFailed."""
        if not self.path.exists():
            return Sums()
        with self._connected() as connection:
            return self._sums(connection, change)

    def plan(self, call: Planned, allowed: Callable[[Sums], None]) -> str:
        """Records a call at its maximum cost and returns the id of the row.

        Raises:
            LedgerFailed: the call cannot be recorded.
            Exception: whatever `allowed` raises for the sums without the call; nothing is recorded then.
        """
        identity = new_id()
        row = asdict(call)
        row.update(row.pop("max_cost"), id=identity, at=self._clock(), state=PLANNED, answer=None)
        names = ", ".join(row)
        marks = ", ".join(f":{name}" for name in row)
        with self._connected() as connection, transaction(connection):
            allowed(self._sums(connection, call.change))
            connection.execute(f"INSERT INTO spend ({names}) VALUES ({marks})", row)
        return identity

    def settle(self, identity: str, spend: Spend, outcome: str, answer: str | None = None) -> None:
        """Replaces the maximum cost of a call by its real cost; raises LedgerFailed."""
        row: dict[str, Any] = {**asdict(spend), "state": outcome, "answer": answer}
        if not row["model"]:
            del row["model"]
        changes = ", ".join(f"{name} = :{name}" for name in row)
        with self._connected() as connection, transaction(connection):
            done = connection.execute(f"UPDATE spend SET {changes} WHERE id = :id", {**row, "id": identity})
            if done.rowcount != 1:
                raise LedgerFailed(f"the call {identity} is not in {self.path}")

    def answer(self, change: str, phase: str, number: int) -> str | None:
        """Returns the recorded answer of a round of a change, or None; raises LedgerFailed."""
        if not self.path.exists():
            return None
        query = "SELECT answer FROM spend WHERE change = ? AND phase = ? AND round = ? AND answer IS NOT NULL"
        with self._connected() as connection:
            found = connection.execute(
                f"{query} ORDER BY at DESC, id DESC LIMIT 1", [change, phase, number]
            ).fetchone()
        return None if found is None else str(found[0])

    def calls(self, change: str) -> list[ModelCall]:
        """Returns the calls of a change, oldest first; raises LedgerFailed."""
        if not self.path.exists():
            return []
        query = f"SELECT phase, round, state, {', '.join(_SPENT)} FROM spend WHERE change = ? ORDER BY at, id"
        with self._connected() as connection:
            rows = connection.execute(query, [change]).fetchall()
        return [
            ModelCall(
                phase=row["phase"],
                round=row["round"],
                state=row["state"],
                spend=Spend(**{name: row[name] for name in _SPENT}),
            )
            for row in rows
        ]

    def rounds_since(self, changes: Sequence[str], since: float) -> int:
        """Returns how many calls were made for some changes since a time (s since 1970-01-01 UTC).

        Raises LedgerFailed.
        """
        if not self.path.exists() or not changes:
            return 0
        marks = ", ".join("?" for _ in changes)
        query = f"SELECT COUNT(*) FROM spend WHERE at >= ? AND change IN ({marks})"
        with self._connected() as connection:
            return int(connection.execute(query, [since, *changes]).fetchone()[0])

    def forget_answers(self, change: str) -> None:
        """Deletes the answers of a change that has ended; their cost stays. Raises LedgerFailed."""
        with self._connected() as connection, transaction(connection):
            connection.execute("UPDATE spend SET answer = NULL WHERE change = ?", [change])

    def groups(self, by: By, *, days: int | None = None) -> list[Group]:
        """Returns the spend by day, month, app, model, change or round, optionally of the last `days` days.

        Days and months come newest first, the others by cost. Raises LedgerFailed.
        """
        if not self.path.exists():
            return []
        order = "name DESC" if by in ("day", "month") else "cost_micros DESC, tokens_in DESC, name"
        query = (
            f"SELECT {_GROUPS[by]} AS name, COUNT(*) AS rounds, SUM(state = ?) AS open, {_SUMS} "
            f"FROM spend WHERE at >= ? GROUP BY 1 ORDER BY {order}"
        )
        oldest = 0.0 if days is None else self._clock() - days * 86_400
        with self._connected() as connection:
            rows = connection.execute(query, [PLANNED, oldest]).fetchall()
        return [Group(name=row["name"], totals=_totals(row), open=row["open"]) for row in rows]

    def _sums(self, connection: sqlite3.Connection, change: str) -> Sums:
        now = datetime.fromtimestamp(self._clock(), UTC)
        day = now.replace(hour=0, minute=0, second=0, microsecond=0)
        query = f"SELECT COUNT(*) AS rounds, {_SUMS} FROM spend WHERE "
        return Sums(
            change=_totals(connection.execute(f"{query} change = ?", [change]).fetchone()),
            day=_totals(connection.execute(f"{query} at >= ?", [day.timestamp()]).fetchone()),
            month=_totals(
                connection.execute(f"{query} at >= ?", [day.replace(day=1).timestamp()]).fetchone()
            ),
        )

    def _connected(self) -> contextlib.AbstractContextManager[sqlite3.Connection]:
        return connected(self.path, _TABLE, *_INDEXES)


@contextlib.contextmanager
def connected(path: Path, *statements: str) -> Iterator[sqlite3.Connection]:
    """Opens the journal's file for records that must be on disk before the next step; raises LedgerFailed.

    The statements create missing tables and indexes.
    """
    try:
        with contextlib.closing(open_private_database(path)) as connection:
            connection.row_factory = sqlite3.Row
            ensure_readable(connection, path, VERSION)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")  # on disk before any model is called
            for statement in statements:
                connection.execute(statement)
            yield connection
    except (sqlite3.Error, OSError) as error:
        raise LedgerFailed(
            f"the ledger in {path} cannot be used: {error}",
            hint="no model is called until it is fixed; mapp doctor may say more",
        ) from None


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Makes all changes of a block or, if it raises, none."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _totals(row: sqlite3.Row) -> Totals:
    return Totals(rounds=row["rounds"], spend=Spend(**{name: row[name] for name in _SPENT}))
