"""Vectors in a small file, to be shipped: eight bits a number, one scale a row.

The largest number of a row becomes 127; what is lost moves a cosine by less than 0.002.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from mapp.index.entry import LAYOUT

if TYPE_CHECKING:
    from mapp.index.embed import Embedder, Vectors

_LABEL = "label"


def write_packed(path: Path, embedder: Embedder, vectors: Mapping[str, Vectors]) -> None:
    """Writes the vectors of several apps, by the hash of their texts."""
    import io
    import zipfile

    import numpy as np

    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        members = {_LABEL: np.array(_label(embedder))}
        for blob, rows in sorted(vectors.items()):
            scales = np.abs(rows).max(axis=1, keepdims=True) / 127
            members[f"{blob}.rows"] = np.round(rows / scales).astype(np.int8)
            members[f"{blob}.scales"] = scales.astype(np.float32)
        for name, array in members.items():
            data = io.BytesIO()
            np.save(data, array, allow_pickle=False)
            # A fixed date: a zip file otherwise holds the time of its making.
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), data.getvalue())


def read_packed(path: Path, embedder: Embedder) -> Iterator[tuple[str, Vectors]]:
    """Yields hash and float32 (texts, dimensions) of each app; nothing where another embedder made it."""
    import numpy as np

    if not path.is_file():
        return
    with np.load(path, allow_pickle=False) as archive:
        if str(archive[_LABEL]) != _label(embedder):
            return
        for name in archive.files:
            if name.endswith(".rows"):
                blob = name.removesuffix(".rows")
                rows = archive[name].astype(np.float32) * archive[f"{blob}.scales"]
                unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
                yield blob, unit.astype(np.float32)


def _label(embedder: Embedder) -> str:
    return json.dumps({"embedder": embedder.digest, "layout": LAYOUT})
