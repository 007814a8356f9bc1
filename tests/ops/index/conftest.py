"""An index that is built in this process by an embedder without weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mapp.index import embedders
from mapp.index.build import Contents, build
from mapp.library import read
from mapp.ops.index import refresh
from mapp.ops.workspace import Workspace
from support.embedders import HashedWords


@pytest.fixture
def builds(world: Path, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Replaces the child process; returns a list that gets `fresh` of every build."""
    found: list[bool] = []

    def in_this_process(
        workspace: Workspace, *, fresh: bool, advance: Callable[[int, int], None]
    ) -> tuple[dict[str, Any], str]:
        found.append(fresh)
        made = build(
            workspace.home.index,
            Contents(
                refresh.heads(workspace),
                lambda head: read.load(workspace.home, head.app, head.commit).card,
            ),
            embedder=HashedWords(),
            vectors=world / "cache" / "vectors.sqlite",
            store="exact",
            progress=advance,
            fresh=fresh,
        )
        return made.to_dict(), ""

    monkeypatch.setattr(refresh, "_run_child", in_this_process)
    monkeypatch.setattr(embedders, "choose_embedder", lambda _: HashedWords())
    return found
