"""Exchanges with remote repositories: list refs, fetch into a quarantine, push and verify.

What is fetched goes into a bare repository of its own, written by git under limits. mapp then checks every
object there before it looks at any. Only after that does `admit` move the objects into another repository, or
the caller renames the whole quarantine. Refs never come along: the caller decides which ref points where.

An app's objects arrive as loose files, so that a later run needs no libgit2 to read them. What is fetched on
top of a `known` repository, and the newest commits alone, arrive as a pack.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from mapp.errors import UsageError
from mapp.git import loose
from mapp.git.durable_files import sync_folder
from mapp.git.packs import ensure_small_chains, object_ids
from mapp.git.repository import Repository
from mapp.share.address import Address, parse_address
from mapp.share.credentials import find_credential, report
from mapp.share.errors import RemoteFailed, RemoteRefused
from mapp.share.git_process import (
    USUAL,
    Ended,
    Limits,
    failure,
    git_program,
    missing_ref,
    run_git,
    wants_credentials,
)

QUARANTINE: Final = ".fetch-"
"""How the name of a quarantine begins: `.fetch-PID-ID`."""
_FETCHED: Final = "refs/fetched/"
_REF: Final = re.compile(r"refs/(?:[A-Za-z0-9][A-Za-z0-9._-]*/)*[A-Za-z0-9][A-Za-z0-9._+-]*")
_IDENTITY: Final = re.compile(r"[0-9a-f]{40}")
_MAX_REFS: Final = 64
"""How many refs one fetch or push may name."""
_MAX_LISTED: Final = 200_000
"""How many refs of a remote are listed at most."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """What a person allows for a remote: with `allow_plain` also plain http, git and local paths."""

    allow_plain: bool = False
    limits: Limits = USUAL


STRICT: Final = Access()


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """What was fetched: the quarantine's path, and the object id of each ref that the remote has."""

    url: str
    path: Path
    refs: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A repository whose objects a remote need not send, and the commits in it that the remote may have."""

    path: Path
    commits: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Update:
    """One ref to push: from `old`, which None says must not exist yet, to `new`."""

    ref: str
    old: str | None
    new: str


def ls_remote(url: str, *patterns: str, access: Access = STRICT) -> dict[str, str]:
    """Returns the refs of a remote (full name -> object id) that match a pattern, or all of them.

    A pattern is a full ref, or begins one and ends in `*`. Peeled tags (`^{}`) are included.

    Raises:
        RemoteFailed: the remote cannot be reached, or denies access.
        RemoteRefused: it sends too much, or something other than refs.
    """
    address = parse_address(url, allow_plain=access.allow_plain)
    with scratch_repository(None) as scratch:
        ended = _exchange(["ls-remote", address.text, *patterns], scratch, address, access.limits)
        if ended.code != 0 or ended.timed_out or ended.too_long:
            raise failure(address, "list the refs of", ended, access.limits)
    return _listed(address, ended.output)


def _listed(address: Address, output: bytes) -> dict[str, str]:
    lines = output.decode("utf-8", "replace").splitlines()
    if len(lines) > _MAX_LISTED:
        raise RemoteRefused(f"{address} lists more than {_MAX_LISTED:,} refs", code="MAPP-0651")
    found = {}
    for line in lines:
        identity, _, ref = line.partition("\t")
        if not _IDENTITY.fullmatch(identity):
            raise RemoteRefused(f"{address} lists something other than refs")
        found[ref] = identity
    return found


@contextlib.contextmanager
def fetch(
    url: str,
    refs: Sequence[str],
    *,
    folder: Path,
    optional: Sequence[str] = (),
    known: Known | None = None,
    newest: bool = False,
    access: Access = STRICT,
) -> Iterator[Fetched]:
    """Fetches refs into a new quarantine, checks every object, and deletes the quarantine at the end.

    Args:
        url: the remote's address.
        refs: full names of refs that the remote must have.
        folder: where the quarantine is made; on the same disk as the repository that gets its objects.
        optional: refs that the remote may lack.
        known: a repository whose objects the remote need not send. The quarantine is then incomplete: read
            it after `admit`.
        newest: fetch only the commits of the refs, without their history.
        access: what the person allows, and how much the remote may send.

    Raises:
        RemoteFailed: the remote cannot be reached, denies access, or lacks a ref (code MAPP-0574).
        RemoteRefused: it sends damaged objects, or more than the limits allow.
    """
    address = parse_address(url, allow_plain=access.allow_plain)
    for ref in (*refs, *optional):
        _checked_ref(ref)
    if len(refs) + len(optional) > _MAX_REFS:
        raise UsageError(f"at most {_MAX_REFS} refs can be fetched at once")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with scratch_repository(folder) as scratch:
        # A pattern may match nothing, a name must match; `+` because each goes to a name of its own.
        wanted = [f"+{ref}:{place}" for ref, place in _places(refs)]
        wanted += [f"+{ref}*:{place}*" for ref, place in _places(optional, "optional-")]
        words = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"]
        words += ["--no-auto-maintenance", "--refmap=", *(["--depth=1"] if newest else [])]
        if known is not None:
            _present(scratch, known)
        objects = None if known is None else known.path
        words += ["--", address.text, *wanted]
        ended = _exchange(words, scratch, address, access.limits, objects=objects)
        if ended.code != 0 or ended.timed_out or ended.too_long:
            raise _fetch_failure(address, ended, access.limits, exceeded=_is_full(scratch, access.limits))
        ensure_sound(scratch, access.limits)
        if known is None and not newest:
            _unpack(scratch)
        found = _fetched_refs(scratch, [*_places(refs), *_places(optional, "optional-")])
        _drop_refs(scratch)
        yield Fetched(url=address.text, path=scratch, refs=found)


def _unpack(scratch: Path) -> None:
    """Turns the checked packs of a quarantine into loose objects; git itself always keeps what it checked.

    Raises:
        IntegrityError: a pack is damaged.
    """
    folder = scratch / "objects" / "pack"
    if not any(folder.glob("*.pack")):
        return
    repository = Repository.open(scratch)
    for identity in object_ids(scratch):
        kind, data = repository.raw(identity, chains_checked=True)
        loose.write_object(scratch, identity, kind, data)
    for left in folder.iterdir():
        left.unlink()


def _present(scratch: Path, known: Known) -> None:
    """Makes git in a quarantine offer these commits to the remote, with the same history as they have."""
    for number, commit in enumerate(known.commits):
        (scratch / "refs" / "fetched").mkdir(exist_ok=True)
        (scratch / "refs" / "fetched" / f"known-{number}").write_text(f"{commit}\n")
    with contextlib.suppress(FileNotFoundError):
        shutil.copyfile(known.path / "shallow", scratch / "shallow")


def _is_full(path: Path, limits: Limits) -> bool:
    """Returns whether git wrote a file up to the limit; it does not always say that its child was killed."""
    files = (path / "objects").rglob("*")
    return any(row.is_file() and row.stat().st_size >= limits.file_size // 512 * 512 for row in files)


def _fetch_failure(
    address: Address, ended: Ended, limits: Limits, *, exceeded: bool
) -> RemoteFailed | RemoteRefused:
    if (ref := missing_ref(ended)) is not None and not ended.timed_out:
        return RemoteFailed(
            f"{address} has no {ref}",
            hint=f"to see what it has: git ls-remote {address}",
            code="MAPP-0574",
        )
    return failure(address, "fetch from", ended, limits, exceeded=exceeded)


def ensure_sound(path: Path, limits: Limits = USUAL) -> None:
    """Checks a fetched repository before anything in it is read: its files, and the size of every object.

    Sizes are read from headers; nothing is inflated.

    Raises:
        RemoteRefused: there are too many objects, or one is too large.
        IntegrityError: a pack is damaged, or the folder holds something other than plain files.
    """
    repository = Repository.open(path)
    if sum(1 for _ in islice(object_ids(path), limits.objects + 1)) > limits.objects:
        raise _too_much(path, f"more than {limits.objects:,} objects")
    ensure_small_chains(path)
    total = 0
    for identity in object_ids(path):
        kind, size = repository.size(identity, chains_checked=True)
        loose.ensure_readable(path, identity, kind, size)
        total += size
        if total > limits.content:
            raise _too_much(path, f"more than {limits.content:,} bytes of content")


def _too_much(path: Path, what: str) -> RemoteRefused:
    return RemoteRefused(f"the remote sent {what}", hint="nothing was changed", code="MAPP-0651")


def _places(refs: Sequence[str], kind: str = "ref-") -> list[tuple[str, str]]:
    """Returns each ref with its place in a quarantine: all in one folder, which is soon deleted again."""
    return [(ref, f"{_FETCHED}{kind}{number}-") for number, ref in enumerate(refs)]


def _fetched_refs(path: Path, places: Sequence[tuple[str, str]]) -> dict[str, str]:
    repository = Repository.open(path)
    found = {ref: repository.tip(place) for ref, place in places}
    return {ref: identity for ref, identity in found.items() if identity is not None}


def _drop_refs(path: Path) -> None:
    """Removes the refs that git wrote, so that a quarantine can become an app's repository."""
    shutil.rmtree(path / "refs" / "fetched", ignore_errors=True)
    (path / "packed-refs").unlink(missing_ok=True)


def admit(fetched: Fetched, into: Path) -> None:
    """Moves the fetched objects into another repository, durably. No ref points to them yet.

    Can be repeated after a kill. The caller holds the lock of the repository.
    """
    # Of a pack, the index comes last: without it, git and mapp ignore the pack.
    order = {".pack": 1, ".idx": 2}
    source, folders = fetched.path / "objects", set[Path]()
    for path in sorted(source.glob("*/*"), key=lambda path: (order.get(path.suffix, 0), path.name)):
        target = into / "objects" / path.relative_to(source)
        if path.parent.name != "info" and not target.exists():
            target.parent.mkdir(exist_ok=True)
            folders.add(target.parent)
            _move_durably(path, target)
    for folder in sorted(folders):
        sync_folder(folder)


def _move_durably(source: Path, target: Path) -> None:
    descriptor = os.open(source, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    source.replace(target)


def push(
    repository: Path,
    url: str,
    updates: Sequence[Update],
    *,
    options: Sequence[str] = (),
    access: Access = STRICT,
) -> None:
    """Pushes refs by compare-and-swap, each on its own, and verifies them by reading the remote's refs back.

    A ref that is at `new` already counts as pushed, so an interrupted push can be repeated.

    Args:
        repository: the repository that has the objects; its settings and hooks do not count.
        url: the remote's address.
        updates: the refs, in the order in which they are pushed.
        options: push options (`git push -o`), for servers that offer them.
        access: what the person allows.

    Raises:
        RemoteFailed: the remote cannot be reached, denies access, or refused a ref. MAPP-0575: the ref is
            not at `old`, because somebody else pushed.
        RemoteRefused: the remote says that it took a ref, and shows another value afterwards.
    """
    address = parse_address(url, allow_plain=access.allow_plain)
    for update in updates:
        _checked_ref(update.ref)
    before = ls_remote(url, *(update.ref for update in updates), access=access)
    with scratch_repository(None) as scratch:
        for update in updates:
            if before.get(update.ref) != update.new:
                _push_one(scratch, repository, address, update, options, access)
    after = ls_remote(url, *(update.ref for update in updates), access=access)
    for update in updates:
        if after.get(update.ref) != update.new:
            shown = (after.get(update.ref) or "missing")[:10]
            raise RemoteRefused(
                f"{address} accepted {update.ref}, but it is {shown} there, not {update.new[:10]}",
                hint="run the command again",
                code="MAPP-0652",
            )


def delete_ref(repository: Path, url: str, ref: str, old: str, *, access: Access = STRICT) -> bool:
    """Deletes a ref of a remote if it is still at `old`; returns whether it is gone.

    Raises:
        RemoteFailed: the remote cannot be reached, or denies access.
    """
    address = parse_address(url, allow_plain=access.allow_plain)
    _checked_ref(ref)
    words = ["push", "--quiet", "--no-verify", "--no-signed", f"--force-with-lease={ref}:{old}"]
    words += ["--", address.text, f":{ref}"]
    if ls_remote(url, ref, access=access).get(ref) == old:
        with scratch_repository(None) as scratch:
            _exchange(words, scratch, address, access.limits, objects=repository)
    return ref not in ls_remote(url, ref, access=access)


def _push_one(
    scratch: Path, repository: Path, address: Address, update: Update, options: Sequence[str], access: Access
) -> None:
    words = [
        "push",
        "--quiet",
        "--no-verify",
        "--no-signed",
        f"--force-with-lease={update.ref}:{update.old or ''}",
    ]
    words += [f"--push-option={option}" for option in options]
    words += ["--", address.text, f"{update.new}:{update.ref}"]
    ended = _exchange(words, scratch, address, access.limits, objects=repository)
    if ended.code == 0:
        return
    if "stale info" in ended.said or "fetch first" in ended.said or "failed to update ref" in ended.said:
        raise RemoteFailed(
            f"{update.ref} of {address} is not at {(update.old or 'nothing')[:10]}: somebody else pushed",
            hint="run the command again",
            code="MAPP-0575",
        )
    raise failure(address, f"push {update.ref} to", ended, access.limits)


def _exchange(
    words: Sequence[str], scratch: Path, address: Address, limits: Limits, *, objects: Path | None = None
) -> Ended:
    """Runs git without credentials first; looks for some only if the server asks for them."""
    folder = None if objects is None else objects / "objects"
    ended = run_git(words, repository=scratch, address=address, objects=folder, limits=limits)
    if not wants_credentials(ended):
        return ended
    credential = find_credential(address, git_program())
    if credential is None:
        return ended
    again = run_git(
        words, repository=scratch, address=address, objects=folder, limits=limits, credential=credential
    )
    denied = wants_credentials(again)
    if denied or again.code == 0:
        report(address, git_program(), credential, worked=not denied)
    return again


@contextlib.contextmanager
def scratch_repository(folder: Path | None) -> Iterator[Path]:
    """Gives an empty bare repository for git to work in, and deletes it at the end if it is still there."""
    import tempfile

    if folder is not None:
        sweep_quarantines(folder)
        path = folder / f"{QUARANTINE}{os.getpid()}-{uuid.uuid4().hex[:12]}"
        path.mkdir(mode=0o700)
    else:
        path = Path(tempfile.mkdtemp(prefix="mapp-git-"))
    try:
        write_empty_repository(path)
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def write_empty_repository(path: Path) -> None:
    """Writes an empty bare repository: no hooks, and only the settings that git requires."""
    for name in ("objects/pack", "objects/info", "refs/heads", "refs/tags"):
        (path / name).mkdir(parents=True)
    (path / "HEAD").write_text("ref: refs/heads/main\n")
    (path / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n")


def sweep_quarantines(folder: Path) -> None:
    """Deletes the quarantines of processes that no longer run."""
    from mapp.library.locks import alive

    for left in folder.glob(f"{QUARANTINE}*"):
        pid = left.name.removeprefix(QUARANTINE).partition("-")[0]
        if not pid.isdigit() or not alive(int(pid)):
            shutil.rmtree(left, ignore_errors=True)


def _checked_ref(ref: str) -> None:
    if not _REF.fullmatch(ref) or ".." in ref or ref.endswith((".lock", ".")) or "/." in ref:
        raise UsageError(f"{ref!r} is not the full name of a ref, such as refs/heads/main")
