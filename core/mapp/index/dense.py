"""The dense half behind one Protocol: the nearest vectors to a vector.

The exact store multiplies with the whole matrix, which is memory-mapped. It is the oracle of the tests,
and the choice up to `EXACT_UP_TO` apps: there it answers as fast as a graph search and spares the
0.6 seconds that importing Chroma takes (docs/design/index.md has the figures).

The last digits of a product of matrices depend on the processor. So that product only chooses which rows
can be among the nearest; their cosines are then computed exactly.
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
"""More than twice what a cosine in float32 can be off: 384 times 2**-24."""

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
        """Returns how many rows there are."""
        return len(self._matrix)


def exact_cosines(rows: Vectors, vector: Vectors) -> NDArray[np.float64]:
    """Returns the cosines of unit rows and a unit vector, the same bits on every machine.

    Both are rounded to whole steps of 2**-24. As they have length one, no partial sum of their products
    needs more than 49 bits: float64 adds them exactly, in whatever order.
    """
    import numpy as np

    whole_rows, whole = (np.rint(np.multiply(each, 2.0**24, dtype=np.float64)) for each in (rows, vector))
    cosines: NDArray[np.float64] = (whole_rows @ whole) / 2.0**48
    return cosines


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
