"""The Protocol of embedders, which turn texts into vectors.

Vectors have length one, so that the product of two is the cosine of their angle, and are rounded to the grid
of `mapp.index.grid`. A text's vector has the same bytes on every machine, with any number of threads, alone
or together with other texts. The `digest` covers everything that the numbers depend on (weights, vocabulary,
pooling): only vectors with the same digest can be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into unit vectors; files are read at the first use, not by the constructor."""

    @property
    def name(self) -> str:
        """The name in the configuration and in reports."""
        ...

    @property
    def digest(self) -> str:
        """Hash of weights, vocabulary and method, in hexadecimal."""
        ...

    @property
    def dimensions(self) -> int:
        """The length of one vector."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Returns float32 of shape (texts, dimensions), each row of length one and on the grid."""
        ...
