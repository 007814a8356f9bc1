"""Walks a history: the commits that one revision has and others do not."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable

from mapp.git.commit import Commit


def commits_between(read: Callable[[str], Commit], bases: Iterable[str], head: str) -> tuple[Commit, ...]:
    """Returns the commits of `head` that none of the bases has, parents before children.

    Everything that the bases have is collected first, so wrong clocks do not matter.
    """
    had: set[str] = set()
    pending = list(bases)
    while pending:
        if (identity := pending.pop()) not in had:
            had.add(identity)
            pending.extend(read(identity).parents)
    return _in_order(read, had, head)


def _in_order(read: Callable[[str], Commit], had: Container[str], head: str) -> tuple[Commit, ...]:
    """Returns the commits reachable from `head` except those in `had`, parents before children."""
    found: dict[str, Commit] = {}
    pending = [(head, False)]
    while pending:
        identity, finished = pending.pop()
        if identity in had or identity in found:
            continue
        commit = read(identity)
        if finished:
            found[identity] = commit
            continue
        pending.append((identity, True))
        pending.extend((parent, False) for parent in reversed(commit.parents))
    return tuple(found.values())
