"""What a compile or an expand would do, before anything is spent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from mapp.author.coder import Brief, Files, Near, Phase
from mapp.author.prompt import render
from mapp.library import read
from mapp.ops.compile.naming import name_for
from mapp.ops.compile.rounds import visible
from mapp.ops.workspace import Workspace

BYTES_A_TOKEN: Final = 4
"""Of English and code, for an estimate; what was read, the ledger tells."""


def planned(
    workspace: Workspace,
    request: str,
    *,
    name: str | None = None,
    near: Sequence[Near] = (),
    contract: Files | None = None,
) -> str:
    """Returns all that the coder would be told first, and what it may cost: nothing is spent for it."""
    app = name or name_for(request, read.names(workspace.home))
    phase: Phase = "contract" if contract is None else "code"
    brief = Brief(app=app, phase=phase, goal=request, near=tuple(near))
    return _shown(workspace, brief, {} if contract is None else visible(contract))


def planned_expansion(workspace: Workspace, app: str, request: str) -> str:
    """Returns all that the coder would be told first to widen an app; raises NotFound without one."""
    files = read.snapshot(workspace.home, app, only=None).files
    return _shown(workspace, Brief(app=app, phase="contract", goal=request, widening=True), files)


def _shown(workspace: Workspace, brief: Brief, files: Mapping[str, bytes]) -> str:
    prompt = render(brief, files)
    budget = workspace.config.budget_change or "no limit"
    size = f"{prompt.size:,} bytes, about {prompt.size // BYTES_A_TOKEN:,} tokens,"
    head = f"# {size} for {workspace.config.coder or 'no coder yet'}; at most {budget}"
    return f"{head}\n{prompt.text}"
