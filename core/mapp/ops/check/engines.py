"""Compares engines on request: runs an app in every other engine that is here, node included.

Node is no sandbox. Nothing but this asks for it, only after a person did, and for an app that others wrote
only where the settings accept no isolation at all (`isolation_strangers = "none"`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from mapp.errors import SandboxUnavailable
from mapp.model.app import read_app
from mapp.model.values import JSONValue
from mapp.model.verdict import Result
from mapp.ops.check.gate import USUAL, Options
from mapp.ops.run.permissions import is_third_party
from mapp.ops.workspace import Workspace
from mapp.sandbox.engine import installed
from mapp.sandbox.executor import Executor, Isolation, is_enough
from mapp.sandbox.executors.select import open_executor
from mapp.validate.checks.engines import check_engines
from mapp.validate.trial import Trial


@dataclass(frozen=True, kw_only=True, slots=True)
class Engines:
    """The engines to compare with (name and executor), and why others are left out."""

    others: tuple[tuple[str, Executor], ...]
    left_out: tuple[str, ...]


@contextlib.contextmanager
def other_engines(workspace: Workspace) -> Iterator[Engines]:
    """Opens every engine of this machine but the one that the settings name, and closes them again."""
    with contextlib.ExitStack() as stack:
        others: list[tuple[str, Executor]] = []
        left_out: list[str] = []
        for name in installed():
            if name != workspace.config.engine:
                others.append((name, stack.enter_context(_isolated(workspace, name))))
        try:
            from mapp.sandbox.executors.node import NodeExecutor

            others.append(("node", stack.enter_context(NodeExecutor())))
        except SandboxUnavailable as error:
            left_out.append(f"node: {error.message} To have it, {error.hint}.")
        yield Engines(others=tuple(others), left_out=tuple(left_out))


def compared(
    workspace: Workspace, files: Mapping[str, bytes], engines: Engines, *, options: Options = USUAL
) -> Result:
    """Returns what the other engines make of the app that files form (path -> bytes).

    Raises:
        InvalidApp: the files form no app.
    """
    app = read_app(files)
    trial = Trial(app=app, files=files, executor=workspace.executor, inputs=options.inputs, seed=options.seed)
    least = _least(workspace, app.name)
    others = [row for row in engines.others if is_enough(row[1].isolation, least)]
    found = check_engines(trial, others)
    refused: list[JSONValue] = [name for name, _ in engines.others if name not in dict(others)]
    return replace(found, evidence=(*found.evidence, ("too_little_isolation", refused))) if refused else found


def _isolated(workspace: Workspace, name: str) -> Executor:
    return open_executor(least=workspace.config.isolation, engine=name)


def _least(workspace: Workspace, name: str) -> Isolation:
    return workspace.config.isolation_strangers if is_third_party(workspace.home, name) else "none"
