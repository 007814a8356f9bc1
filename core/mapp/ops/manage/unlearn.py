"""Shows what a library learned from what people said, and forgets it."""

from __future__ import annotations

from collections.abc import Sequence

from mapp.errors import NotFound
from mapp.library import learned
from mapp.library.learned import Learned
from mapp.ops.index.refresh import Progress, rebuild
from mapp.ops.workspace import Workspace


def lessons(workspace: Workspace) -> tuple[Learned, ...]:
    """Returns what was learned, the newest first; raises IntegrityError if the file is damaged."""
    return learned.read_learned(workspace.home)[::-1]


def unlearn(
    workspace: Workspace, wanted: Sequence[str] | None, *, progress: Progress | None = None
) -> tuple[Learned, ...]:
    """Forgets rows by their ids or by their runs, or all, and returns them.

    The index is rebuilt, so that every decision is what it was without them.

    Raises:
        NotFound: nothing was learned under an id; nothing is forgotten.
        IntegrityError: the file is damaged.
    """
    rows = learned.read_learned(workspace.home)
    chosen = None
    if wanted is not None:
        chosen = {row.id for row in rows if any(_is_named(row, word) for word in wanted)}
        for word in wanted:
            if not any(_is_named(row, word) for row in rows):
                raise NotFound(f"nothing was learned under {word!r}", hint="to list it: mapp unlearn")
    gone = learned.unlearn(workspace.home, chosen, tell=workspace.tell)
    if gone:
        rebuild(workspace, fresh=True, progress=progress)
    return gone


def _is_named(row: Learned, word: str) -> bool:
    return len(word) >= 4 and (row.id.startswith(word) or row.run.startswith(word))
