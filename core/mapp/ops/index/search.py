"""Searches for apps by what they do."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from mapp.ops.index.refresh import Progress, open_fresh
from mapp.ops.workspace import Workspace


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """One search result; the best possible score is 1."""

    app: str
    score: float
    version: str
    description: str


def search(
    workspace: Workspace, text: str, *, most: int = 10, progress: Progress | None = None
) -> tuple[Found, ...]:
    """Returns the apps nearest to a text, the nearest first."""
    with contextlib.closing(open_fresh(workspace, progress=progress)) as index:
        found = []
        for candidate in index.search(text, most):
            manifest = index.manifest(candidate.app)
            found.append(
                Found(
                    app=candidate.app,
                    score=candidate.score,
                    version=str(manifest.version),
                    description=manifest.description,
                )
            )
    return tuple(found)
