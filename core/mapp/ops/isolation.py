"""How well scripts have to be locked in: one level for one's own apps, one for those that others wrote."""

from __future__ import annotations

from typing import Final

from mapp.library.home import Home
from mapp.library.lockfile import read_lock
from mapp.ops.workspace import Workspace
from mapp.sandbox.choice import is_enough, too_little

OWN: Final = frozenset(["local", "starter"])
"""Sources in the lock of apps that are trusted as mapp itself is: one's own, and those that ship with it."""


def is_strange(home: Home, name: str) -> bool:
    """Returns whether others wrote an app, or nobody knows who did; raises IntegrityError for a bad lock."""
    entry = read_lock(home.lock_file).get(name)
    return entry is None or entry.source not in OWN


def ensure_isolated(workspace: Workspace, name: str) -> None:
    """Refuses to run an app where it could reach more than the settings accept.

    Raises:
        SandboxUnavailable: naming the setting that would accept it; nothing was started.
    """
    config, isolation = workspace.config, workspace.executor.isolation
    if not is_enough(isolation, config.isolation):
        raise too_little(isolation, config.isolation, "isolation")
    if not is_enough(isolation, config.isolation_strangers) and is_strange(workspace.home, name):
        raise too_little(isolation, config.isolation_strangers, "isolation_strangers")


def strangers_run(workspace: Workspace) -> bool:
    """Returns whether this machine isolates well enough for apps that others wrote."""
    return is_enough(workspace.executor.isolation, workspace.config.isolation_strangers)
