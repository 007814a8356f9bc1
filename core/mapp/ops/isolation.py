"""How well scripts have to be locked in: one level for one's own apps, one for those that others wrote."""

from __future__ import annotations

from typing import Final

from mapp.errors import PermissionNeeded
from mapp.library.lockfile import read_lock
from mapp.library.paths import Home
from mapp.ops.workspace import Workspace
from mapp.sandbox.engine import ENGINES, installed
from mapp.sandbox.executors.select import is_enough, too_little

OWN: Final = frozenset(["local", "starter"])
"""Sources in the lock of apps that are trusted as mapp itself is: one's own, and those that ship with it."""


def is_strange(home: Home, name: str, *, unpinned: bool = True) -> bool:
    """Returns whether others wrote an app; `unpinned` is the answer for one that the lock does not name.

    Raises:
        IntegrityError: the lock is damaged.
    """
    entry = read_lock(home.lock_file).get(name)
    return unpinned if entry is None else entry.source not in OWN


def ensure_isolated(workspace: Workspace, name: str, *, unpinned: bool = True) -> None:
    """Refuses to run an app where it could reach more than the settings accept.

    An app that the lock does not name counts as one that others wrote, unless `unpinned` is False: a folder
    that a person adds is the person's own.

    Raises:
        SandboxUnavailable: naming the setting that would accept it; nothing was started.
        PermissionNeeded: others wrote it, and it would reach services on this machine.
        PermissionNeeded: others wrote it, the engine has public faults, and no kernel wall contains them.
    """
    if workspace.allow_loopback and is_strange(workspace.home, name, unpinned=unpinned):
        raise PermissionNeeded(
            f"{name} is a third-party app: it is never allowed to reach this machine",
            hint="run it without --allow-loopback",
            code="MAPP-0710",
        )
    config, isolation = workspace.config, workspace.executor.isolation
    if not is_enough(isolation, config.isolation):
        raise too_little(isolation, config.isolation, "isolation")
    if is_enough(isolation, "full") or not is_strange(workspace.home, name, unpinned=unpinned):
        return
    if not is_enough(isolation, config.isolation_strangers):
        raise too_little(isolation, config.isolation_strangers, "isolation_strangers")
    _ensure_sound(workspace, name)


def _ensure_sound(workspace: Workspace, name: str) -> None:
    from mapp.sandbox.engine_faults import listed, public_faults

    chosen, executor = workspace.config.engine, workspace.executor
    found = public_faults(executor, chosen, workspace.config.cache)
    if found:
        other = next((row for row in installed() if row != chosen), None)
        hint = (
            f"run it on the other engine: mapp config engine {other}" if other else ENGINES["quickjs-ng"].hint
        )
        raise PermissionNeeded(
            f"{name} is an app that others wrote. The engine {executor.engine} has public faults"
            f" ({listed(found)}), and this machine has the isolation {executor.isolation!r},"
            " which does not contain them.",
            hint=hint,
            code="MAPP-0411",
        )


def strangers_run(workspace: Workspace) -> bool:
    """Returns whether this machine isolates well enough for apps that others wrote."""
    return is_enough(workspace.executor.isolation, workspace.config.isolation_strangers)
