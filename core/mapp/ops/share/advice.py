"""What advisories say about the installed apps; those that are called malicious are blocked from running."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from mapp.errors import IntegrityError, MappError
from mapp.git.tree import read_snapshot
from mapp.library.blocked import Block, ensure_not_blocked, malicious, replace_blocks
from mapp.library.landing import base_release
from mapp.library.lockfile import LockEntry, read_lock
from mapp.library.paths import Home
from mapp.library.read import open_repository
from mapp.model.app import content_hash, read_app
from mapp.share.advisories import Advisory, read_advisories
from mapp.share.entry import PublishedVersion
from mapp.share.registries import RegistrySource
from mapp.share.registry_copy import RegistryCopy, last_seen

REGISTRY = "registry+"


def advice(copy: RegistryCopy, entry: LockEntry) -> Iterator[Advisory]:
    """Yields a registry's advisories about an app: by name if it came from there, else by content."""
    here = entry.source == f"{REGISTRY}{copy.source.url}"
    for row in read_advisories(copy.repository, copy.commit)[0]:
        if (here and row.is_about(entry.name, entry.version)) or entry.content in row.contents:
            yield row


def as_released(home: Home, entry: LockEntry) -> LockEntry:
    """Returns a lock entry with the release that an app is built on, if this library has changed it.

    A change of this library does not make a malicious release harmless, and has a version of its own. An app
    that cannot be read counts as the lock has it.
    """
    try:
        repository = open_repository(home, entry.name)
        base = base_release(repository, entry.commit)
        if base in (None, entry.commit):
            return entry
        found = read_snapshot(repository, str(base))
        version = str(read_app(found.files, strict=False).manifest.version)
    except MappError:
        return entry
    return replace(entry, version=version, commit=found.commit, content=content_hash(found.files))


def note_advisories(home: Home, copy: RegistryCopy) -> None:
    """Blocks the installed apps that a registry calls malicious, and unblocks those that it no longer does.

    A lock file or a registry that cannot be read is reported by what needs it; here nothing changes then.
    """
    try:
        known = read_advisories(copy.repository, copy.commit)[0]
        severe = any(row.severity == "malicious" for row in known)
        blocks = tuple(
            Block(content=entry.content, advisory=row.id, summary=row.summary, registry=copy.source.url)
            for entry in (read_lock(home.lock_file).values() if severe else ())
            if entry.is_third_party
            for row in advice(copy, as_released(home, entry))
            if row.severity == "malicious"
        )
    except MappError:
        return
    replace_blocks(home, copy.source.url, blocks)


def ensure_not_malicious(copy: RegistryCopy, name: str, published: PublishedVersion) -> None:
    """Raises IntegrityError if a registry calls one of its own versions malicious."""
    for row in read_advisories(copy.repository, copy.commit)[0]:
        about = row.is_about(name, str(published.version), published.content)
        if row.severity == "malicious" and about:
            error: IntegrityError = malicious(f"{name} {published.version}", row.id, row.summary)
            error.hint = "nothing was installed"
            raise error


def ensure_not_known_malicious(home: Home, sources: Iterable[RegistrySource], entry: LockEntry) -> None:
    """Raises IntegrityError if a registry, as it was last seen, calls a block's content malicious.

    What counts is the release that it is built on.
    """
    ensure_not_blocked(home, entry.name, entry.content)
    released = as_released(home, entry)
    for source in sources:
        copy = last_seen(home, source)
        for row in () if copy is None else advice(copy, released):
            if row.severity == "malicious":
                raise malicious(f"{entry.name} {entry.version}", row.id, row.summary)
