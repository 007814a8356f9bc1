"""Compares engines on request: runs an app in every other engine on this machine, including node.

Node is not a sandbox. It is used only here, only when a person asks for it, and for third-party apps only if
the settings require no isolation (`isolation_strangers = "none"`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import replace

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
from mapp.validate.trial import OtherEngines, Trial


@contextlib.contextmanager
def other_engines(workspace: Workspace) -> Iterator[OtherEngines]:
    """Opens every engine on this machine except the configured one, and closes them afterwards."""
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
        yield OtherEngines(executors=tuple(others), left_out=tuple(left_out))


def compared(
    workspace: Workspace, files: Mapping[str, bytes], engines: OtherEngines, *, options: Options = USUAL
) -> Result:
    """Compares the results of the other engines for the app in `files` (path -> bytes) with ours.

    Raises:
        InvalidApp: the files are not a valid app.
    """
    app = read_app(files)
    trial = Trial(app=app, files=files, executor=workspace.executor, inputs=options.inputs, seed=options.seed)
    least = _least(workspace, app.name)
    others = [row for row in engines.executors if is_enough(row[1].isolation, least)]
    found = check_engines(trial, others)
    refused: list[JSONValue] = [name for name, _ in engines.executors if name not in dict(others)]
    return replace(found, evidence=(*found.evidence, ("too_little_isolation", refused))) if refused else found


def _isolated(workspace: Workspace, name: str) -> Executor:
    return open_executor(least=workspace.config.isolation, engine=name)


def _least(workspace: Workspace, name: str) -> Isolation:
    return workspace.config.isolation_strangers if is_third_party(workspace.home, name) else "none"
