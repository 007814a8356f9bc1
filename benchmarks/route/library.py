"""The starter library that several parts ask, set up once in a temporary folder."""

from __future__ import annotations

import atexit
import tempfile
from functools import cache
from pathlib import Path

from benchmarks.route.data import embedder
from mapp.index.search import open_index
from mapp.ops.api import Library, open_library
from mapp.ops.index.refresh import open_fresh
from mapp.route.router import Router


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
