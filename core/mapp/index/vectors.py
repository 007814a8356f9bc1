"""The vector cache: vectors by the texts they were computed from. It can be deleted at any time.

Embedding takes 95 % of the time of a rebuild. A row has the vectors of one app's texts as `mapp.index.grid`
packs them, so they are read back byte for byte. It starts with a hash of the vectors, the embedder's digest,
the layout of the texts and the hash of the texts: a row that is damaged or belongs to other texts counts as
missing and is replaced.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final

from mapp.index.entry import LAYOUT
from mapp.index.grid import are_codes, pack, unpack
from mapp.plain_files import NotPlain, ensure_plain

if TYPE_CHECKING:
    from mapp.index.embed import Embedder, Vectors
    from mapp.index.grid import Codes

_FORM: Final = 2
"""The file format; increased with every change and stored as SQLite's `user_version`."""
_TABLE: Final = """
create table vectors (
    embedder text not null, layout integer not null, blob text not null, data blob not null,
    primary key (embedder, layout, blob)
)
"""
_SEAL: Final = 16
"""Bytes of the hash at the start of each row."""


class VectorCache:
    """The cached vectors of one embedder; damaged rows count as missing."""

    def __init__(self, path: Path, embedder: Embedder) -> None:
        """Opens the file at `path`; `open_vectors` also replaces a damaged file."""
        self._path = path
        self._embedder = embedder
        self._connection = _connect(path)

    def __enter__(self) -> VectorCache:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def get(self, blob: str) -> Vectors | None:
        """Returns float32 (texts, dimensions), or None if these texts are not in the cache."""
        import numpy as np

        data = self._data(blob)
        if not isinstance(data, bytes) or data[:_SEAL] != self._seal(blob, data[_SEAL:]):
            return None
        codes = np.frombuffer(data, dtype=np.int8, offset=_SEAL).reshape(-1, self._embedder.dimensions)
        return unpack(codes) if are_codes(codes) else None

    def put(self, blobs: Iterable[tuple[str, Vectors]]) -> None:
        """Stores vectors in one transaction; raises ValueError if a vector is not on the grid."""
        import numpy as np

        packed = []
        for blob, vectors in blobs:
            codes = pack(vectors)
            if not np.array_equal(unpack(codes), vectors):
                raise ValueError(f"the embedder {self._embedder.name} does not round its vectors to the grid")
            packed.append((blob, codes))
        self.put_codes(packed)

    def put_codes(self, blobs: Iterable[tuple[str, Codes]]) -> None:
        """Stores vectors that are packed already in one transaction; arguments as in `put`."""
        rows = []
        for blob, codes in blobs:
            data = codes.tobytes()
            rows.append((*self._key(blob), self._seal(blob, data) + data))
        with self._connection:
            self._connection.executemany("insert or replace into vectors values (?, ?, ?, ?)", rows)

    def _seal(self, blob: str, data: bytes) -> bytes:
        embedder = self._embedder
        key = f"{_FORM} {embedder.digest} {embedder.dimensions} {LAYOUT} {blob} {len(data)}\n"
        return hashlib.sha256(key.encode() + data).digest()[:_SEAL]

    def _data(self, blob: str) -> object:
        query = "select data from vectors where embedder = ? and layout = ? and blob = ?"
        try:
            row = self._connection.execute(query, self._key(blob)).fetchone()
        except sqlite3.OperationalError:
            raise  # locked or full: not damage
        except sqlite3.DatabaseError:
            self._renew()
            return None
        return row[0] if row else None

    def _renew(self) -> None:
        self._connection.close()
        _delete(self._path)
        self._connection = _connect(self._path)

    def _key(self, blob: str) -> tuple[str, int, str]:
        return self._embedder.digest, LAYOUT, blob


def open_vectors(path: Path, embedder: Embedder) -> VectorCache:
    """Opens the cache; creates it if it is missing, and replaces it if it is damaged."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return VectorCache(path, embedder)
    except sqlite3.OperationalError:
        raise
    except (sqlite3.DatabaseError, NotPlain):
        _delete(path)
        return VectorCache(path, embedder)


def _connect(path: Path) -> sqlite3.Connection:
    ensure_plain(path)
    connection = sqlite3.connect(path, timeout=30)
    try:
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = normal")
        _prepare(connection)
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    """Creates the table, replacing one of another format."""
    if connection.execute("pragma user_version").fetchone()[0] == _FORM:
        return
    with connection:
        connection.execute("begin immediate")
        # Another process may have created it meanwhile.
        if connection.execute("pragma user_version").fetchone()[0] != _FORM:
            connection.execute("drop table if exists vectors")
            connection.execute(_TABLE)
            connection.execute(f"pragma user_version = {_FORM}")


def _delete(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
