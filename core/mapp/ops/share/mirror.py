"""Mirrors: writes the releases of a library into one file, and installs from such a file."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mapp.errors import NotFound
from mapp.git.repository import Repository
from mapp.library.landing import release_of
from mapp.library.lockfile import LockEntry, read_lock
from mapp.model.version import Version
from mapp.ops.share.advice import ensure_not_known_malicious
from mapp.ops.share.sources import GIT, REGISTRY, Release, Wanted, fits
from mapp.ops.workspace import Workspace
from mapp.share.app_refs import OWN
from mapp.share.mirror_file import ACCESS, open_mirror, release_ref, write_mirror
from mapp.share.registries import known_registries, registry_named


@dataclass(frozen=True, kw_only=True, slots=True)
class Mirrored:
    """What was written: the releases, and the apps that a mirror cannot have, each with the reason."""

    path: Path
    entries: tuple[LockEntry, ...]
    left_out: tuple[tuple[str, str], ...]

    def to_dict(self) -> dict[str, Any]:
        """Returns the report that `mirror --json` prints."""
        return {
            "file": str(self.path),
            "apps": [
                {"app": row.name, "version": row.version, "commit": row.commit, "content": row.content}
                for row in self.entries
            ],
            "left_out": [{"app": name, "reason": reason} for name, reason in self.left_out],
        }


def mirror(workspace: Workspace, path: Path) -> Mirrored:
    """Writes every release in the lock file that came from elsewhere into a mirror.

    Raises:
        IntegrityError: the lock file or a repository is damaged.
        RemoteFailed, RemoteRefused: see `write_mirror`.
    """
    home = workspace.home
    found, left_out = {}, []
    for name, entry in sorted(read_lock(home.lock_file).items()):
        if entry.source.startswith((GIT, REGISTRY)) and home.repository(name).is_dir():
            if release_of(Repository.open(home.repository(name)), entry.version) == entry.commit:
                found[name] = entry
            else:
                left_out.append((name, "it was changed in this library"))
        elif entry.source == "local":
            left_out.append((name, "it is your own: publish it, or use mapp library export"))
    write_mirror(path, found, {name: home.repository(name) for name in found}, workspace.signature())
    return Mirrored(path=path, entries=tuple(found.values()), left_out=tuple(left_out))


@contextlib.contextmanager
def opened_mirror(workspace: Workspace, path: Path) -> Iterator[Mirror]:
    """Opens a mirror during a `with` block; raises as `open_mirror` does."""
    with open_mirror(path, workspace.home.quarantine) as (repository, entries):
        yield Mirror(workspace=workspace, path=path, repository=repository, entries=entries)


@dataclass(frozen=True, kw_only=True, slots=True)
class Mirror:
    """A mirror that apps are installed from: its file, its repository, and the blocks of its lock by name."""

    workspace: Workspace
    path: Path
    repository: Path
    entries: Mapping[str, LockEntry]

    def find(self, wanted: Wanted) -> Release:
        """Returns the release that a person asked for.

        Raises:
            NotFound: the mirror does not have it.
            IntegrityError: an advisory, as it was last seen, calls it malicious.
        """
        source = f"{GIT}{wanted.url}" if wanted.url else ""
        if wanted.registry:
            known = known_registries(self.workspace.config)
            source = f"{REGISTRY}{registry_named(known, wanted.registry).url}"
        for entry in self.entries.values():
            named = entry.name == wanted.name or (wanted.url and not wanted.name)
            if named and source in ("", entry.source) and fits(Version.parse(entry.version), wanted.version):
                return self.release(entry)
        raise NotFound(f"the mirror {self.path} does not have {wanted.text}", hint="mapp mirror writes one")

    def pinned(self, name: str, source: str, version: tuple[int, ...], pin: LockEntry | None) -> Release:
        """Returns the release that a project asks for: what its lock names, or else a version that fits.

        Raises as `find` does.
        """
        entry = self.entries.get(name)
        fitting = entry is not None and entry.source == source
        if fitting and entry is not None:
            if pin is not None:
                fitting = (entry.commit, entry.content) == (pin.commit, pin.content)
            else:
                fitting = fits(Version.parse(entry.version), version)
        if entry is None or not fitting:
            what = f"{name} {pin.version}" if pin is not None else name
            raise NotFound(
                f"the mirror {self.path} does not have {what}", hint="write it again: mapp mirror FILE"
            )
        return self.release(entry)

    def release(self, entry: LockEntry) -> Release:
        """Returns an entry as a release in the mirror, with the commit and content that it must have."""
        sources = known_registries(self.workspace.config).values()
        ensure_not_known_malicious(self.workspace.home, sources, entry)
        return Release(
            name=entry.name,
            source=entry.source,
            url=str(self.repository),
            tag=OWN.tag(entry.version),
            access=ACCESS,
            pinned=(entry.commit, entry.content),
            ref=release_ref(entry),
        )
