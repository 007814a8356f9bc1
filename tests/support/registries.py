"""Entries and registries for the tests of `mapp.share`."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from mapp.git.commit import Signature
from mapp.git.repository import Repository
from mapp.model.version import Version
from mapp.share.entry import Entry, PublishedVersion, entry_path
from mapp.share.registry import Registry

TIME = 1_796_047_200
"""2026-11-30 14:00 UTC."""


def digest(text: str) -> str:
    """Returns 64 hexadecimal digits that depend on a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def published(version: str, *, time: int = TIME, capabilities: tuple[str, ...] = ()) -> PublishedVersion:
    """Returns a version as a registry lists it, with made-up ids."""
    return PublishedVersion(
        version=Version.parse(version),
        description="Doubles a number.",
        tag=f"v{version}",
        commit=digest(f"commit {version}")[:40],
        tree=digest(f"tree {version}")[:40],
        content="sha256:" + digest(f"content {version}"),
        interface="sha256:" + digest("interface"),
        engine="quickjs-ng 0.17.0",
        capabilities=capabilities,
        origin="add",
        signer="",
        time=time,
    )


def entry(name: str, *versions: str, remote: str = "") -> Entry:
    """Returns an entry with these versions, by default 1.0.0."""
    rows = tuple(published(version) for version in versions or ("1.0.0",))
    return Entry(name=name, remote=remote or f"https://git.example.org/{name}.git", versions=rows)


class RegistryBuilder:
    """A bare registry on disk that grows commit by commit."""

    def __init__(self, path: Path) -> None:
        self.who = Signature(name="Ada", email="ada@example.org", time=TIME)
        self.files: dict[str, bytes] = {}
        self.repository, _ = Repository.create(path, {"README.md": b"A registry.\n"}, "begin\n", self.who)

    @property
    def now(self) -> Registry:
        """Returns the registry at the tip of `main`."""
        tip = self.repository.tip()
        assert tip is not None
        return Registry(self.repository, tip)

    def commit(self, *entries: Entry, time: int = TIME) -> RegistryBuilder:
        """Commits entries in one commit, without checks."""
        return self.write({entry_path(row.name): row.to_toml() for row in entries}, time=time)

    def remove(self, name: str) -> RegistryBuilder:
        """Commits the removal of an app, which no check would allow."""
        del self.files[entry_path(name)]
        return self.write({})

    def write(self, files: dict[str, bytes], *, time: int = TIME) -> RegistryBuilder:
        """Commits files, beside those that are there."""
        self.files |= files
        who = replace(self.who, time=time)
        self.repository.commit(self.files, "change\n", who, parents=(self.now.commit,))
        return self
