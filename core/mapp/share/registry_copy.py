"""The library's own copies of registries: the branch `index` of each, as it was at the last refresh.

A copy is a bare repository, `registries/NAME-HASH.git`, whose only ref says which commit of the index was
seen last. It can be deleted; then the next refresh fetches it again, and a registry that was rewritten in the
meantime goes unnoticed. Only the newest commit of the index is fetched, later only what is new since.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mapp.errors import IntegrityError
from mapp.git.durable_files import sync_all, sync_folder
from mapp.git.repository import MAIN, Repository
from mapp.library.locks import Tell, holding
from mapp.library.paths import Home
from mapp.share.entry import Entry
from mapp.share.errors import RemoteFailed, RemoteRefused
from mapp.share.git_process import MIB, Limits
from mapp.share.index_branch import INDEX, entry_in, read_shard
from mapp.share.registries import RegistrySource
from mapp.share.registry import Registry
from mapp.share.remote import Access, Fetched, Known, admit, fetch

SEEN: Final = "refs/mapp/seen"
WORDS: Final = ".words.sqlite"
"""How the name of a copy's word index ends, see `mapp.share.word_index`."""
LIMITS: Final = Limits(
    seconds=300, file_size=256 * MIB, memory=2048 * MIB, objects=200_000, content=1024 * MIB
)
_MAX_NEW_COMMITS: Final = 100_000


@dataclass(frozen=True, kw_only=True, slots=True)
class RegistryCopy:
    """A registry as it was last seen: a commit of its index, or of `main` if it has no index."""

    source: RegistrySource
    repository: Repository
    commit: str

    def ensure_registry(self) -> None:
        """Raises InvalidInput if the repository does not say that it is a registry."""
        Registry(self.repository, self.commit).description()

    def entry(self, name: str) -> Entry | None:
        """Returns the entry of an app, or None if the registry does not list it.

        Raises:
            InvalidInput: the entry is not valid.
            IntegrityError: the copy is damaged.
        """
        if shard := read_shard(self.repository, self.commit, name):
            return entry_in(shard, name)
        return Registry(self.repository, self.commit).entry(name)


def copy_path(home: Home, source: RegistrySource) -> Path:
    """Returns where the copy of a registry is; another address under the same name has another copy."""
    digest = hashlib.sha256(source.url.encode()).hexdigest()[:12]
    return home.registries / f"{source.name}-{digest}.git"


def last_seen(home: Home, source: RegistrySource) -> RegistryCopy | None:
    """Returns a registry as it was last seen, without a network; None if it never was.

    Raises:
        IntegrityError: the copy is damaged.
    """
    path = copy_path(home, source)
    if not path.is_dir():
        return None
    repository = Repository.open(path)
    commit = repository.tip(SEEN)
    return None if commit is None else RegistryCopy(source=source, repository=repository, commit=commit)


def refresh(home: Home, source: RegistrySource, *, tell: Tell | None = None) -> RegistryCopy:
    """Brings the copy of a registry up to date and returns it.

    Raises:
        RemoteFailed: the registry cannot be reached, or has neither an index nor a branch main.
        RemoteRefused: its history does not continue what was seen before (MAPP-0653), or it sends too much.
    """
    with holding(home.holds, f"registry-{source.name}", tell=tell) as abandoned:
        before = last_seen(home, source)
        if before is not None:
            before.repository.sweep(abandoned=abandoned)
        known = None
        if before is not None:
            known = Known(path=before.repository.path, commits=(before.commit,))
        access = Access(allow_plain=source.allow_plain, limits=LIMITS)
        try:
            return _refreshed(home, source, before, known, INDEX, access)
        except RemoteFailed as error:
            if error.code != "MAPP-0574":
                raise
        return _refreshed(home, source, before, known, MAIN, access)


def _refreshed(
    home: Home,
    source: RegistrySource,
    before: RegistryCopy | None,
    known: Known | None,
    ref: str,
    access: Access,
) -> RegistryCopy:
    newest = before is None
    with fetch(
        source.url, [ref], folder=home.registries, known=known, newest=newest, access=access
    ) as fetched:
        commit = fetched.refs[ref]
        if before is None:
            return _first(home, source, fetched, commit)
        if commit != before.commit:
            admit(fetched, before.repository.path)
            repository = Repository.open(before.repository.path)
            _ensure_continued(repository, source, before.commit, commit)
            repository.tree_of(commit)
            repository.move_ref(SEEN, before.commit, commit)
            return RegistryCopy(source=source, repository=repository, commit=commit)
        return before


def _first(home: Home, source: RegistrySource, fetched: Fetched, commit: str) -> RegistryCopy:
    building = Repository.open(fetched.path)
    building.tree_of(commit)
    building.create_ref(SEEN, commit)
    path = copy_path(home, source)
    sync_all(fetched.path)
    fetched.path.rename(path)
    sync_folder(path.parent)
    return RegistryCopy(source=source, repository=Repository.open(path), commit=commit)


def _ensure_continued(repository: Repository, source: RegistrySource, old: str, new: str) -> None:
    """Raises RemoteRefused unless the old commit is an ancestor of the new one, along first parents."""
    for commit in _ancestors(repository, new):
        if commit == old:
            return
    raise RemoteRefused(
        f"the registry {source.name} ({source.url}) was rewritten: {new[:10]} does not continue {old[:10]}, "
        "which this library has seen",
        hint=f"ask its maintainers; if it is right: mapp registry remove {source.name}, then add it again",
        code="MAPP-0653",
    )


def _ancestors(repository: Repository, new: str) -> Iterator[str]:
    try:
        for number, commit in enumerate(repository.history(new)):
            if number > _MAX_NEW_COMMITS:
                return
            yield commit.id
    except IntegrityError:  # where the fetched part of the history ends
        return


def forget_copies(home: Home, source: RegistrySource) -> None:
    """Deletes the copy of a registry that was removed from the settings."""
    path = copy_path(home, source)
    aside = path.with_name(f".deleted-{path.name}")
    path.with_name(f"{path.stem}{WORDS}").unlink(missing_ok=True)
    if path.is_dir():
        shutil.rmtree(aside, ignore_errors=True)
        path.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)
