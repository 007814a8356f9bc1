"""Previews a compile or expand: the brief and the estimated cost, before anything is spent."""

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
"""A rough figure for English and code, for estimates only; the ledger has the real count."""


def planned(
    workspace: Workspace,
    request: str,
    *,
    name: str | None = None,
    near: Sequence[Near] = (),
    contract: Files | None = None,
) -> str:
    """Returns the first prompt that the coder would get, with its size and budget. Spends nothing."""
    app = name or name_for(request, read.names(workspace.home))
    phase: Phase = "contract" if contract is None else "code"
    brief = Brief(app=app, phase=phase, goal=request, near=tuple(near))
    return _shown(workspace, brief, {} if contract is None else visible(contract))


def planned_expansion(workspace: Workspace, app: str, request: str) -> str:
    """Returns the first prompt for extending an app; raises NotFound when there is no such app."""
    files = read.snapshot(workspace.home, app, only=None).files
    return _shown(workspace, Brief(app=app, phase="contract", goal=request, expanding=True), files)


def _shown(workspace: Workspace, brief: Brief, files: Mapping[str, bytes]) -> str:
    prompt = render(brief, files)
    budget = workspace.config.budget_change or "no limit"
    size = f"{prompt.size:,} bytes, about {prompt.size // BYTES_A_TOKEN:,} tokens,"
    head = f"# {size} for {workspace.config.coder or 'no coder yet'}; at most {budget}"
    return f"{head}\n{prompt.text}"
