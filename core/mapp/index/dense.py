"""Dense search: a Protocol for finding the nearest vectors, and the exact implementation.

The exact store multiplies with the whole matrix, which is memory-mapped. It is the oracle in the tests, and
the choice up to `EXACT_UP_TO` apps: there it is as fast as a graph search and avoids the 0.6 seconds that
importing Chroma takes (docs/design/index.md has the figures).

The last digits of a matrix product depend on the processor. So the product only selects the rows that can be
among the nearest; their cosines are then computed exactly.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mapp.index.embed import Vectors

EXACT_UP_TO: Final = 50_000
MATRIX: Final = "apps.npy"
_SLACK: Final = 1e-4
"""More than twice the largest error of a cosine in float32, which is 384 times 2**-24."""

Store: TypeAlias = Literal["exact", "chroma"]


class DenseStore(Protocol):
    """Finds the rows of a matrix of unit vectors that are nearest to a vector."""

    def nearest(self, vector: Vectors, limit: int) -> list[tuple[int, float]]:
        """Returns (row, cosine), the largest cosine first; at most `limit`, all rows if there are fewer."""
        ...

    def count(self) -> int:
        """Returns the number of rows."""
        ...


class ExactStore:
    """Compares every row."""

    def __init__(self, matrix: Vectors) -> None:
        """Takes float32 (rows, dimensions) of unit rows."""
        self._matrix = matrix

    def nearest(self, vector: Vectors, limit: int) -> list[tuple[int, float]]:
        """Returns (row, cosine), the largest cosine first, equal ones by row."""
        import numpy as np

        limit = min(limit, len(self._matrix))
        if limit <= 0:
            return []
        rough = self._matrix @ vector
        least = np.partition(rough, len(rough) - limit)[len(rough) - limit]
        chosen = np.flatnonzero(rough >= least - _SLACK)
        cosines = exact_cosines(self._matrix[chosen], vector)
        order = np.lexsort((chosen, -cosines))[:limit]
        return [(int(chosen[place]), float(cosines[place])) for place in order]

    def count(self) -> int:
        """Returns the number of rows."""
        return len(self._matrix)


def exact_cosines(rows: Vectors, vector: Vectors) -> NDArray[np.float64]:
    """Returns the cosines of unit rows and a unit vector, the same bits on every machine.

    Both are rounded to whole steps of 2**-24. As they have length one, no partial sum of their products
    needs more than 49 bits, so float64 adds them exactly in any order.
    """
    import numpy as np

    whole_rows, whole = (np.rint(np.multiply(each, 2.0**24, dtype=np.float64)) for each in (rows, vector))
    cosines: NDArray[np.float64] = (whole_rows @ whole) / 2.0**48
    return cosines


def choose_store(wanted: str, apps: int) -> Store:
    """Returns the store for a number of apps: `auto` decides by the number, others are kept."""
    if wanted == "chroma" or (wanted == "auto" and apps > EXACT_UP_TO):
        return "chroma"
    return "exact"


def write_matrix(folder: Path, matrix: Vectors) -> None:
    """Writes the matrix into a folder of the index."""
    import numpy as np

    np.save(folder / MATRIX, np.ascontiguousarray(matrix, dtype=np.float32), allow_pickle=False)


def read_matrix(folder: Path, rows: int, dimensions: int) -> Vectors:
    """Opens the matrix without reading it; raises ValueError or OSError if it has another shape."""
    import numpy as np

    matrix: Vectors = np.load(folder / MATRIX, mmap_mode="r" if rows else None, allow_pickle=False)
    if matrix.shape != (rows, dimensions) or matrix.dtype != np.float32:
        raise ValueError(f"{MATRIX} has shape {matrix.shape} and type {matrix.dtype}")
    return matrix
