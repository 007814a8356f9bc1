"""Entries and registries for the tests of `mapp.share`."""

from __future__ import annotations

import hashlib

from mapp.model.version import Version
from mapp.share.entry import Entry, PublishedVersion

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
