"""A mirror: one file with the releases of a library, for machines without a network.

It is a git bundle: `git bundle verify FILE` and `git ls-remote FILE` read it. `refs/mirror/lock` is a commit
with one file, the lock; `refs/mirror/apps/NAME/vX.Y.Z` are the releases that it names.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from mapp.git.commit import Signature
from mapp.git.repository import Repository
from mapp.git.tree import list_entries
from mapp.library.landing import RELEASES
from mapp.library.lockfile import LockEntry, lock_bytes, parse_lock
from mapp.share.address import parse_address
from mapp.share.errors import RemoteFailed, RemoteRefused
from mapp.share.git_process import MIB, Ended, Limits, failure, run_git
from mapp.share.remote import Access, fetch, scratch_repository, write_empty_repository

LOCK: Final = "refs/mirror/lock"
APPS: Final = "refs/mirror/apps/"
LIMITS: Final = Limits(
    seconds=600, file_size=1024 * MIB, memory=4096 * MIB, objects=2_000_000, content=4096 * MIB
)
ACCESS: Final = Access(allow_plain=True, limits=LIMITS)


def release_ref(entry: LockEntry) -> str:
    """Returns the ref of a release in a mirror."""
    return f"{APPS}{entry.name}/v{entry.version}"


def write_mirror(
    path: Path, entries: Mapping[str, LockEntry], apps: Mapping[str, Path], by: Signature
) -> None:
    """Writes the releases that entries name into one file, which is replaced whole.

    `apps` are the repositories by name; each has the release in `refs/mapp/releases/`.

    Raises:
        RemoteFailed, RemoteRefused: git failed, or there is more than a mirror may hold.
        OSError: the file cannot be written.
    """
    with tempfile.TemporaryDirectory(prefix="mapp-mirror-") as folder:
        repository = Path(folder) / "mirror.git"
        write_empty_repository(repository)
        for name, entry in sorted(entries.items()):
            words = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--refmap=", "--"]
            place = f"+{RELEASES}v{entry.version}:{release_ref(entry)}"
            _git([*words, str(apps[name]), place], repository, apps[name])
        opened = Repository.open(repository)
        tree = opened.write_tree({"mapp.lock": lock_bytes(entries)})
        opened.set_ref(LOCK, opened.commit_tree(tree, "mirror\n", by, parents=(), ref=None))
        building = path.with_name(f".{path.name}-{os.getpid()}-{uuid.uuid4().hex[:8]}")
        try:
            _git(["bundle", "create", "--quiet", str(building.absolute()), "--all"], repository, repository)
            building.replace(path)
        finally:
            building.unlink(missing_ok=True)


def _git(words: list[str], repository: Path, place: Path) -> Ended:
    address = parse_address(str(place.absolute()), allow_plain=True)
    ended = run_git(words, repository=repository, address=address, limits=LIMITS)
    if ended.code != 0 or ended.timed_out:
        raise failure(address, "mirror", ended, LIMITS)
    return ended


@contextlib.contextmanager
def open_mirror(path: Path, quarantine: Path) -> Iterator[tuple[Path, dict[str, LockEntry]]]:
    """Gives the repository in a mirror, and its lock by name of the app, for a `with` block.

    The repository is as untrusted as any remote: fetch from it.

    Raises:
        RemoteFailed: there is no such file, or it is not a mirror.
        RemoteRefused: it is larger than a mirror may be, or its lock is damaged.
    """
    if not path.is_file():
        raise RemoteFailed(f"there is no mirror {path}", hint="to write one: mapp mirror FILE")
    quarantine.mkdir(mode=0o700, parents=True, exist_ok=True)
    with scratch_repository(quarantine) as repository:
        words = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance"]
        words += ["--refmap=", "--", str(path.absolute()), "+refs/mirror/*:refs/mirror/*"]
        _git(words, repository, path)  # git reads a bundle only by its plain path
        yield repository, _lock_of(path, repository, quarantine)


def _lock_of(path: Path, repository: Path, quarantine: Path) -> dict[str, LockEntry]:
    with fetch(str(repository), [LOCK], folder=quarantine, access=ACCESS) as fetched:
        opened = Repository.open(fetched.path)
        tree = opened.tree_of(fetched.refs[LOCK])
        rows = {row.path: row.blob for row in list_entries(opened, tree)}
        if set(rows) != {"mapp.lock"}:
            raise RemoteRefused(f"{path} has no lock, so it is not a mirror")
        try:
            return parse_lock(opened.raw(rows["mapp.lock"])[1])
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise RemoteRefused(f"the lock of {path} is damaged: {error}") from None
