"""The time to keep the index up to date: from nothing, with cached vectors, and after one app changed.

Run: python -m benchmarks.rebuild [--large] [APPS]
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable

import pygit2

from benchmarks.measuring import machine, milliseconds, repeated, table, world
from benchmarks.synthetic import FITTING, MISSING, files_of, name_of
from mapp.config import load_config
from mapp.git.commit import Signature
from mapp.git.repository import Repository
from mapp.ops.index.refresh import open_fresh, rebuild
from mapp.ops.workspace import Workspace

SMALL, LARGE = 1_000, 10_000
WHO = Signature(name="Ada", email="ada@example.com", time=1_700_000_000)
CHANGES = 5


def main(apps: int = SMALL) -> None:
    """Prints the table for a number of synthetic apps."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(config=load_config(environment=world(folder)))
        write(workspace, apps)
        rows = [
            ["cold: read, embed, learn, train", timed(lambda: rebuild(workspace)), ""],
            ["again, vectors from the cache", timed(lambda: rebuild(workspace, fresh=True)), ""],
            ["refresh after one app changed", refreshed(workspace), "2 s" if apps == SMALL else ""],
            ["open, nothing changed", unchanged(workspace), ""],
        ]
    title = f"The index of {apps:,} apps, {FITTING + MISSING} requests each ({machine()})"
    table(title, ("what", "median", "limit"), rows)


def write(workspace: Workspace, apps: int) -> None:
    """Commits the apps, each into its own repository, without syncing, which is not measured here."""
    Repository.create(workspace.home.root / "first.git", {}, "first\n", WHO)
    pygit2.settings.enable_fsync_gitdir(False)
    shutil.rmtree(workspace.home.root / "first.git")
    for number in range(apps):
        name = name_of(number)
        Repository.create(workspace.home.repository(name), files_of(number), f"{name}\n", WHO)


def timed(action: Callable[[], object]) -> str:
    """Returns how long something took that is done once."""
    began = time.perf_counter()
    action()
    return f"{time.perf_counter() - began:.1f} s"


def refreshed(workspace: Workspace) -> str:
    """Returns how long the next request waits for the index after one app got another description."""
    times = []
    for change in range(CHANGES):
        name = name_of(change * 7)
        repository = Repository.open(workspace.home.repository(name))
        files = files_of(change * 7)
        files["mapp.toml"] = files["mapp.toml"].replace(b'description = "', b'description = "Once more: ')
        tip = repository.tip()
        assert tip is not None
        repository.commit(files, "again\n", WHO, parents=(tip,))
        times.append(repeated("", lambda: open_fresh(workspace).close(), rounds=1).median)
    return milliseconds(sorted(times)[CHANGES // 2])


def unchanged(workspace: Workspace) -> str:
    """Returns how long it takes to find that nothing has changed."""
    return milliseconds(repeated("", lambda: open_fresh(workspace).close(), rounds=20).median)


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:] if word.isdigit()]
    main(given[0] if given else LARGE if "--large" in sys.argv else SMALL)
