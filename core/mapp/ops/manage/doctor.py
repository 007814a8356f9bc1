"""Diagnoses the installation and the library by trying each part."""

from __future__ import annotations

import contextlib
import platform
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final, Literal

from mapp import distribution
from mapp.errors import MappError
from mapp.git import layout
from mapp.library import read
from mapp.library.landing import is_explained
from mapp.library.lockfile import read_lock
from mapp.library.privacy import tighten
from mapp.library.repair import repair
from mapp.ops.run.permissions import strangers_run
from mapp.ops.workspace import Workspace
from mapp.sandbox.executor import Job, Program, Returned

Health = Literal["ok", "warning", "failed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnosis:
    """The result of one check."""

    what: str
    state: Health
    detail: str

    def to_dict(self) -> dict[str, Any]:
        """Returns the finding as a JSON object."""
        return {"what": self.what, "state": self.state, "detail": self.detail}


def examine(workspace: Workspace) -> Iterator[Diagnosis]:
    """Yields the result of every check; a check that raises counts as failed."""
    for what, check in _CHECKS.items():
        try:
            state, detail = check(workspace)
        except (MappError, OSError, ImportError, sqlite3.Error, RuntimeError) as error:
            state, detail = "failed", str(error)
        yield Diagnosis(what=what, state=state, detail=detail)


def repair_library(workspace: Workspace) -> tuple[str, ...]:
    """Repairs the lock file from git, removes leftovers, and returns the apps whose pins changed."""
    tighten(workspace.home.root)
    lock = workspace.home.lock_file
    try:
        read_lock(lock)
    except MappError:
        lock.rename(lock.with_name("mapp.lock.damaged"))
    return repair(workspace.home, tell=workspace.tell)


Found = tuple[Health, str]


def _python(_: Workspace) -> Found:
    return "ok", f"{platform.python_version()} on {platform.platform()}"


def _program(_: Workspace) -> Found:
    names = (distribution.NAME, "pygit2", "numpy", "chromadb")
    return "ok", ", ".join(f"{name} {version(name)}" for name in names)


def _sandbox(workspace: Workspace) -> Found:
    executor = workspace.executor
    result = executor.run(
        Job(program=Program(source="function main(input) { return input + 1; }"), arguments=("1",))
    )
    if not isinstance(result, Returned) or result.json != "2":
        return "failed", f"1 + 1 gave {result}"
    said = f"{executor.engine}; isolation: {executor.isolation}; {result.wall_ms:.1f} ms a run"
    config = workspace.config
    required = f"at least {config.isolation}, for third-party apps {config.isolation_strangers}"
    if not strangers_run(workspace):
        fix = f"those cannot run; to accept less: mapp config isolation_strangers {executor.isolation}"
        return "warning", f"{said}; required: {required}: {fix}"
    return ("ok" if executor.isolation != "none" else "warning"), f"{said}; required: {required}"


def _engines(workspace: Workspace) -> Found:
    """Lists each engine with its version and public faults; only the chosen one sets the state."""
    from mapp.sandbox.engine import installed, own_version, version
    from mapp.sandbox.engine_faults import listed, public_faults
    from mapp.sandbox.executors.select import open_executor

    config = workspace.config
    state: Health = "ok"
    rows = []
    for name in sorted(installed(), key=lambda name: name != config.engine):
        chosen = name == config.engine
        with contextlib.ExitStack() as stack:
            executor = workspace.executor if chosen else stack.enter_context(open_executor(engine=name))
            found = public_faults(executor, name, config.cache)
            contained = executor.isolation == "full"
        own = own_version(name) or "of unknown version"
        said = f"{version(name)}{', in use' if chosen else ''}, QuickJS-ng {own}"
        fate = "contained" if contained else "not contained: it runs no third-party apps"
        rows.append(f"{said}, public faults: {f'{listed(found)} ({fate})' if found else 'none known'}")
        state = "warning" if chosen and found else state
    return state, "; ".join(rows)


def _apps(workspace: Workspace) -> Found:
    rows = list(read.listing(workspace.home))
    damaged = [row for row in rows if isinstance(row, read.DamagedApp)]
    if damaged:
        return "failed", "; ".join(f"{row.name}: {row.error}" for row in damaged)
    return "ok", f"{len(rows)} apps in {workspace.home.apps}"


def _repositories(workspace: Workspace) -> Found:
    home = workspace.home
    names = read.names(home)
    refused, ignored = [], []
    for name in names:
        try:
            layout.ensure_safe(home.repository(name))
            ignored += [f"{name}: {row}" for row in layout.oddities(home.repository(name))]
        except (MappError, OSError) as error:
            refused.append(f"{name}: {error}")
    if refused:
        return "failed", "; ".join(refused)
    if ignored:
        return "warning", f"ignored: {'; '.join(ignored)}"
    return "ok", f"{len(names)} repositories are self-contained"


def _lock(workspace: Workspace) -> Found:
    pinned = read_lock(workspace.home.lock_file)
    names = set(read.names(workspace.home))
    tips = {name: read.open_repository(workspace.home, name).tip() for name in names}
    differ = [name for name in sorted(names) if name not in pinned or pinned[name].commit != tips[name]]
    moved = [name for name in differ if not _has_landed(workspace, name, tips[name])]
    if moved:
        return "failed", f"something other than mapp moved main of {', '.join(moved)}: mapp relock {moved[0]}"
    if differ or (gone := sorted(set(pinned) - names)):
        stale = ", ".join(differ or gone)
        return "warning", f"differs for {stale}: mapp doctor --repair"
    return "ok", f"{len(pinned)} apps pinned"


def _has_landed(workspace: Workspace, name: str, tip: str | None) -> bool:
    try:
        return tip is not None and is_explained(workspace.home, name, tip)
    except MappError:
        return False


def _journal(workspace: Workspace) -> Found:
    count = sum(1 for _ in workspace.journal.runs(most=1_000_000))
    return "ok", f"{count} runs in {workspace.journal.path}"


def _index(workspace: Workspace) -> Found:
    from mapp.ops.index.refresh import describe_index

    return describe_index(workspace)


_CHECKS: Final[dict[str, Callable[[Workspace], Found]]] = {
    "python": _python,
    "packages": _program,
    "sandbox": _sandbox,
    "engines": _engines,
    "apps": _apps,
    "repositories": _repositories,
    "lock": _lock,
    "journal": _journal,
    "index": _index,
}
