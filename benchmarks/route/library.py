"""Libraries to ask: the starter library, set up once in a temporary folder, and indexes of invented apps."""

from __future__ import annotations

import atexit
import hashlib
import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TypeAlias

from benchmarks.route.data import embedder, vectors_file
from mapp.index.build import Contents, build
from mapp.index.entry import Head
from mapp.index.packed_vectors import read_packed
from mapp.index.search import open_index
from mapp.index.vectors import open_vectors
from mapp.model.app import Card
from mapp.ops.api import Library, open_library
from mapp.ops.index.refresh import open_fresh
from mapp.ops.index.training_data import extras
from mapp.route.router import Router
from mapp.starter import bundle

Load: TypeAlias = Callable[[str], Card]
"""Returns the card of an app."""


@cache
def starter_library() -> Library:
    """Returns a fresh library of the starter apps, which is deleted when the process ends."""
    folder = tempfile.TemporaryDirectory(prefix="mapp-benchmark-")
    atexit.register(folder.cleanup)
    library = open_library(Path(folder.name) / "library")
    atexit.register(library.close)
    return library


@cache
def starter_router() -> Router:
    """Returns the router of the starter library; it judges what apps' tests state like any other request."""
    home = starter_library().workspace.home
    open_fresh(starter_library().workspace).close()
    index = open_index(home.index, embedder())
    assert index is not None
    router = Router(index, by_heart=False)
    atexit.register(router.close)
    return router


def opened(folder: Path, names: Sequence[str], load: Load) -> Router:
    """Builds the index of some apps, without any repository, and opens it."""
    folder.mkdir(parents=True)
    return grown(folder, names, load)


def grown(folder: Path, names: Sequence[str], load: Load, *, fresh: bool = False) -> Router:
    """Updates the index in a folder to more apps, and opens it; `fresh` trains all apps together."""
    index = open_index(folder / "index", embedder())
    known = {} if index is None else index.heads()
    if index is not None:
        index.close()
    if set(names) != set(known):
        heads = [known.get(name) or head_of(name) for name in names]
        contents = Contents(heads, lambda head: load(head.app))
        vectors = vectors_file()
        with open_vectors(vectors, embedder()) as cache:
            cache.put(read_packed(bundle.VECTORS, embedder()))
        made = extras(vectors)
        build(folder / "index", contents, embedder=embedder(), vectors=vectors, extras=made, fresh=fresh)
    index = open_index(folder / "index", embedder())
    assert index is not None
    return Router(index, by_heart=False)


def head_of(name: str) -> Head:
    """Returns a commit and a tree for an app that has no repository."""
    stamp = hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()
    return Head(app=name, commit=stamp, tree=stamp)
