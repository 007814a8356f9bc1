"""The tables of incidents, in the journal's file: each incident, and the runs that belong to it."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from mapp.errors import NotFound
from mapp.model.incident import FailureClass, Incident
from mapp.observe.journal import BEGINNING
from mapp.observe.ledger import connected, transaction

_TABLES: Final = (
    """
CREATE TABLE IF NOT EXISTS incidents (
    id TEXT PRIMARY KEY,
    app TEXT NOT NULL,
    class TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    version TEXT NOT NULL,
    "commit" TEXT NOT NULL,
    tree TEXT NOT NULL,
    runs INTEGER NOT NULL,
    first REAL NOT NULL,
    last REAL NOT NULL,
    state TEXT NOT NULL,
    run TEXT NOT NULL,
    expected TEXT NOT NULL,
    why TEXT NOT NULL,
    facts TEXT NOT NULL,
    "into" TEXT NOT NULL
)""",
    "CREATE UNIQUE INDEX IF NOT EXISTS incidents_by_fingerprint ON incidents (app, fingerprint)",
    """
CREATE TABLE IF NOT EXISTS incident_runs (
    incident TEXT NOT NULL,
    run TEXT NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (incident, run)
)""",
    "CREATE INDEX IF NOT EXISTS incident_runs_by_run ON incident_runs (run)",
)

MAX_MERGES: Final = 20
"""How many merges are followed from an incident to the one that it belongs to."""


class Incidents:
    """The incidents of one library. Each call opens the file again, because a journal may be moved aside."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def seen(self, incident: Incident, others: Sequence[str] = ()) -> Incident:
        """Records failures and returns the incident that they belong to, in one transaction.

        An incident of the same app and fingerprint is counted up by `incident.runs`, also if a person closed
        it: it stays closed. One that was gone is open again. If it was merged, the incident that it was
        merged into is counted up. A run that is already recorded is not counted again; an empty id stands for
        a run that was not started. `others` are runs that `incident.runs` counts too. Raises LedgerFailed.
        """
        with self._writing() as connection:
            known = _find(connection, incident)
            if known is None:
                found = incident
            elif _is_recorded(connection, known, incident):
                found = _added(known, incident, 0)
            else:
                found = _added(known, incident, incident.runs)
            _put(connection, found)
            for run in (incident.run, *others):
                _put_run(connection, found, run, incident.last)
        return found

    def put(self, incident: Incident) -> None:
        """Records an incident durably, replacing its old record; raises LedgerFailed."""
        with self._writing() as connection:
            _put(connection, incident)

    def merge(self, incident: Incident, into: Incident) -> Incident:
        """Merges an incident into another of the same app and returns the other; raises LedgerFailed.

        Later failures with either fingerprint count for the other one.
        """
        with self._writing() as connection:
            _put(connection, replace(incident, state="merged", into=into.id))
            move = "UPDATE OR IGNORE incident_runs SET incident = ? WHERE incident = ?"
            connection.execute(move, [into.id, incident.id])
            merged = replace(
                into,
                runs=into.runs + incident.runs,
                first=min(into.first, incident.first),
                last=max(into.last, incident.last),
            )
            _put(connection, merged)
        return merged

    def get(self, identity: str) -> Incident:
        """Returns an incident by its id or the beginning of its id.

        Raises:
            NotFound: no incident matches, or more than one.
            LedgerFailed: the file cannot be read.
        """
        rows: list[Incident] = []
        if BEGINNING.fullmatch(identity):
            query = "WHERE replace(id, '-', '') LIKE ? LIMIT 2"
            rows = self._rows(query, [f"{identity.replace('-', '')}%"])
        if len(rows) != 1:
            what = "there is no incident" if not rows else "more than one incident begins with"
            raise NotFound(f"{what} {identity!r}", hint="mapp incidents lists them")
        return rows[0]

    def all(
        self,
        app: str | None = None,
        failure: FailureClass | None = None,
        *,
        open: bool = False,  # noqa: A002 - the option of `mapp incidents`
    ) -> list[Incident]:
        """Returns the incidents, the one with the newest failure first; with `open`, only open ones."""
        where, values = ["1"], []
        for column, value in (("app", app), ("class", failure), ("state", "open" if open else None)):
            if value is not None:
                where.append(f"{column} = ?")
                values.append(value)
        return self._rows(f"WHERE {' AND '.join(where)} ORDER BY last DESC, id DESC", values)

    def of_run(self, run: str) -> list[Incident]:
        """Returns the incidents to which a run belongs, by the run's full id."""
        query = "WHERE id IN (SELECT incident FROM incident_runs WHERE run = ?) ORDER BY last DESC, id DESC"
        return self._rows(query, [run])

    def runs(self, identity: str) -> list[str]:
        """Returns the ids of an incident's runs that the journal still has, the newest first.

        `Incident.runs` counts them all. Raises LedgerFailed.
        """
        if not self.path.exists():
            return []
        query = "SELECT run FROM incident_runs WHERE incident = ? ORDER BY at DESC, run DESC"
        with self._connected() as connection:
            return [str(row["run"]) for row in connection.execute(query, [identity])]

    def _rows(self, clause: str, values: list[str]) -> list[Incident]:
        if not self.path.exists():
            return []
        with self._connected() as connection:
            found = connection.execute(f"SELECT * FROM incidents {clause}", values).fetchall()
        return [Incident.from_row(dict(row)) for row in found]

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._connected() as connection, transaction(connection):
            yield connection

    def _connected(self) -> contextlib.AbstractContextManager[sqlite3.Connection]:
        return connected(self.path, *_TABLES)


def _find(connection: sqlite3.Connection, incident: Incident) -> Incident | None:
    """Returns the recorded incident that a new failure belongs to."""
    query = "SELECT * FROM incidents WHERE app = ? AND fingerprint = ?"
    row = connection.execute(query, [incident.app, incident.fingerprint]).fetchone()
    for _ in range(MAX_MERGES):
        if row is None or not row["into"]:
            break
        row = connection.execute("SELECT * FROM incidents WHERE id = ?", [row["into"]]).fetchone() or row
    return None if row is None else Incident.from_row(dict(row))


def _is_recorded(connection: sqlite3.Connection, known: Incident, incident: Incident) -> bool:
    query = "SELECT 1 FROM incident_runs WHERE incident = ? AND run = ?"
    return bool(incident.run) and connection.execute(query, [known.id, incident.run]).fetchone() is not None


def _added(known: Incident, new: Incident, times: int) -> Incident:
    """Returns an incident with new failures; what a person said stays unless something else was said."""
    newest = new if new.last >= known.last else known
    return replace(
        known,
        version=newest.version,
        commit=newest.commit,
        tree=newest.tree,
        run=newest.run,
        facts=newest.facts,
        first=min(known.first, new.first),
        last=newest.last,
        runs=known.runs + times,
        state="open" if known.state == "gone" and times else known.state,
        expected=new.expected or known.expected,
        why=new.why or known.why,
    )


def _put(connection: sqlite3.Connection, incident: Incident) -> None:
    row = incident.to_row()
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join(f":{name}" for name in row)
    connection.execute(f"INSERT OR REPLACE INTO incidents ({names}) VALUES ({marks})", row)


def _put_run(connection: sqlite3.Connection, incident: Incident, run: str, at: float) -> None:
    """Records that a run belongs to an incident, and forgets the runs that the journal has forgotten."""
    if not run:  # the app was not started
        return
    tables = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'runs'"
    if connection.execute(tables).fetchone() is not None:
        delete = "DELETE FROM incident_runs WHERE incident = ? AND run NOT IN (SELECT id FROM runs)"
        connection.execute(delete, [incident.id])
    connection.execute("INSERT OR IGNORE INTO incident_runs VALUES (?, ?, ?)", [incident.id, run, at])
