"""How well scripts have to be locked in: one level for one's own apps, one for those that others wrote."""

from __future__ import annotations

from typing import Final

from mapp.errors import PermissionNeeded
from mapp.library.home import Home
from mapp.library.lockfile import read_lock
from mapp.ops.workspace import Workspace
from mapp.sandbox.choice import is_enough, too_little

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
    if not is_enough(isolation, config.isolation_strangers) and is_strange(
        workspace.home, name, unpinned=unpinned
    ):
        raise too_little(isolation, config.isolation_strangers, "isolation_strangers")


def strangers_run(workspace: Workspace) -> bool:
    """Returns whether this machine isolates well enough for apps that others wrote."""
    return is_enough(workspace.executor.isolation, workspace.config.isolation_strangers)
