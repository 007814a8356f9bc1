"""Lends the router of a library that is open already, or opens it if anything has changed.

The state of a library is the stamps of its apps, the current generation of the index, and the files of this
generation.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final

from mapp.errors import Busy
from mapp.library import read
from mapp.ops.index.refresh import Progress, open_with_stamps
from mapp.ops.workspace import Workspace

if TYPE_CHECKING:
    from mapp.index.search import Index
    from mapp.route.router import Router

_TRIES: Final = 5


def borrow_router(workspace: Workspace, *, progress: Progress | None = None) -> Router:
    """Returns a router for the library as it is now; close it after use.

    Raises:
        MappError: the index cannot be built.
    """
    return workspace.kept_router.borrow(lambda: _state(workspace), lambda: _opened(workspace, progress))


def _state(workspace: Workspace) -> object:
    from mapp.index import generations

    return read.stamps(workspace.home), generations.fingerprint(workspace.home.index)


def _opened(workspace: Workspace, progress: Progress | None) -> tuple[Router, object]:
    from mapp.index import generations

    router, index, stamps = _router_of(workspace, progress)
    files = generations.fingerprint(workspace.home.index)
    # Another process may have switched to a newer generation meanwhile; then the next request opens that.
    is_current = files is not None and files[0] == index.generation
    return router, (stamps, files) if is_current else None


def _router_of(workspace: Workspace, progress: Progress | None) -> tuple[Router, Index, dict[str, str]]:
    """Returns a new router, its index, and the stamps; tries again if its generation is deleted meanwhile."""
    from mapp.index import generations
    from mapp.route.router import FILES, Router

    for _ in range(_TRIES):
        index, stamps = open_with_stamps(workspace, progress=progress, extras=FILES)
        try:
            return Router(index), index, stamps
        except (OSError, ValueError, sqlite3.Error):
            index.close()
            files = generations.fingerprint(workspace.home.index)
            if files is not None and files[0] == index.generation:
                raise
    raise Busy(
        f"other processes keep rebuilding the index {workspace.home.index}",
        hint="Wait until they have finished, then run the command again.",
    )
