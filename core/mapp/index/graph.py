"""The dense store for very large libraries: an HNSW graph in Chroma (only this file imports it).

Chroma silently opens a deleted database as an empty one, so `open_graph` counts the rows. Damaged graph files
can crash the process, so `probe` first opens suspect files in a child process.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mapp.config import set_default

if TYPE_CHECKING:
    from mapp.index.embed import Vectors

FOLDER: Final = "chroma"
_COLLECTION: Final = "apps"
# The default of 100 loses 6 % of the true first hundred at 14,500 vectors, 1,000 loses 0.06 %.
_SEARCH_WIDTH: Final = 1000
_BATCH: Final = 4096
_PROBE_SECONDS: Final = 60


class GraphStore:
    """Approximate neighbours; it misses a few in ten thousand."""

    def __init__(self, collection: Any) -> None:
        """Takes the Chroma collection whose ids are row numbers."""
        self._collection = collection

    def nearest(self, vector: Vectors, limit: int) -> list[tuple[int, float]]:
        """Returns (row, cosine), the largest cosine first, equal ones by row."""
        limit = min(limit, self.count())
        if limit <= 0:
            return []
        found = self._collection.query(
            query_embeddings=[vector.tolist()], n_results=limit, include=["distances"]
        )
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return sorted(
            ((int(row), 1.0 - float(far)) for row, far in pairs), key=lambda pair: (-pair[1], pair[0])
        )

    def count(self) -> int:
        """Returns how many rows there are."""
        return int(self._collection.count())


def write_graph(folder: Path, matrix: Vectors) -> None:
    """Builds the graph of a matrix of unit rows in a folder of the index."""
    client = _client(folder)
    collection = client.create_collection(
        _COLLECTION,
        embedding_function=None,
        configuration={"hnsw": {"space": "cosine", "ef_search": _SEARCH_WIDTH}},
    )
    for start in range(0, len(matrix), _BATCH):
        rows = matrix[start : start + _BATCH]
        collection.add(ids=[str(start + at) for at in range(len(rows))], embeddings=rows)


def open_graph(folder: Path, rows: int) -> GraphStore:
    """Opens the graph; raises ValueError if it cannot be opened or does not have exactly `rows` rows."""
    try:
        collection = _client(folder).get_collection(_COLLECTION, embedding_function=None)
        store = GraphStore(collection)
        found = store.count()
    except Exception as error:  # Chroma raises a dozen kinds, some of them from Rust
        raise ValueError(f"the graph cannot be opened: {error}") from error
    if found != rows:
        raise ValueError(f"the graph has {found} rows instead of {rows}")
    return store


def probe(folder: Path, rows: int, dimensions: int) -> bool:
    """Returns whether a child process can open the graph and search it."""
    command = [sys.executable, "-m", "mapp.index.graph", str(folder), str(rows), str(dimensions)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_PROBE_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _client(folder: Path) -> Any:
    # onnxruntime 1.32, which Chroma may load, writes a device id and telemetry to the home folder.
    set_default("ORT_DISABLE_TELEMETRY", "1")
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False, allow_reset=False)
    return chromadb.PersistentClient(path=str(folder / FOLDER), settings=settings)


def _probe_here(folder: Path, rows: int, dimensions: int) -> None:
    import numpy as np

    vector = np.full(dimensions, dimensions**-0.5, dtype=np.float32)
    found = open_graph(folder, rows).nearest(vector, 10)
    if len(found) != min(10, rows):
        raise ValueError("the graph returns too few rows")


if __name__ == "__main__":
    _probe_here(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
