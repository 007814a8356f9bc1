"""A maintainer's or author's working copy of a registry: its branches, fetched into a bare repository.

Clients never need it; they read the index. It is a cache: you can delete it at any time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mapp.errors import InvalidInput
from mapp.git.durable_files import sync_folder
from mapp.git.repository import MAIN, Repository
from mapp.library.locks import Tell, holding
from mapp.share.entry import INVALID
from mapp.share.git_process import MIB, Limits
from mapp.share.index_branch import INDEX
from mapp.share.registry import Registry
from mapp.share.remote import Access, admit, fetch, ls_remote

LIMITS: Final = Limits(
    seconds=600, file_size=1024 * MIB, memory=4096 * MIB, objects=2_000_000, content=4096 * MIB
)
SUBMISSIONS: Final = "refs/heads/submit/"
WAITING: Final = "refs/mapp/waiting/"
"""When the merge first saw a submission: a commit on top of it, made then."""
_FETCHED: Final = "refs/mirror/"
_AT_ONCE: Final = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Mirror:
    """A registry as its remote has it now: a repository with all objects, and the refs there."""

    url: str
    access: Access
    repository: Repository
    refs: Mapping[str, str]

    @property
    def main(self) -> str:
        """Returns the commit of `main`."""
        return self.refs[MAIN]

    @property
    def index(self) -> str | None:
        """Returns the commit of the index, or None if there is none yet."""
        return self.refs.get(INDEX)

    @property
    def registry(self) -> Registry:
        """Returns the registry at `main`."""
        return Registry(self.repository, self.main)

    @property
    def submissions(self) -> dict[str, str]:
        """Returns the submitted branches (full name of the ref -> commit), sorted."""
        return {ref: tip for ref, tip in sorted(self.refs.items()) if ref.startswith(SUBMISSIONS)}


def refreshed(
    folder: Path, url: str, *, access: Access, submissions: bool = False, tell: Tell | None = None
) -> Mirror:
    """Fetches what a registry's remote has and the mirror lacks.

    Args:
        folder: where mirrors are kept.
        url: the registry's address.
        access: what the person allows; the limits are the registry's own.
        submissions: fetch the submitted branches too.
        tell: receives a message if another process holds the mirror.

    Raises:
        RemoteFailed: the remote cannot be reached, or denies access.
        RemoteRefused: it sends damaged objects, or too many.
        InvalidInput: it has no branch `main`.
    """
    access = Access(allow_plain=access.allow_plain, limits=LIMITS)
    patterns = [MAIN, INDEX, *([f"{SUBMISSIONS}*", f"{WAITING}*"] if submissions else [])]
    path = folder / f"{hashlib.sha256(url.encode()).hexdigest()[:16]}.git"
    with holding(folder / "locks", path.stem, tell=tell) as abandoned:
        refs = ls_remote(url, *patterns, access=access)
        if MAIN not in refs:
            raise InvalidInput(
                f"{url} has no branch main: it is not a registry",
                hint="to make one: mapp registry init FOLDER",
                code=INVALID,
            )
        if path.exists():
            Repository.open(path).sweep(abandoned=abandoned)
        missing = [ref for ref, tip in sorted(refs.items()) if _known(path, ref) != tip]
        for start in range(0, len(missing), _AT_ONCE):
            _fetch(path, url, missing[start : start + _AT_ONCE], access)
        return Mirror(url=url, access=access, repository=Repository.open(path), refs=refs)


def _known(path: Path, ref: str) -> str | None:
    return Repository.open(path).tip(_FETCHED + ref) if path.exists() else None


def _fetch(path: Path, url: str, refs: list[str], access: Access) -> None:
    with fetch(url, refs, folder=path.parent, access=access) as fetched:
        if path.exists():
            admit(fetched, path)
        else:
            fetched.path.rename(path)
            sync_folder(path.parent)
    repository = Repository.open(path)
    for ref, tip in fetched.refs.items():
        repository.set_ref(_FETCHED + ref, tip)  # last: it says that all its objects are there
