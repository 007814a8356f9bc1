"""Vectors that were computed once, kept by what they were computed from; can be deleted at any time.

Embedding is nineteen parts in twenty of a rebuild. A row holds the vectors of one app's texts as
float16 (an error of 0.0005, far below what separates two apps), under the embedder's digest, the
layout of the texts and the hash of the texts.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final

from mapp.index.entry import LAYOUT
from mapp.plain_files import NotPlain, ensure_plain

if TYPE_CHECKING:
    from mapp.index.embed import Embedder, Vectors

_TABLE: Final = """
create table if not exists vectors (
    embedder text not null, layout integer not null, blob text not null, data blob not null,
    primary key (embedder, layout, blob)
)
"""


class VectorCache:
    """The vectors of one embedder; what is damaged counts as never computed."""

    def __init__(self, path: Path, embedder: Embedder) -> None:
        """Takes where the cache lies; `open_vectors` opens it."""
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
        """Returns float32 (texts, dimensions), or None when these texts were never embedded."""
        import numpy as np

        data = self._data(blob)
        if data is None or zlib.crc32(data[4:]) != int.from_bytes(data[:4], "little"):
            return None
        halves = np.frombuffer(data, dtype=np.float16, offset=4).astype(np.float32)
        return halves.reshape(-1, self._embedder.dimensions)

    def put(self, blobs: Iterable[tuple[str, Vectors]]) -> None:
        """Keeps the vectors of several texts in one transaction."""
        import numpy as np

        rows = []
        for blob, vectors in blobs:
            data = vectors.astype(np.float16).tobytes()
            rows.append((*self._key(blob), zlib.crc32(data).to_bytes(4, "little") + data))
        with self._connection:
            self._connection.executemany("insert or replace into vectors values (?, ?, ?, ?)", rows)

    def _data(self, blob: str) -> bytes | None:
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
    """Opens the cache, making it where it is missing and anew where it is damaged."""
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
        connection.execute(_TABLE)
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def _delete(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
