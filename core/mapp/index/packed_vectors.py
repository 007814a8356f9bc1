"""Vectors in a small file that ships with mapp: one byte a number, packed by `mapp.index.grid`.

What is read back is what the embedder returned, byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mapp.index.entry import LAYOUT
from mapp.index.grid import pack, unpack

if TYPE_CHECKING:
    from mapp.index.embed import Embedder, Vectors
    from mapp.index.grid import Codes

_LABEL: Final = "label"
_FORM: Final = 2
"""The file format; increased with every change."""


def write_packed(path: Path, embedder: Embedder, vectors: Mapping[str, Vectors]) -> None:
    """Writes the vectors of several apps under the hashes of their texts."""
    import io
    import zipfile

    import numpy as np

    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        members = {_LABEL: np.array(_label(embedder))}
        members |= {f"{blob}.rows": pack(rows) for blob, rows in sorted(vectors.items())}
        for name, array in members.items():
            data = io.BytesIO()
            np.save(data, array, allow_pickle=False)
            # A fixed date: zip files otherwise contain the time of writing.
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), data.getvalue())


def read_packed(path: Path, embedder: Embedder) -> Iterator[tuple[str, Vectors]]:
    """Yields hash and float32 (texts, dimensions) of each app; nothing if another embedder made the file."""
    for blob, codes in read_codes(path, embedder):
        yield blob, unpack(codes)


def read_codes(path: Path, embedder: Embedder) -> Iterator[tuple[str, Codes]]:
    """Yields the same as `read_packed`, but packed: int8 (texts, dimensions)."""
    import numpy as np

    if not path.is_file():
        return
    with np.load(path, allow_pickle=False) as archive:
        if str(archive[_LABEL]) != _label(embedder):
            return
        for name in archive.files:
            if name.endswith(".rows"):
                yield name.removesuffix(".rows"), archive[name]


def read_one(path: Path, embedder: Embedder, blob: str) -> Vectors | None:
    """Returns float32 (texts, dimensions) of one hash without reading the others; None if it is not there."""
    import numpy as np

    if not path.is_file():
        return None
    with np.load(path, allow_pickle=False) as archive:
        if str(archive[_LABEL]) != _label(embedder) or f"{blob}.rows" not in archive.files:
            return None
        return unpack(archive[f"{blob}.rows"])


def _label(embedder: Embedder) -> str:
    return json.dumps({"embedder": embedder.digest, "form": _FORM, "layout": LAYOUT})
