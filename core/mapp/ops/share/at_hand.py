"""Releases that this library has already, for commands that must not use a network.

Each repository of an app names the releases that came from elsewhere in `refs/mapp/releases/`: those that
were installed, and those that were stored and not agreed to. Removed apps keep theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from mapp.git.repository import Repository
from mapp.library.landing import RELEASES
from mapp.library.lockfile import LockEntry, read_lock
from mapp.library.paths import Home
from mapp.library.removed import removed_apps
from mapp.model.version import Version
from mapp.ops.share.sources import Release
from mapp.share.errors import RemoteFailed
from mapp.share.remote import Access

OFFLINE: Final = "MAPP-0576"


def at_hand(home: Home, release: Release) -> Release:
    """Returns a release with the place in this library that it can be read from without a network.

    Raises:
        RemoteFailed: the library does not have it (MAPP-0576).
    """
    version = release.tag.removeprefix("v")
    wanted = release.published.commit if release.published is not None else None
    if release.pinned is not None:
        wanted = release.pinned[0]
    for _, repository in _stores(home, release.source, release.name):
        commit = repository.tip(f"{RELEASES}{release.tag}")
        if commit is not None and wanted in (None, commit):
            return replace(
                release,
                url=str(repository.path),
                ref=f"{RELEASES}{release.tag}",
                access=Access(allow_plain=True),
            )
    raise RemoteFailed(
        f"{release.name or release.source} {version} is not in this library, and may not be fetched",
        hint="run the command without --offline",
        code=OFFLINE,
    )


def stored_versions(home: Home, source: str) -> dict[Version, str]:
    """Returns the versions from a source that the library has, each with its commit."""
    found: dict[Version, str] = {}
    for _, repository in _stores(home, source, ""):
        for name, commit in repository.refs(RELEASES).items():
            found.setdefault(Version.parse(name.removeprefix("v")), commit)
    return found


def _stores(home: Home, source: str, name: str) -> Iterator[tuple[LockEntry, Repository]]:
    """Yields the repositories of apps from a source: installed ones, then removed ones, newest first."""
    for entry in read_lock(home.lock_file).values():
        path = home.repository(entry.name)
        if entry.source == source and name in ("", entry.name) and path.is_dir():
            yield entry, Repository.open(path)
    for row in removed_apps(home):
        if row.entry is not None and row.entry.source == source and name in ("", row.name):
            yield row.entry, Repository.open(row.repository)
