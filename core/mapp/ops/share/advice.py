"""What advisories say about the installed apps; those that are called malicious are blocked from running."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from mapp.errors import IntegrityError, MappError
from mapp.git.repository import Repository
from mapp.git.tree import read_snapshot
from mapp.library.blocked import Block, ensure_not_blocked, malicious, replace_blocks
from mapp.library.landing import base_release
from mapp.library.lockfile import STARTER, LockEntry, read_lock
from mapp.library.paths import Home
from mapp.library.pins import entry_of
from mapp.library.read import open_repository
from mapp.model.app import App, content_hash, read_app
from mapp.share.advisories import Advisory, read_advisories
from mapp.share.entry import PublishedVersion
from mapp.share.registries import RegistrySource
from mapp.share.registry_copy import RegistryCopy, last_seen

REGISTRY: Final = "registry+"
FORK: Final = "fork+"
"""How the source of a fork begins in the lock file; the source of the original follows."""
FORKED: Final = "fork"
BASE, RELEASE, CONTENT = "Mapp-Base", "Mapp-Release", "Mapp-Release-Content"
"""What a fork's first commit says: what was forked, and the release that it was built on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lineage:
    """What advisories know an installed app by.

    `entry` is its release, which a change of this library does not replace. `commits` and `contents` are
    those of everything that it was made from: a fork has another name and another content than the release.
    """

    entry: LockEntry
    commits: frozenset[str]
    contents: frozenset[str]


def is_listed_in(entry: LockEntry, source: RegistrySource) -> bool:
    """Returns whether a registry is where an installed app came from, or updates a starter app."""
    return entry.source == f"{REGISTRY}{source.url}" or (entry.source == STARTER and source.starter)


def advice(copy: RegistryCopy, lineage: Lineage) -> Iterator[Advisory]:
    """Yields a registry's advisories about an app.

    An app that came straight from the registry is known there by its name and version. Any other one is known
    by what it was made from: a content that the advisory names, or a version that it is about.
    """
    entry = lineage.entry
    here = is_listed_in(entry, copy.source)
    for row in read_advisories(copy.repository, copy.commit)[0]:
        known = row.is_about(entry.name, entry.version) if here else _made_from(copy, row, lineage)
        if known or lineage.contents.intersection(row.contents):
            yield row


def _made_from(copy: RegistryCopy, advisory: Advisory, lineage: Lineage) -> bool:
    """Returns whether an app was made from a listed version that an advisory is about."""
    try:
        listed = copy.entry(advisory.app)
    except MappError:  # one entry that cannot be read does not hide the other advisories
        return False
    return listed is not None and any(
        (row.commit in lineage.commits or row.content in lineage.contents)
        and advisory.is_about(advisory.app, str(row.version))
        for row in listed.versions
    )


def lineage_of(home: Home, entry: LockEntry) -> Lineage:
    """Returns what advisories know an installed app by. One that cannot be read is what the lock says."""
    commits, contents = {entry.commit}, {entry.content}
    try:
        repository = open_repository(home, entry.name)
        for fork in _forks(repository, entry.commit) if entry.source.startswith(FORK) else ():
            commits |= {fork.get(BASE, ""), fork.get(RELEASE, "")}
            contents.add(fork.get(CONTENT, ""))
        base = base_release(repository, entry.commit)
        if base not in (None, entry.commit):
            found = read_snapshot(repository, str(base))
            version = str(read_app(found.files, strict=False).manifest.version)
            content = content_hash(found.files)
            entry = replace(entry, version=version, commit=found.commit, content=content)
            commits.add(entry.commit)
            contents.add(entry.content)
    except MappError:
        pass
    return Lineage(entry=entry, commits=frozenset(commits - {""}), contents=frozenset(contents - {""}))


def _forks(repository: Repository, commit: str) -> Iterator[Mapping[str, str]]:
    """Yields the trailers of the commits by which an app became a fork of another one."""
    for row in repository.history(commit):
        if row.trailers.get("Mapp-Operation") == FORKED:
            yield row.trailers


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
            if entry.is_third_party or is_listed_in(entry, copy.source)
            for row in advice(copy, lineage_of(home, entry))
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
    """Raises IntegrityError if a registry, as it was last seen, calls an installed app malicious.

    What counts is everything that it was made from.
    """
    ensure_not_blocked(home, entry.name, entry.content)
    _ensure_harmless(home, sources, lineage_of(home, entry))


def ensure_arrived_harmless(
    home: Home, sources: Iterable[RegistrySource], app: App, files: Mapping[str, bytes], *, source: str
) -> None:
    """Raises IntegrityError if a registry, as it was last seen, calls a fetched release malicious.

    That also finds one that is fetched from a git address, or that another registry lists.
    """
    entry = entry_of(app, files, commit=app.commit, tree=app.tree, source=source)
    commits, contents = frozenset([entry.commit]), frozenset([entry.content])
    _ensure_harmless(home, sources, Lineage(entry=entry, commits=commits, contents=contents))


def _ensure_harmless(home: Home, sources: Iterable[RegistrySource], lineage: Lineage) -> None:
    for source in sources:
        copy = last_seen(home, source)
        for row in () if copy is None else advice(copy, lineage):
            if row.severity == "malicious":
                raise malicious(f"{lineage.entry.name} {lineage.entry.version}", row.id, row.summary)
