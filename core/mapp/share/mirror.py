"""A maintainer's or author's working copy of a registry: its branches, fetched into a bare repository.

Clients never need it; they read the index. It is a cache: you can delete it at any time.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mapp.errors import IntegrityError, InvalidInput
from mapp.git.repository import MAIN, Repository
from mapp.library.locks import Tell, holding
from mapp.share.entry import INVALID
from mapp.share.git_process import MIB, Limits
from mapp.share.index_branch import INDEX
from mapp.share.registry import Registry
from mapp.share.remote import Access, Known, admit, fetch, ls_remote, write_empty_repository

LIMITS: Final = Limits(
    seconds=600, file_size=1024 * MIB, memory=4096 * MIB, objects=2_000_000, content=4096 * MIB
)
SUBMISSIONS: Final = "refs/heads/submit/"
WAITING: Final = "refs/mapp/waiting/"
"""When the merge first saw a submission: a commit on top of it, made then."""
_FETCHED: Final = "refs/mirror/"
_AT_ONCE: Final = 60
_SUBMITTED: Final = re.compile(
    r"refs/(?:heads/submit|mapp/waiting)/[a-z][a-z0-9-]{0,63}/"
    r"(?:(?:yank|deprecate|undeprecate|rename|protect|transfer)-)?[0-9]{1,9}(?:\.[0-9]{1,9}){2}"
)
"""The branches that mapp makes, such as `submit/vat/1.0.0`, `submit/vat/yank-1.0.0`; it reads no others."""


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
        refs = {ref: tip for ref, tip in refs.items() if ref in (MAIN, INDEX) or _SUBMITTED.fullmatch(ref)}
        missing = [ref for ref, tip in sorted(refs.items()) if _known(path, ref) != tip]
        own = [ref for ref in missing if ref in (MAIN, INDEX)]
        if own:
            _fetch(path, url, own, access)
        others = [ref for ref in missing if ref not in own]
        for start in range(0, len(others), _AT_ONCE):
            for ref in _fetch_submitted(path, url, others[start : start + _AT_ONCE], access, tell):
                del refs[ref]
        return Mirror(url=url, access=access, repository=Repository.open(path), refs=refs)


def _known(path: Path, ref: str) -> str | None:
    return Repository.open(path).tip(_FETCHED + ref) if path.exists() else None


def _fetch_submitted(path: Path, url: str, refs: list[str], access: Access, tell: Tell | None) -> list[str]:
    """Fetches submitted branches and returns those that are refused, so that one cannot block the others."""
    try:
        _fetch(path, url, refs, access)
        return []
    except IntegrityError as error:
        if len(refs) == 1:
            if tell is not None:
                tell(f"{refs[0]} is left out: {error.message}")
            return refs
    return [row for ref in refs for row in _fetch_submitted(path, url, [ref], access, tell)]


def _fetch(path: Path, url: str, refs: list[str], access: Access) -> None:
    if not path.exists():
        building = path.with_name(f".new-{os.getpid()}-{path.name}")
        shutil.rmtree(building, ignore_errors=True)
        write_empty_repository(building)
        building.rename(path)
    known = Known(path=path, commits=tuple(Repository.open(path).refs(_FETCHED).values()))
    with fetch(url, refs, folder=path.parent, known=known, access=access) as fetched:
        admit(fetched, path)
    repository = Repository.open(path)
    for ref, tip in fetched.refs.items():
        repository.set_ref(_FETCHED + ref, tip)  # last: it says that all its objects are there
