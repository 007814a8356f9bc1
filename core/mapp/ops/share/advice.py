"""What advisories say about the installed apps; those that are called malicious are blocked from running."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mapp.errors import IntegrityError, MappError
from mapp.library.blocked import Block, ensure_not_blocked, malicious, replace_blocks
from mapp.library.lockfile import LockEntry, read_lock
from mapp.library.paths import Home
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


def note_advisories(home: Home, copy: RegistryCopy) -> None:
    """Blocks the installed apps that a registry calls malicious, and unblocks those that it no longer does.

    A lock file or a registry that cannot be read is reported by what needs it; here nothing changes then.
    """
    try:
        blocks = tuple(
            Block(content=entry.content, advisory=row.id, summary=row.summary, registry=copy.source.url)
            for entry in read_lock(home.lock_file).values()
            if entry.is_third_party
            for row in advice(copy, entry)
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
    """Raises IntegrityError if a registry, as it was last seen, calls a block's content malicious."""
    ensure_not_blocked(home, entry.name, entry.content)
    for source in sources:
        copy = last_seen(home, source)
        for row in () if copy is None else advice(copy, entry):
            if row.severity == "malicious":
                raise malicious(f"{entry.name} {entry.version}", row.id, row.summary)
