"""Unit vectors on a grid: a vector has the same bytes whether it is computed, shipped or cached.

A row is stored as integers from -127 to 127, the largest of which has size 127, and used as these integers
divided by their length. So a number takes one byte, and packing an unpacked vector returns the same integers.
Compared with an unrounded vector, a cosine changes by less than 0.004, and by 0.0004 on average
(docs/design/index.md).

Every step gives the same bits on every machine: the squares of a row are added as integers; IEEE 754 defines
division, square root and rounding exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mapp.index.embed import Vectors

    Codes: TypeAlias = NDArray[np.int8]

LARGEST: Final = 127


def pack(vectors: NDArray[Any]) -> Codes:
    """Returns int8 of the same shape: each row in steps of its largest number / 127.

    A row of zeros has no direction; it becomes the first axis.
    """
    import numpy as np

    rows = np.asarray(vectors, dtype=np.float64)
    largest = np.abs(rows).max(axis=1, keepdims=True, initial=0.0)
    codes: Codes = np.rint(rows * LARGEST / np.where(largest > 0, largest, 1.0)).astype(np.int8)
    codes[~(largest[:, 0] > 0), :1] = LARGEST
    return codes


def unpack(codes: Codes) -> Vectors:
    """Returns float32 of the same shape with rows of length one."""
    import numpy as np

    squares = np.square(codes, dtype=np.int32).sum(axis=1, keepdims=True, dtype=np.int64)
    unit: Vectors = (codes / np.sqrt(np.maximum(squares, 1).astype(np.float64))).astype(np.float32)
    return unit


def rounded(vectors: NDArray[Any]) -> Vectors:
    """Returns the unit vectors on the grid that are nearest in direction, float32."""
    return unpack(pack(vectors))


def are_codes(codes: Codes) -> bool:
    """Returns whether `pack` can have made these numbers: the largest of each row has size 127."""
    import numpy as np

    return bool((np.abs(codes.astype(np.int16)).max(axis=1, initial=0) == LARGEST).all())
