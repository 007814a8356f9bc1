"""Adds, replaces and removes apps. The commit point of every operation is one ref update or one rename."""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from mapp.errors import Busy, IntegrityError, MappError, NotFound
from mapp.git.commit import Signature
from mapp.git.durable_files import sync_folder
from mapp.git.repository import Repository
from mapp.git.tree import read_snapshot
from mapp.library.landing import Committed, Proposal, create, finish, land, prove_here, settle_held
from mapp.library.lockfile import LockEntry, read_lock
from mapp.library.locks import Tell, holding
from mapp.library.operations import Operation, record_step
from mapp.library.paths import Home
from mapp.library.pins import unpin
from mapp.library.read import WHOLE, repository_of
from mapp.library.removed import Removed
from mapp.library.repair import current_pin
from mapp.library.verdicts import read_verdict
from mapp.model.app import App, read_app

TRIES: Final = 5


def message(subject: str, trailers: Mapping[str, str], body: str = "") -> str:
    """Returns a commit message with `Mapp-…` trailers; line breaks in values become spaces."""
    lines = [f"{name}: {' '.join(value.split())}" for name, value in trailers.items() if value]
    parts = [subject, body, "\n".join(lines)]
    return "\n\n".join(part for part in parts if part) + "\n"


def put(
    home: Home,
    proposal: Proposal,
    *,
    check: Callable[[App], None] | None = None,
    force: bool = False,
    tell: Tell | None = None,
) -> Committed:
    """Commits an app's files on its `main`, tags the release, and pins it in the lock file.

    `check` is called with the current app and raises to refuse the change; it runs under the app's lock, so
    exactly the version that it saw is replaced. The verdict is recorded before `main` moves. Content without
    a passing verdict is accepted only if the message has the trailer `Mapp-Verdict: forced…`. With `force`,
    an app whose `main` something other than mapp moved is replaced too.

    Raises:
        InvalidApp: the tree has no passing verdict, and the message does not say that it was forced.
        Busy: another process kept changing the app.
        IntegrityError: the lock file, the notes or the repository is damaged.
    """
    name = proposal.app.name
    with holding(home.holds, name, tell=tell) as abandoned:
        read_lock(home.lock_file)  # report a damaged lock file before git changes
        path = home.repository(name)
        if not path.exists():
            return create(home, proposal, tell=tell)
        repository = Repository.open(path)
        repository.sweep(abandoned=abandoned)
        try:
            settle_held(home, repository, tell=tell)
            since = repository.tip()
        except IntegrityError:
            if not force:
                raise
            entry = read_lock(home.lock_file).get(name)
            since = None if entry is None else entry.commit
        return _replace(home, repository, proposal, since, check, tell)


def _replace(
    home: Home,
    repository: Repository,
    proposal: Proposal,
    since: str | None,
    check: Callable[[App], None] | None,
    tell: Tell | None,
) -> Committed:
    tree = repository.write_tree(proposal.files)
    for _ in range(TRIES):
        tip = repository.tip()
        if tip is not None:
            if repository.tree_of(tip) == tree:
                if read_verdict(repository, tree) is None:
                    prove_here(repository, proposal, tree)
                return replace(finish(home, repository, proposal, tip, tell=tell), changed=False)
            if check is not None:
                check(_current(repository, tip))
        try:
            parents = () if tip is None else (tip,)
            return land(home, repository, proposal, old=tip, since=since, parents=parents, tell=tell)
        except Busy:
            continue
    raise Busy(
        f"main of {repository.path.stem} kept moving, or git holds its lock",
        hint="if no git command is running there, remove refs/heads/main.lock in the repository",
    )


def _current(repository: Repository, tip: str) -> App:
    found = read_snapshot(repository, tip, only=WHOLE)
    return read_app(found.files, commit=found.commit, tree=found.tree)


def remove(home: Home, name: str, *, operation: Operation | None = None, tell: Tell | None = None) -> Path:
    """Removes an app from the library and returns where its repository is kept.

    `operation` is what the operation log records; by default a removal by mapp itself, now.

    Raises:
        NotFound: there is no such app.
    """
    repository_of(home, name)
    operation = operation or _unsigned("remove")
    with holding(home.holds, name, tell=tell) as abandoned:
        kept = home.removed / f"{name}-{uuid.uuid4().hex[:8]}.git"
        kept.parent.mkdir(parents=True, exist_ok=True)
        entry = read_lock(home.lock_file).get(name)
        row = Removed(name=name, repository=kept, at=operation.at, entry=entry)
        for left in home.removed.glob(f"{name}-*.json"):  # of a remove that was killed before its rename
            if not left.with_suffix(".git").exists():
                left.unlink(missing_ok=True)
        row.write()
        with contextlib.suppress(MappError):  # an app that mapp refuses to read can still be removed
            repository = Repository.open(home.repository(name))
            repository.sweep(abandoned=abandoned)
            if entry is not None and repository.tip() == entry.commit:
                record_step(repository, operation, app=name, before=entry, after=None)
        try:
            home.repository(name).rename(kept)
        except FileNotFoundError:
            row.note.unlink(missing_ok=True)
            raise NotFound(f"another process removed {name} in the meantime") from None
        with contextlib.suppress(FileNotFoundError):  # the next app of that name must not inherit it
            home.store(name).rename(kept.with_suffix(".sqlite"))
        sync_folder(home.apps)
        unpin(home, name, tell)
    return kept


def _unsigned(kind: str) -> Operation:
    now = time.time()
    return Operation(kind=kind, by=Signature(name="mapp", email="mapp@localhost", time=int(now), moment=now))


def pinned_now(home: Home, name: str) -> LockEntry | None:
    """Returns a new lock entry for an app's `main`, or None if it cannot be read."""
    return current_pin(home, name, None)
