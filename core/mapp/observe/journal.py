"""The journal: every run and every decision, in SQLite with a write-ahead log.

It is the only part of a library that is not derived from git. A damaged journal is moved aside and a new one
started, so a run never fails because it cannot be recorded.
"""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from mapp.errors import IntegrityError, NotFound
from mapp.library.privacy import open_private_database
from mapp.model.recording import RefusedCall
from mapp.observe.journal_schema import ensure_schema
from mapp.plain_files import NotPlain

VERSION: Final = 4

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS runs (
    id TEXT PRIMARY KEY,
    started REAL NOT NULL,
    app TEXT NOT NULL,
    "commit" TEXT NOT NULL,
    tree TEXT NOT NULL,
    version TEXT NOT NULL,
    request TEXT,
    input TEXT,
    output TEXT,
    outcome TEXT NOT NULL,
    detail TEXT NOT NULL,
    now_ms INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    wall_ms REAL NOT NULL,
    total_ms REAL NOT NULL,
    engine TEXT NOT NULL,
    isolation TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS runs_by_app ON runs (app, started);
CREATE INDEX IF NOT EXISTS runs_by_time ON runs (started);
CREATE TABLE IF NOT EXISTS recordings (run TEXT PRIMARY KEY, calls TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS notes (run TEXT PRIMARY KEY, notes TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS decisions (
    id TEXT PRIMARY KEY,
    decided REAL NOT NULL,
    request TEXT,
    decision TEXT NOT NULL,
    evidence TEXT NOT NULL,
    run TEXT
);
CREATE INDEX IF NOT EXISTS decisions_by_time ON decisions (decided);
CREATE TABLE IF NOT EXISTS maps (
    id TEXT PRIMARY KEY,
    ended REAL NOT NULL,
    app TEXT NOT NULL,
    "commit" TEXT NOT NULL,
    version TEXT NOT NULL,
    rows INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    outcomes TEXT NOT NULL,
    now_ms INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    seconds REAL NOT NULL
);
"""

_DECIDED: Final = "INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One execution of one app at one commit.

    `started` is in seconds since 1970-01-01 UTC. `wall_ms` is the script's time, `total_ms` the time that the
    user waited. `input` and `output` are canonical JSON texts, None when they are not kept.
    """

    id: str
    started: float
    app: str
    commit: str
    tree: str
    version: str
    request: str | None
    input: str | None
    output: str | None
    outcome: str
    detail: str
    now_ms: int
    seed: int
    wall_ms: float
    total_ms: float
    engine: str
    isolation: str

    def to_dict(self) -> dict[str, Any]:
        """Returns the run as a JSON object, input and output as values."""
        document = asdict(self)
        for key in ("input", "output"):
            document[key] = None if document[key] is None else json.loads(document[key])
        return document


@dataclass(frozen=True, kw_only=True, slots=True)
class Notes:
    """Facts about a run besides its outcome.

    `refused` are the refused host calls, `allowed` the capabilities that were granted for this run only.
    `differences` are those of web answers from what the app's recordings show, `retries` counts what the host
    repeated by itself. `check` is what the app's own predicates said: `broken`, `rate`, `ms` and `told`.
    """

    refused: tuple[RefusedCall, ...] = ()
    allowed: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()
    retries: int = 0
    check: dict[str, Any] | None = None

    @property
    def broken(self) -> tuple[str, ...]:
        """Returns the predicates that the run broke."""
        return () if self.check is None else tuple(self.check["broken"])

    def without_inputs(self) -> Notes:
        """Returns the notes without targets and messages, which could contain an input."""
        bare = tuple(replace(row, target="", message="") for row in self.refused)
        return replace(self, refused=bare)

    def to_dict(self) -> dict[str, Any]:
        """Returns the notes as a JSON object."""
        return {
            "refused": [row.to_dict() for row in self.refused],
            "allowed": list(self.allowed),
            "differences": list(self.differences),
            "retries": self.retries,
            "check": self.check,
        }

    @classmethod
    def from_dict(cls, document: dict[str, Any]) -> Notes:
        """Returns the notes that `to_dict` wrote."""
        refused = tuple(RefusedCall(**row) for row in document["refused"])
        return cls(
            refused=refused,
            allowed=tuple(document["allowed"]),
            differences=tuple(document.get("differences", ())),
            retries=document.get("retries", 0),
            check=document.get("check"),
        )


NO_NOTES: Final = Notes()


@dataclass(frozen=True, kw_only=True, slots=True)
class Mapping:
    """One app run on many rows: outcomes and counts. Row N saw the time `now_ms` and the seed `seed` + N."""

    id: str
    ended: float
    app: str
    commit: str
    version: str
    rows: int
    failed: int
    outcomes: tuple[tuple[str, int], ...]
    now_ms: int
    seed: int
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Returns the map as a JSON object."""
        return {**asdict(self), "outcomes": dict(self.outcomes)}


# The beginning of an id: a UUID with or without hyphens, or an older id in hexadecimal.
BEGINNING: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]*")
_TICKING: Final = threading.Lock()
_last_tick = 0


def new_id() -> str:
    """Returns a UUIDv7: unique without coordination, and later ids of a process sort after earlier ones.

    RFC 9562, section 5.7. The 12 bits after the milliseconds are their fraction (section 6.2, method 3);
    if the clock stops or goes back, they are counted up instead. The last 62 bits are random.
    """
    global _last_tick
    with _TICKING:
        milliseconds, rest = divmod(time.time_ns(), 1_000_000)
        tick = _last_tick = max(milliseconds << 12 | (rest << 12) // 1_000_000, _last_tick + 1)
    head = (tick >> 12) << 16 | 0x7000 | tick & 0xFFF
    return str(uuid.UUID(int=head << 64 | 0b10 << 62 | uuid.uuid4().int & (1 << 62) - 1))


class Journal:
    """One journal file, opened on first use."""

    def __init__(
        self,
        path: Path,
        *,
        keep_runs: int,
        keep_days: int,
        keep_inputs: bool,
        redact: Callable[[str], str] = str,
    ) -> None:
        """`redact` removes secrets from every text that is stored."""
        self.path = path
        self._redact = redact
        self._keep_runs = keep_runs
        self._keep_days = keep_days
        self._keep_inputs = keep_inputs
        self._connection: sqlite3.Connection | None = None
        self._lock = threading.RLock()

    def record(self, run: Run, calls: str | None = None, notes: Notes = NO_NOTES) -> None:
        """Records a run durably with its notes, and deletes runs beyond the age and count limits.

        `calls` is a JSON text of the script's host calls. With the run's input, time and seed, it is the
        recording that replays the run.
        """
        row = asdict(run)
        row.update({name: self._hidden(row[name]) for name in ("input", "output")})
        row.update({name: row[name] and self._redact(row[name]) for name in ("request", "detail")})
        calls = self._hidden(calls)
        if not self._keep_inputs:
            row.update(request=None, input=None, output=None)
        marks = ", ".join(f":{name}" for name in row)
        names = ", ".join(f'"{name}"' for name in row)

        def insert(connection: sqlite3.Connection) -> None:
            connection.execute(f"INSERT INTO runs ({names}) VALUES ({marks})", row)
            if calls is not None and self._keep_inputs:
                connection.execute("INSERT INTO recordings VALUES (?, ?)", [run.id, calls])
            if notes != NO_NOTES:
                kept = notes if self._keep_inputs else notes.without_inputs()
                text = json.dumps(kept.to_dict(), ensure_ascii=False)
                connection.execute("INSERT INTO notes VALUES (?, ?)", [run.id, text])
            self._forget(connection, run.started)

        self._write(insert)

    def decided(self, request: str, decision: str, evidence: dict[str, Any], run: str | None) -> str:
        """Records a decision with its evidence and returns its id."""
        identity = new_id()
        kept = evidence if self._keep_inputs else {**evidence, "arguments": {}}
        row = (
            identity,
            time.time(),
            self._redact(request) if self._keep_inputs else None,
            decision,
            self._hidden(json.dumps(kept, ensure_ascii=False)),
            run,
        )
        self._write(lambda connection: connection.execute(_DECIDED, row))
        return identity

    def sureness(self, run: str) -> float | None:
        """Returns how sure mapp was of the request that led to a run; None if there was none, or in doubt."""
        if not self.path.exists():
            return None
        query = "SELECT evidence FROM decisions WHERE run = ? ORDER BY decided DESC LIMIT 1"
        row = self._reading().execute(query, [run]).fetchone()
        evidence = None if row is None else json.loads(row[0])
        return evidence.get("sure") if isinstance(evidence, dict) else None

    def mapped(self, mapping: Mapping) -> None:
        """Records a map as one entry, whatever its number of rows."""
        row = {**asdict(mapping), "outcomes": json.dumps(dict(mapping.outcomes))}
        marks = ", ".join(f":{name}" for name in row)
        names = ", ".join(f'"{name}"' for name in row)
        insert = f"INSERT INTO maps ({names}) VALUES ({marks})"
        self._write(lambda connection: connection.execute(insert, row))

    def maps(self, *, app: str | None = None, most: int = 50) -> Iterator[Mapping]:
        """Yields maps, newest first."""
        if not self.path.exists():
            return
        query = "SELECT * FROM maps WHERE ?1 IS NULL OR app = ?1 ORDER BY ended DESC, id DESC LIMIT ?2"
        for row in self._reading().execute(query, [app, most]):
            known = dict(row)
            yield Mapping(**{**known, "outcomes": tuple(json.loads(known["outcomes"]).items())})

    def runs(self, *, app: str | None = None, failed: bool = False, most: int = 50) -> Iterator[Run]:
        """Yields runs, newest first; with `failed`, only failed ones.

        Raises:
            IntegrityError: the journal is damaged.
        """
        if not self.path.exists():
            return
        conditions, values = ["1"], []
        if app is not None:
            conditions.append("app = ?")
            values.append(app)
        if failed:
            conditions.append("outcome <> 'ok'")
        query = f"SELECT * FROM runs WHERE {' AND '.join(conditions)} ORDER BY started DESC, id DESC LIMIT ?"
        try:
            for row in self._reading().execute(query, [*values, most]):
                yield Run(**dict(row))
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise
            raise IntegrityError(
                f"{self.path} is damaged: {error}",
                hint="the next run moves it aside and starts a new one; or move it away now",
            ) from None

    def run(self, identity: str) -> tuple[Run, str | None]:
        """Returns a run by its id or the beginning of its id, and its host calls as JSON.

        Raises:
            NotFound: no run matches, or more than one.
        """
        rows: list[sqlite3.Row] = []
        if self.path.exists() and BEGINNING.fullmatch(identity):
            query = "SELECT * FROM runs WHERE replace(id, '-', '') LIKE ? LIMIT 2"
            rows = self._reading().execute(query, [f"{identity.replace('-', '')}%"]).fetchall()
        if len(rows) != 1:
            what = "there is no run" if not rows else "more than one run begins with"
            raise NotFound(f"{what} {identity!r}", hint="mapp runs lists them")
        found = Run(**dict(rows[0]))
        kept = self._open().execute("SELECT calls FROM recordings WHERE run = ?", [found.id]).fetchone()
        return found, None if kept is None else str(kept[0])

    def notes(self, runs: Iterable[str]) -> dict[str, Notes]:
        """Returns notes by the run's id, for the runs that have any."""
        if not self.path.exists():
            return {}
        query, connection, found = "SELECT notes FROM notes WHERE run = ?", self._open(), {}
        for run in runs:
            row = connection.execute(query, [run]).fetchone()
            if row is not None:
                found[run] = Notes.from_dict(json.loads(row[0]))
        return found

    def open_incident(self, app: str, commit: str, classes: Sequence[str]) -> tuple[str, str] | None:
        """Returns id and class of an open incident at a commit of an app; None if there is none.

        The table is made by `mapp.observe.incidents`; this is what every run asks, so it opens no other file.
        """
        marks = ", ".join("?" for _ in classes)
        query = (
            f"SELECT id, class FROM incidents WHERE app = ? AND \"commit\" = ? AND state = 'open'"
            f" AND class IN ({marks}) ORDER BY last DESC LIMIT 1"
        )
        try:
            row = self._reading().execute(query, [app, commit, *classes]).fetchone()
        except sqlite3.OperationalError:  # there were never any incidents
            return None
        return None if row is None else (str(row["id"]), str(row["class"]))

    def close(self) -> None:
        """Closes the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _hidden(self, text: str | None) -> str | None:
        """Returns a JSON text without secrets. It is valid JSON even if a number was redacted."""
        redacted = text if text is None else self._redact(text)
        if redacted is None or redacted == text:
            return text
        try:
            json.loads(redacted)
        except ValueError:
            return json.dumps(redacted)
        return redacted

    def _write(self, change: Callable[[sqlite3.Connection], object]) -> None:
        """Makes a change in one transaction; if the file is damaged, in a new file."""
        # All threads use one connection, which can have one transaction at a time.
        with self._lock:
            try:
                self._transact(change)
            except (sqlite3.DatabaseError, NotPlain) as error:
                if not _is_damage(error):
                    raise
                self._move_aside()
                self._transact(change)

    def _transact(self, change: Callable[[sqlite3.Connection], object]) -> None:
        connection = self._open()
        connection.execute("BEGIN IMMEDIATE")
        try:
            change(connection)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # some errors have already ended it
                connection.execute("ROLLBACK")
            raise

    def _reading(self) -> sqlite3.Connection:
        try:
            return self._open()
        except NotPlain as error:
            hint = "the next run moves it aside and starts a new one; or move it away now"
            raise IntegrityError(f"{self.path} {error}", hint=hint, code="MAPP-0621") from None

    def _open(self) -> sqlite3.Connection:
        with self._lock:
            if self._connection is None:
                self._connection = self._connect()
            return self._connection

    def _connect(self) -> sqlite3.Connection:
        connection = open_private_database(self.path, any_thread=True)
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA busy_timeout = 30000")
            ensure_schema(connection, self.path, VERSION, _TABLES)
            connection.execute("PRAGMA synchronous = NORMAL")
        except BaseException:
            connection.close()
            raise
        return connection

    def _move_aside(self) -> None:
        self.close()
        aside = self.path.with_name(f"{self.path.name}.damaged-{int(time.time())}")
        with contextlib.suppress(FileNotFoundError):
            self.path.rename(aside)
        for suffix in ("-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    def _forget(self, connection: sqlite3.Connection, now: float) -> None:
        # Counting is cheap with the index, but once in about a hundred runs is enough.
        if int(now * 1000) % 100:
            return
        oldest = now - self._keep_days * 86_400
        connection.execute("DELETE FROM runs WHERE started < ?", [oldest])
        connection.execute("DELETE FROM decisions WHERE decided < ?", [oldest])
        connection.execute("DELETE FROM maps WHERE ended < ?", [oldest])
        newest = "SELECT id FROM runs ORDER BY started DESC, id DESC LIMIT ?"
        connection.execute(f"DELETE FROM runs WHERE id NOT IN ({newest})", [self._keep_runs])
        for table in ("recordings", "notes"):
            connection.execute(f"DELETE FROM {table} WHERE run NOT IN (SELECT id FROM runs)")


def _is_damage(error: Exception) -> bool:
    """Returns whether the file itself is at fault, rather than a lock, a full disk or a missing right."""
    if isinstance(error, NotPlain):
        return True
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
