"""Releases from elsewhere that the library has, by their source.

Each repository of an app names them in `refs/mapp/releases/`: those that were installed, and those that were
stored and not agreed to. Removed apps keep theirs.
"""

from __future__ import annotations

from collections.abc import Iterator

from mapp.git.repository import Repository
from mapp.library.landing import RELEASES
from mapp.library.lockfile import read_lock
from mapp.library.paths import Home
from mapp.library.removed import removed_apps
from mapp.model.version import Version


def stored_versions(home: Home, source: str) -> dict[Version, str]:
    """Returns the versions from a source that the library has, each with its commit."""
    found: dict[Version, str] = {}
    for repository in repositories_from(home, source):
        for name, commit in repository.refs(RELEASES).items():
            found.setdefault(Version.parse(name.removeprefix("v")), commit)
    return found


def repositories_from(home: Home, source: str, name: str = "") -> Iterator[Repository]:
    """Yields the repositories of apps from a source, all or of one name: installed ones come first."""
    for entry in read_lock(home.lock_file).values():
        path = home.repository(entry.name)
        if entry.source == source and name in ("", entry.name) and path.is_dir():
            yield Repository.open(path)
    for row in removed_apps(home):
        if row.entry is not None and row.entry.source == source and name in ("", row.name):
            yield Repository.open(row.repository)
