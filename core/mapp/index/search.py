"""Searches the index: dense and lexical results, fused into one list of candidates."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from mapp.errors import NotFound
from mapp.index import generations
from mapp.index.catalogue import Catalogue, open_catalogue
from mapp.index.dense import DenseStore, ExactStore, exact_cosines, read_matrix
from mapp.index.entry import Head, IndexStatus
from mapp.index.generations import DamagedIndex, Seal
from mapp.model.app import Card
from mapp.model.manifest import Manifest
from mapp.model.request import Candidate

if TYPE_CHECKING:
    from mapp.index.embed import Embedder, Vectors

Part = TypeVar("Part")
DENSE_SHARE: Final = 0.7
"""The weight of the dense score; chosen on the held-back requests of the starter apps."""
_DIGITS: Final = 9
"""Scores are rounded to this many decimals: the last bits of BM25 differ between mathematical libraries."""


class Index:
    """One generation of the index, open for reading."""

    def __init__(
        self,
        path: Path,
        seal: Seal,
        catalogue: Catalogue,
        matrix: Vectors,
        store: DenseStore,
        embedder: Embedder,
    ) -> None:
        """Takes the opened parts; `open_index` opens them."""
        self._path = path
        self._seal = seal
        self._catalogue = catalogue
        self._matrix = matrix
        self._store = store
        self._embedder = embedder

    @property
    def generation(self) -> str:
        """Returns the name of this generation."""
        return self._path.name

    @property
    def apps(self) -> tuple[str, ...]:
        """Returns the names of all apps, sorted."""
        return self._catalogue.names

    def heads(self) -> dict[str, Head]:
        """Returns each app's commit and tree in this generation."""
        return self._catalogue.heads()

    def vector(self, text: str) -> Vectors:
        """Returns the unit vector of a text, float32 (dimensions,)."""
        vector: Vectors = self._embedder.embed([text])[0]
        return vector

    def search(
        self, text: str, k: int = 100, *, vector: Vectors | None = None, share: float = DENSE_SHARE
    ) -> tuple[Candidate, ...]:
        """Returns the `k` best apps for a text, the best first, equal ones by name.

        A score is `share` times the cosine plus the rest times the lexical score, scaled to the best cosine.
        So both halves have the same range, and a score still says how near the best app is. Every machine
        keeps the same apps in the same order.

        Args:
            text: the request.
            k: the largest number of candidates.
            vector: the text's vector, if it is already known.
            share: the weight of the dense score, 0 to 1.
        """
        if not self.apps or k < 1:
            return ()
        vector = self.vector(text) if vector is None else vector
        words = dict(self._catalogue.find(text, k))
        rows = sorted({row for row, _ in self._store.nearest(vector, k)} | words.keys())
        # The store only chooses rows: a graph's cosines are float32 sums that depend on the processor.
        cosines = dict(zip(rows, exact_cosines(self._matrix[rows], vector).tolist(), strict=True))
        best = max(0.0, *cosines.values())
        scored = (
            Candidate(
                app=self.apps[row],
                score=round(share * max(cosine, 0.0) + (1 - share) * best * words.get(row, 0.0), _DIGITS),
            )
            for row, cosine in cosines.items()
        )
        return tuple(sorted(scored, key=lambda candidate: (-candidate.score, candidate.app))[:k])

    def card(self, app: str) -> Card:
        """Returns an app's card; raises NotFound if the app is not in the index."""
        return _found(app, self._catalogue.card(app))

    def manifest(self, app: str) -> Manifest:
        """Returns an app's manifest; raises NotFound if the app is not in the index."""
        return _found(app, self._catalogue.manifest(app))

    def extra(self, name: str) -> Path | None:
        """Returns a file that routing added to this generation, or None if there is none of this name."""
        return self._path / name if name in self._seal.extras else None

    def close(self) -> None:
        """Closes the files, even if something still refers to this index."""
        self._catalogue.close()
        for mapped in ("_matrix", "_store"):
            self.__dict__.pop(mapped, None)


def _found(app: str, part: Part | None) -> Part:
    if part is None:
        raise NotFound(f"the index has no app named {app!r}", hint="to rebuild the index: mapp index rebuild")
    return part


def open_index(folder: Path, embedder: Embedder) -> Index | None:
    """Opens the current generation; returns None if it is missing, damaged or from another embedder."""
    for _ in range(2):
        # Try twice: the generation may have been deleted between reading CURRENT and opening it.
        with contextlib.suppress(DamagedIndex, sqlite3.DatabaseError, OSError, ValueError):
            path = generations.current(folder)
            return None if path is None else _open(path, embedder)
    return None


def status(folder: Path, heads: Sequence[Head] | None = None, *, thorough: bool = False) -> IndexStatus:
    """Returns the state of an index, compared with the heads of the library if they are given.

    Args:
        folder: the index.
        heads: every app in the library.
        thorough: hash every file instead of trusting its size and modification time.
    """
    try:
        path = generations.current(folder)
        if path is None:
            return IndexStatus(state="missing", behind=len(heads or ()), reason="not built yet")
        seal = generations.read_seal(path, thorough=thorough)
        with contextlib.closing(open_catalogue(path)) as catalogue:
            known = catalogue.heads()
        if len(known) != seal.apps:
            raise DamagedIndex(f"it has {len(known)} apps instead of {seal.apps}")
        if seal.store == "chroma" and not _graph_can_be_opened(path, seal):
            raise DamagedIndex("its graph cannot be opened; requests are compared with every app instead")
    except (DamagedIndex, sqlite3.DatabaseError, OSError, ValueError) as error:
        return IndexStatus(state="damaged", behind=len(heads or ()), reason=str(error))
    behind = 0 if heads is None else _behind(known, heads)
    return IndexStatus(
        state="behind" if behind else "ready",
        generation=path.name,
        apps=seal.apps,
        behind=behind,
        embedder=seal.embedder,
        store=seal.store,
        bytes=generations.size(path),
        reason=f"changed apps: {behind}" if behind else "",
    )


def _open(path: Path, embedder: Embedder) -> Index:
    seal = generations.read_seal(path)
    if seal.digest != embedder.digest:
        raise DamagedIndex(f"its vectors are those of {seal.embedder}")
    matrix = read_matrix(path, seal.apps, seal.dimensions)
    catalogue = open_catalogue(path)
    if len(catalogue.names) != seal.apps:
        catalogue.close()
        raise DamagedIndex(f"it has {len(catalogue.names)} apps instead of {seal.apps}")
    return Index(path, seal, catalogue, matrix, _open_store(path, seal, matrix), embedder)


def _open_store(path: Path, seal: Seal, matrix: Vectors) -> DenseStore:
    """Returns the sealed store, or the exact one, which is slower, if the graph cannot be used."""
    if seal.store == "chroma":
        from mapp.index import graph

        with contextlib.suppress(ValueError):
            if _graph_can_be_opened(path, seal):
                return graph.open_graph(path, seal.apps)
    return ExactStore(matrix)


def _graph_can_be_opened(path: Path, seal: Seal) -> bool:
    """Returns whether the graph opens; a child tries it if its files changed, because it may crash."""
    from mapp.index import graph

    return generations.graph_is_untouched(path, seal) or graph.probe(path, seal.apps, seal.dimensions)


def _behind(known: dict[str, Head], heads: Sequence[Head]) -> int:
    wanted = {head.app: head.tree for head in heads}
    changed = sum(1 for app, tree in wanted.items() if app not in known or known[app].tree != tree)
    return changed + len(known.keys() - wanted.keys())
