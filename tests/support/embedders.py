"""An embedder without weights, which hashes words. It passes the conformance suite."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mapp.index.grid import rounded


class HashedWords:
    """Adds a random direction for each word, so texts with the same words have the same vector."""

    name = "hashed-words"
    dimensions = 64

    def __init__(self, *, digest: str = "hashed-words-1") -> None:
        self.digest = digest
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()) or ["nothing"]:
                rows[row] += _direction(word, self.dimensions)
        return rounded(rows)


def _direction(word: str, dimensions: int) -> NDArray[np.float32]:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "little")
    found: NDArray[np.float32] = np.random.default_rng(seed).normal(size=dimensions).astype(np.float32)
    return found
