"""Asking the index: the dense and the lexical half, fused into one list of candidates."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mapp.errors import NotFound
from mapp.index import generations
from mapp.index.catalogue import Catalogue, open_catalogue
from mapp.index.dense import DenseStore, ExactStore, exact_cosines, read_matrix
from mapp.index.entry import Head, IndexStatus
from mapp.index.generations import DamagedIndex, Seal
from mapp.model.app import Card
from mapp.model.request import Candidate

if TYPE_CHECKING:
    from mapp.index.embed import Embedder, Vectors

DENSE_SHARE: Final = 0.7
"""The weight of the dense half; chosen on the held-back requests of the starter apps."""


class Index:
    """One generation of the index, opened for reading."""

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
    def apps(self) -> tuple[str, ...]:
        """Returns the names of all apps, sorted."""
        return self._catalogue.names

    def heads(self) -> dict[str, Head]:
        """Returns the commit and tree at which each app is known."""
        return self._catalogue.heads()

    def vector(self, text: str) -> Vectors:
        """Returns the unit vector of a text, float32 (dimensions,)."""
        vector: Vectors = self._embedder.embed([text])[0]
        return vector

    def search(
        self, text: str, k: int = 100, *, vector: Vectors | None = None, share: float = DENSE_SHARE
    ) -> tuple[Candidate, ...]:
        """Returns the `k` best apps for a text, the best first, equal ones by name.

        A score is `share` times the cosine, plus the rest times the lexical score scaled to the best cosine:
        the halves weigh alike in the order, and the size of a score still tells how near the best one is.

        Args:
            text: the request.
            k: how many candidates there may be.
            vector: the text's vector where it is known already.
            share: the weight of the dense half, 0 to 1.
        """
        if not self.apps or k < 1:
            return ()
        vector = self.vector(text) if vector is None else vector
        cosines = dict(self._store.nearest(vector, k))
        words = dict(self._catalogue.find(text, k))
        for row in words.keys() - cosines.keys():
            cosines[row] = float(exact_cosines(self._matrix[row : row + 1], vector)[0])
        best = max(0.0, *cosines.values())
        scored = (
            Candidate(
                app=self.apps[row],
                score=share * max(cosine, 0.0) + (1 - share) * best * words.get(row, 0.0),
            )
            for row, cosine in cosines.items()
        )
        return tuple(sorted(scored, key=lambda candidate: (-candidate.score, candidate.app))[:k])

    def card(self, app: str) -> Card:
        """Returns an app's card; raises NotFound when the index does not know it."""
        card = self._catalogue.card(app)
        if card is None:
            raise NotFound(f"the index knows no app called {app!r}", hint="mapp index rebuild makes it anew.")
        return card

    def extra(self, name: str) -> Path | None:
        """Returns the file that another stage put into this generation, or None when it did not."""
        return self._path / name if name in self._seal.extras else None

    def close(self) -> None:
        """Closes the files."""
        self._catalogue.close()


def open_index(folder: Path, embedder: Embedder) -> Index | None:
    """Opens the generation in use; None when there is none, it is damaged, or another embedder made it."""
    for _ in range(2):
        # A second try: the generation may have been swept between reading CURRENT and opening it.
        with contextlib.suppress(DamagedIndex, sqlite3.DatabaseError, OSError, ValueError):
            path = generations.current(folder)
            return None if path is None else _open(path, embedder)
    return None


def status(folder: Path, heads: Sequence[Head] | None = None, *, thorough: bool = False) -> IndexStatus:
    """Returns how the index in a folder stands, compared with the heads of the library where given.

    Args:
        folder: the index.
        heads: every app of the library.
        thorough: hash every file instead of trusting its size and time of change.
    """
    try:
        path = generations.current(folder)
        if path is None:
            return IndexStatus(state="missing", behind=len(heads or ()), reason="nothing was built yet")
        seal = generations.read_seal(path, thorough=thorough)
        with contextlib.closing(open_catalogue(path)) as catalogue:
            known = catalogue.heads()
        if len(known) != seal.apps:
            raise DamagedIndex(f"it holds {len(known)} apps instead of {seal.apps}")
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
        raise DamagedIndex(f"it holds {len(catalogue.names)} apps instead of {seal.apps}")
    return Index(path, seal, catalogue, matrix, _open_store(path, seal, matrix), embedder)


def _open_store(path: Path, seal: Seal, matrix: Vectors) -> DenseStore:
    """The sealed store; where the graph cannot be used, the exact one answers, only slower."""
    if seal.store == "chroma":
        from mapp.index import graph

        with contextlib.suppress(ValueError):
            if _graph_can_be_opened(path, seal):
                return graph.open_graph(path, seal.apps)
    return ExactStore(matrix)


def _graph_can_be_opened(path: Path, seal: Seal) -> bool:
    """What was touched since it was sealed is opened by a child first, which it may kill."""
    from mapp.index import graph

    return generations.graph_is_untouched(path, seal) or graph.probe(path, seal.apps, seal.dimensions)


def _behind(known: dict[str, Head], heads: Sequence[Head]) -> int:
    wanted = {head.app: head.tree for head in heads}
    changed = sum(1 for app, tree in wanted.items() if app not in known or known[app].tree != tree)
    return changed + len(known.keys() - wanted.keys())
