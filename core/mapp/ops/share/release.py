"""Fetches one release into a quarantine and checks it against everything that is known about it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mapp.errors import IntegrityError, MappError
from mapp.git.notes import VERDICTS
from mapp.git.repository import Repository
from mapp.git.tree import Snapshot, read_snapshot
from mapp.library.landing import release_of
from mapp.library.verdicts import read_verdict
from mapp.model.app import App, content_hash, read_app
from mapp.model.interface import interface_hash
from mapp.model.verdict import Verdict
from mapp.ops.share.advice import ensure_arrived_harmless
from mapp.ops.share.cooldown import held_back, waiting
from mapp.ops.share.sources import Release
from mapp.ops.workspace import Workspace
from mapp.share.app_refs import TAGS, refs_of
from mapp.share.entry import PublishedVersion
from mapp.share.errors import RemoteRefused
from mapp.share.registries import known_registries
from mapp.share.remote import Fetched, fetch

MOVED_TAG = "MAPP-0612"
DISAGREES = "MAPP-0654"


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrived:
    """A fetched and checked release: still in quarantine. `verdict` is the author's, if it came along."""

    release: Release
    app: App
    snapshot: Snapshot
    fetched: Fetched
    verdict: Verdict | None = None

    @property
    def version(self) -> str:
        """Returns the app's version."""
        return str(self.app.manifest.version)


@contextlib.contextmanager
def arriving(workspace: Workspace, release: Release) -> Iterator[Arrived]:
    """Fetches a release and checks it; at the end, what was not taken out of the quarantine is deleted.

    Raises:
        RemoteFailed: the remote cannot be reached, denies access, or does not have the tag.
        RemoteRefused: the tag was moved (MAPP-0612), the app is not what the registry says (MAPP-0654), or
            the remote sends damaged objects or too many.
        MappError: a release from a git address is held back by the cooldown (MAPP-0206).
        IntegrityError: its tree contains something that mapp refuses to read, or an advisory calls it
            malicious (MAPP-0657).
        InvalidApp: it is not a valid app.
    """
    ref, verdicts = release.ref or f"{TAGS}{release.tag}", refs_of(release.tag).verdicts
    if release.ref:  # in a library or a mirror
        verdicts = VERDICTS
    with fetch(
        release.url,
        [ref],
        optional=[verdicts],
        folder=workspace.home.quarantine,
        access=release.access,
    ) as fetched:
        repository = Repository.open(fetched.path)
        commit = repository.commit_of(fetched.refs[ref])
        if commit is None:
            raise RemoteRefused(f"{ref} of {release.url} does not lead to a commit")
        published = release.published
        if published is not None and commit != published.commit:
            raise RemoteRefused(
                f"{release.place} was moved: the registry says {published.commit[:10]}, "
                f"{release.url} has {commit[:10]}",
                hint="nothing was changed; tell the registry's maintainers and the author",
                code=MOVED_TAG,
            )
        if release.pinned is not None and commit != release.pinned[0]:
            raise RemoteRefused(
                f"{release.place} was moved: the project's lock says {release.pinned[0][:10]}, "
                f"{release.url} has {commit[:10]}",
                hint="nothing was changed; ask the author",
                code=MOVED_TAG,
            )
        found = read_snapshot(repository, commit)
        app = read_app(found.files, commit=commit, tree=found.tree)
        _ensure_as_announced(release, app, found)
        sources = known_registries(workspace.config).values()
        ensure_arrived_harmless(workspace.home, sources, app, found.files, source=release.source)
        if published is None and release.pinned is None and not release.ref:
            time, now = repository.info(commit).time, workspace.clock()
            if (fresh := waiting(workspace.config, app.name, release.version, time, now)) is not None:
                raise held_back(workspace.config, fresh)
        verdict = _verdict(fetched.path, repository, fetched.refs.get(verdicts), found.tree)
        yield Arrived(release=release, app=app, snapshot=found, fetched=fetched, verdict=verdict)


def _ensure_as_announced(release: Release, app: App, found: Snapshot) -> None:
    """Checks what was fetched against the tag's name and what the registry published."""
    expected = {"version": release.version}
    if release.name:
        expected["name"] = release.name
    if release.published is not None:
        expected |= _published_facts(release.published)
    if release.pinned is not None:
        expected["content"] = release.pinned[1]
    actual = {
        "name": app.name,
        "version": str(app.manifest.version),
        "tree": found.tree,
        "content": content_hash(found.files),
        "interface": interface_hash(app.manifest),
        "capabilities": " ".join(sorted(app.manifest.capabilities.names)),
    }
    for key, value in expected.items():
        if actual[key] != value:
            who = "the tag" if release.published is None else "the registry"
            raise RemoteRefused(
                f"{release.place} is not what {who} says: its {key} is {actual[key] or 'none'}, "
                f"announced was {value or 'none'}",
                hint="nothing was changed; tell the author"
                + (" and the registry's maintainers" * (who != "the tag")),
                code=DISAGREES,
            )


def _published_facts(published: PublishedVersion) -> dict[str, str]:
    return {
        "tree": published.tree,
        "content": published.content,
        "interface": published.interface,
        "capabilities": " ".join(sorted(published.capabilities)),
    }


def _verdict(path: Path, repository: Repository, notes: str | None, tree: str) -> Verdict | None:
    """Returns the author's passing verdict on a tree, or None; notes that cannot be read count as none."""
    if notes is None:
        return None
    ref = path / VERDICTS  # in the quarantine and only for this look, so nothing has to be durable
    with contextlib.suppress(MappError):
        ref.parent.mkdir(parents=True, exist_ok=True)
        ref.write_text(f"{notes}\n")
        try:
            found = read_verdict(Repository.open(path), tree)
        finally:
            ref.unlink()
        return found if found is not None and found.passed and not found.forced else None
    return None


def ensure_unmoved(repository: Repository, arrived: Arrived) -> None:
    """Raises IntegrityError if this library has the same version with another commit."""
    known = release_of(repository, arrived.version)
    if known is not None and known != arrived.app.commit:
        raise IntegrityError(
            f"{arrived.app.name} {arrived.version} was {known[:10]} when it was installed, and is "
            f"{arrived.app.commit[:10]} now",
            hint="nothing was changed; a release never changes: ask the author",
            code=MOVED_TAG,
        )
