"""Reads a version of an app from its repository, and says what a registry's entry should say about it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Final

from mapp.errors import MappError
from mapp.git.notes import VERDICTS
from mapp.git.repository import Repository
from mapp.git.tree import read_snapshot
from mapp.library.verdicts import read_verdict
from mapp.model.app import content_hash, read_app
from mapp.model.interface import interface_hash
from mapp.share.app_refs import OWN, TAGS, AppRefs, refs_of
from mapp.share.entry import Entry, PublishedVersion
from mapp.share.errors import RemoteRefused
from mapp.share.remote import STRICT, Access, fetch, ls_remote
from mapp.share.signing import signer_of
from mapp.share.submission import Release

OPERATION: Final = "Mapp-Operation"
UNKNOWN: Final = "unknown"
_WORD: Final = re.compile(r"[a-z][a-z-]{0,29}")


def read_release(
    repository: Repository, commit: str, *, now: int, tag: str = "", refs: AppRefs = OWN
) -> Release:
    """Returns the app at a commit, as it would be published now (seconds since 1970-01-01 UTC).

    `tag` is the id of the tag object, if there is one; its signature says who the signer is. `refs` are the
    names of the app's refs in its remote.

    Raises:
        InvalidApp: it is not a valid app.
        IntegrityError: an object is missing or damaged, or the tree holds what mapp does not read.
    """
    found = read_snapshot(repository, commit)
    app = read_app(found.files, commit=commit, tree=found.tree)
    operation = repository.info(commit).trailers.get(OPERATION, UNKNOWN)
    published = PublishedVersion(
        version=app.manifest.version,
        description=app.manifest.description,
        tag=refs.tag(app.manifest.version),
        commit=commit,
        tree=found.tree,
        content=content_hash(found.files),
        interface=interface_hash(app.manifest),
        engine=_engine(repository, found.tree),
        capabilities=tuple(sorted(app.manifest.capabilities.names)),
        origin=operation if _WORD.fullmatch(operation) else UNKNOWN,
        signer=signer_of(repository, tag, commit) if tag not in ("", commit) else "",
        time=now,
    )
    return Release(app=app, files=found.files, published=published)


def fetch_release(url: str, name: str, *, folder: Path, now: int, access: Access = STRICT) -> Release:
    """Returns the release that a tag of the app's remote names, wholly in memory.

    `folder` is where it is fetched into.

    Raises:
        RemoteFailed: the remote cannot be reached, or does not have the tag.
        RemoteRefused, IntegrityError: it sends damaged objects, or what mapp does not read.
        InvalidApp: it is not a valid app.
    """
    ref = f"{TAGS}{name}"
    with fetch(url, [ref], folder=folder, access=access) as fetched:
        repository = Repository.open(fetched.path)
        tag = fetched.refs[ref]
        return read_release(repository, repository.resolve(tag), now=now, tag=tag, refs=refs_of(name))


def ensure_all_released(entry: Entry, access: Access = STRICT) -> None:
    """Checks that an app's remote has the tag of every listed version at its commit.

    Raises:
        RemoteFailed: the remote cannot be reached.
        RemoteRefused: a tag is missing there, or leads to another commit.
    """
    found = ls_remote(entry.remote, entry.refs.tags, access=access)
    for row in entry.versions:
        ref = f"{TAGS}{row.tag}"
        commit = found.get(f"{ref}^{{}}", found.get(ref))
        if commit != row.commit:
            has = "does not have it" if commit is None else f"has {commit[:10]}"
            raise RemoteRefused(
                f"{row.tag} of {entry.name} is {row.commit[:10]}, and {entry.remote} {has}",
                hint=f"push every release there first: git push {shlex.quote(entry.remote)} --tags",
                code="MAPP-0612",
            )


def _engine(repository: Repository, tree: str) -> str:
    """Returns the engine of the recorded verdict; empty if there is none, or none that can be read."""
    if repository.tip(VERDICTS) is None:
        return ""
    try:
        verdict = read_verdict(repository, tree)
    except MappError:
        return ""
    engine = "" if verdict is None else verdict.engine
    return engine if engine.isprintable() and len(engine) <= 100 else ""
