"""Builds the index: reads and embeds only what changed; an unfinished build stays invisible.

A build makes a new generation next to the current one (see `mapp.index.generations`) and copies from it
whatever has not changed. Without a usable generation it builds everything; vectors that were computed before
still come from the cache.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from mapp.index import generations
from mapp.index.catalogue import Catalogue, copy_catalogue, create_catalogue, open_catalogue
from mapp.index.dense import choose_store, read_matrix, write_matrix
from mapp.index.entry import Head, IndexEntry, IndexStatus, blob_key, positive_requests, texts
from mapp.index.generations import DamagedIndex, Seal
from mapp.index.grid import rounded
from mapp.index.vectors import VectorCache, open_vectors
from mapp.model.app import Card

if TYPE_CHECKING:
    from mapp.index.embed import Embedder, Vectors

_APPS_AT_ONCE: Final = 16

Progress = Callable[[int, int], None]
"""Called with the number of steps done so far, and how many there are: two for each new or changed app, to
read and to embed it, and one for each additional file."""


class Extra(Protocol):
    """Makes an additional file for a new generation, e.g. the trained recogniser."""

    @property
    def name(self) -> str:
        """The name of the file."""
        ...

    def make(self, corpus: Corpus, path: Path, previous: Path | None) -> None:
        """Writes the file to `path`; `previous` is the last generation's file, or None if it is unusable."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Corpus:
    """All apps of a new generation, for the extras that learn from them."""

    embedder: Embedder
    apps: tuple[str, ...]
    changed: tuple[str, ...]
    _catalogue: Catalogue
    _vectors: VectorCache
    _loaded: Mapping[str, Card]

    def card(self, app: str) -> Card:
        """Returns an app's card; that of a new or changed app is in memory already."""
        card = self._loaded.get(app) or self._catalogue.card(app)
        if card is None:
            raise KeyError(app)
        return card

    def trees(self) -> dict[str, str]:
        """Returns the git tree of every app, by name."""
        return {name: head.tree for name, head in self._catalogue.heads().items()}

    def vectors(self, app: str) -> tuple[Card, Vectors]:
        """Returns an app's card and a row for each of `mapp.index.entry.texts(card)`."""
        card = self.card(app)
        return card, _embedded(card, self.embedder, self._vectors)


@dataclass(frozen=True, slots=True)
class Contents:
    """The apps to index.

    `heads` are all apps of the library; the index drops every other one. `load` reads the card of a new or
    changed app, or returns None to skip it. The apps in `again` count as changed, whatever their trees say.
    """

    heads: Sequence[Head]
    load: Callable[[Head], Card | None]
    again: frozenset[str] = frozenset()


def build(
    folder: Path,
    contents: Contents,
    *,
    embedder: Embedder,
    vectors: Path,
    store: str = "auto",
    extras: Sequence[Extra] = (),
    progress: Progress | None = None,
    fresh: bool = False,
) -> IndexStatus:
    """Updates the index in `folder` to its new contents and returns its status.

    Args:
        folder: the index; created if it is missing.
        contents: the apps of the library.
        embedder: computes the vectors.
        vectors: the file of the vector cache.
        store: `exact`, `chroma`, or `auto` to decide by the number of apps.
        extras: additional files of a generation.
        progress: called while apps are embedded.
        fresh: copy nothing from the current generation.

    Raises:
        Busy: another process has been building for two minutes.
        MappError: the embedder cannot be used.
    """
    with generations.building(folder), open_vectors(vectors, embedder) as cache:
        generations.sweep(folder)
        base = None if fresh else _base(folder, embedder)
        job = _Job(embedder, cache, choose_store(store, len(contents.heads)), tuple(extras), progress)
        made = job.run(folder, contents, base)
        if made is not None:
            generations.switch(folder, made)
            generations.sweep(folder)
        seal = generations.read_seal(made or _in_use(folder))
        return _status(made or _in_use(folder), seal)


@dataclass(frozen=True, slots=True)
class _Base:
    """The current generation, to copy from."""

    path: Path
    seal: Seal
    heads: Mapping[str, Head]


@dataclass(slots=True)
class _Steps:
    """Counts the steps of a build."""

    progress: Progress | None
    total: int
    done: int = 0

    def add(self, count: int) -> None:
        self.done += count
        if self.progress and count:
            self.progress(self.done, self.total)


@dataclass(frozen=True, slots=True)
class _Job:
    embedder: Embedder
    cache: VectorCache
    store: str
    extras: tuple[Extra, ...]
    progress: Progress | None

    def run(self, folder: Path, contents: Contents, base: _Base | None) -> Path | None:
        """Makes and seals a generation; returns None if the current one is already up to date."""
        heads = {head.app: head for head in contents.heads}
        known = base.heads if base else {}
        changed = [
            head
            for head in heads.values()
            if head.app in contents.again or not _same_tree(known.get(head.app), head)
        ]
        if base and dict(known) == heads and not changed and self._fits(base.seal):
            return None
        steps = _Steps(self.progress, 2 * len(changed) + len(self.extras))
        loaded = []
        for head in sorted(changed, key=lambda head: head.app):
            loaded.append((head, contents.load(head)))
            steps.add(1)
        entries = [_entry(head, card) for head, card in loaded if card is not None]
        left_out = {head.app for head, card in loaded if card is None}
        heads = {name: head for name, head in heads.items() if name not in left_out}
        made = generations.begin(folder)
        catalogue = copy_catalogue(base.path, made) if base else create_catalogue(made)
        try:
            catalogue.change(entries, sorted(set(known) - set(heads)))
            catalogue.move({name: head for name, head in heads.items() if known.get(name) != head})
        finally:
            catalogue.close()
        steps.add(len(changed) - len(entries))
        fresh_rows = dict(self._rows(entries, steps))
        catalogue = open_catalogue(made)
        try:
            self._write_dense(made, catalogue.names, fresh_rows, base)
            self._make_extras(made, catalogue, entries, base, steps)
        finally:
            catalogue.close()
        self._seal(made, len(heads))
        return made

    def _fits(self, seal: Seal) -> bool:
        return seal.store == self.store and {extra.name for extra in self.extras} <= set(seal.extras)

    def _rows(self, entries: Sequence[IndexEntry], steps: _Steps) -> Iterator[tuple[str, Vectors]]:
        """Embeds and caches a few apps at a time, so that the next build resumes after a killed one."""
        for start in range(0, len(entries), _APPS_AT_ONCE):
            group = entries[start : start + _APPS_AT_ONCE]
            known = {entry.app: self.cache.get(blob_key(entry.card)) for entry in group}
            missing = [entry.card for entry in group if known[entry.app] is None]
            self.cache.put(_embed_together(missing, self.embedder))
            for entry in group:
                vectors = _embedded(entry.card, self.embedder, self.cache, known[entry.app])
                yield entry.app, app_vector(entry.card, vectors)
            steps.add(len(group))

    def _write_dense(
        self, made: Path, names: Sequence[str], fresh: Mapping[str, Vectors], base: _Base | None
    ) -> None:
        import numpy as np

        matrix = np.zeros((len(names), self.embedder.dimensions), dtype=np.float32)
        old = read_matrix(base.path, base.seal.apps, self.embedder.dimensions) if base else None
        places = {name: row for row, name in enumerate(sorted(base.heads))} if base else {}
        for row, name in enumerate(names):
            if name in fresh:
                matrix[row] = fresh[name]
            elif old is not None:
                matrix[row] = old[places[name]]
        write_matrix(made, matrix)
        if self.store == "chroma":
            from mapp.index.graph import write_graph

            write_graph(made, matrix)

    def _make_extras(
        self,
        made: Path,
        catalogue: Catalogue,
        changed: Sequence[IndexEntry],
        base: _Base | None,
        steps: _Steps,
    ) -> None:
        corpus = Corpus(
            embedder=self.embedder,
            apps=catalogue.names,
            changed=tuple(entry.app for entry in changed),
            _catalogue=catalogue,
            _vectors=self.cache,
            _loaded={entry.app: entry.card for entry in changed},
        )
        for extra in self.extras:
            before = base.path / extra.name if base and extra.name in base.seal.extras else None
            extra.make(corpus, made / extra.name, before)
            steps.add(1)

    def _seal(self, made: Path, apps: int) -> None:
        generations.write_seal(
            made,
            embedder=self.embedder.name,
            digest=self.embedder.digest,
            dimensions=self.embedder.dimensions,
            store=self.store,
            apps=apps,
            extras=tuple(extra.name for extra in self.extras),
        )


def app_vector(card: Card, vectors: Vectors) -> Vectors:
    """Returns the unit vector of an app: the mean of its description and its positive requests.

    Args:
        card: the app.
        vectors: a row for each of `mapp.index.entry.texts(card)`, in that order.
    """
    import numpy as np

    # In whole steps of 2**-24 the rows add up to the same bits in any order.
    whole = np.rint(np.multiply(vectors[: 1 + len(positive_requests(card))], 2.0**24, dtype=np.float64))
    vector: Vectors = rounded(whole.sum(axis=0, keepdims=True))[0]
    return vector


def _base(folder: Path, embedder: Embedder) -> _Base | None:
    """Returns the current generation if it is intact and has this embedder's vectors."""
    try:
        path = generations.current(folder)
        if path is None:
            return None
        seal = generations.read_seal(path)
        if seal.digest != embedder.digest:
            return None
        read_matrix(path, seal.apps, seal.dimensions)
        catalogue = open_catalogue(path)
        try:
            heads = catalogue.heads()
        finally:
            catalogue.close()
    except (DamagedIndex, sqlite3.DatabaseError, OSError, ValueError):
        return None
    return _Base(path, seal, heads) if len(heads) == seal.apps else None


def _entry(head: Head, card: Card) -> IndexEntry:
    return IndexEntry(app=head.app, commit=head.commit, tree=head.tree, card=card)


def _same_tree(known: Head | None, head: Head) -> bool:
    return known is not None and known.tree == head.tree


def _embed_together(cards: Sequence[Card], embedder: Embedder) -> list[tuple[str, Vectors]]:
    """Embeds the texts of several apps together: large batches waste less on padding."""
    parts = [texts(card) for card in cards]
    vectors = embedder.embed([text for part in parts for text in part])
    found, start = [], 0
    for card, part in zip(cards, parts, strict=True):
        found.append((blob_key(card), vectors[start : start + len(part)]))
        start += len(part)
    return found


def _embedded(card: Card, embedder: Embedder, cache: VectorCache, known: Vectors | None = None) -> Vectors:
    """Returns the vectors of an app's texts, from the cache if it has them and they are not `known` yet."""
    if known is not None and len(known) == len(texts(card)):
        return known
    key = blob_key(card)
    known = cache.get(key)
    if known is None or len(known) != len(texts(card)):
        cache.put(_embed_together([card], embedder))
        known = cache.get(key)
    if known is None:
        raise OSError("the vector cache loses what is written to it")
    return known


def _in_use(folder: Path) -> Path:
    path = generations.current(folder)
    if path is None:
        raise DamagedIndex("there is no generation")
    return path


def _status(path: Path, seal: Seal) -> IndexStatus:
    return IndexStatus(
        state="ready",
        generation=path.name,
        apps=seal.apps,
        embedder=seal.embedder,
        store=seal.store,
        bytes=generations.size(path),
    )
