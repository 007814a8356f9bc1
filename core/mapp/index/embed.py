"""Text to vectors: the Protocol, and the choice between its implementations.

An embedder turns texts into vectors of unit length, so that the product of two is the cosine of their
angle, and rounds them to the grid of `mapp.index.grid`. A text's vector has the same bytes on every
machine, with one thread or many, alone or among other texts. The `digest` covers everything the numbers
depend on (weights, vocabulary, the way of pooling): vectors of one digest may be compared and kept,
vectors of two may not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into unit vectors; making one reads no file, the first use does."""

    @property
    def name(self) -> str:
        """The name by which configuration and reports speak of it."""
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
