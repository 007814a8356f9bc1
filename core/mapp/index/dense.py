"""The dense half behind one Protocol: the nearest vectors to a vector.

The exact store multiplies with the whole matrix, which is memory-mapped. It is the oracle of the tests,
and the choice up to `EXACT_UP_TO` apps: there it answers as fast as a graph search and spares the
0.6 seconds that importing Chroma takes (docs/design/index.md has the figures).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from mapp.index.embed import Vectors

EXACT_UP_TO: Final = 50_000
MATRIX: Final = "apps.npy"

Store: TypeAlias = Literal["exact", "chroma"]


class DenseStore(Protocol):
    """Finds the rows of a matrix of unit vectors that are nearest to a vector."""

    def nearest(self, vector: Vectors, limit: int) -> list[tuple[int, float]]:
        """Returns (row, cosine), the largest cosine first; at most `limit`, all rows if there are fewer."""
        ...

    def count(self) -> int:
        """Returns how many rows there are."""
        ...


class ExactStore:
    """Every row is compared."""

    def __init__(self, matrix: Vectors) -> None:
        """Takes float32 (rows, dimensions) of unit rows."""
        self._matrix = matrix

    def nearest(self, vector: Vectors, limit: int) -> list[tuple[int, float]]:
        """Returns (row, cosine), the largest cosine first, equal ones by row."""
        import numpy as np

        cosines = self._matrix @ vector
        limit = min(limit, len(cosines))
        if limit <= 0:
            return []
        chosen = np.argpartition(-cosines, limit - 1)[:limit]
        order = chosen[np.lexsort((chosen, -cosines[chosen]))]
        return [(int(row), float(cosines[row])) for row in order]

    def count(self) -> int:
        """Returns how many rows there are."""
        return len(self._matrix)


def choose_store(wanted: str, apps: int) -> Store:
    """Returns the store for so many apps: `auto` decides by their number, anything else is taken as said."""
    if wanted == "chroma" or (wanted == "auto" and apps > EXACT_UP_TO):
        return "chroma"
    return "exact"


def write_matrix(folder: Path, matrix: Vectors) -> None:
    """Writes the matrix into a folder of the index."""
    import numpy as np

    np.save(folder / MATRIX, np.ascontiguousarray(matrix, dtype=np.float32), allow_pickle=False)


def read_matrix(folder: Path, rows: int, dimensions: int) -> Vectors:
    """Opens the matrix without reading it; raises ValueError or OSError when it has another shape."""
    import numpy as np

    matrix: Vectors = np.load(folder / MATRIX, mmap_mode="r" if rows else None, allow_pickle=False)
    if matrix.shape != (rows, dimensions) or matrix.dtype != np.float32:
        raise ValueError(f"{MATRIX} holds {matrix.shape} of {matrix.dtype}")
    return matrix
