"""The operation log: what each command did to the library, app by app.

Each app's repository has a branch-like ref `refs/mapp/operations`. Its commits, newest first along
`Mapp-Previous`, are steps: what one operation did to this app, with the app's block of the lock file before
and after. Steps of one operation in several apps carry the same id. Both commits that a step names are its
parents, so git keeps them.

A step is written right before the commit point of its operation, inside the same repository: before `main`
moves, or before the folder is renamed. If the process is killed in between, the app is still in the state
before the step, so the step is ignored, and the next one replaces it. So the log needs no commit point of its
own, and it is as complete as the library itself.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mapp.errors import IntegrityError, MappError
from mapp.git.commit import Signature, trailers_of
from mapp.git.repository import Repository
from mapp.library.lockfile import LockEntry, read_lock
from mapp.library.paths import Home
from mapp.library.read import names, open_repository
from mapp.library.removed import removed_apps

OPERATIONS: Final = "refs/mapp/operations"
_KIND, _ID, _TIME, _UNDOES = "Mapp-Operation", "Mapp-Operation-Id", "Mapp-Time", "Mapp-Undoes"
_PREVIOUS, _BEFORE, _AFTER = "Mapp-Previous", "Mapp-Lock-Before", "Mapp-Lock-After"
_ID_LENGTH: Final = 12
_TICK: Final = 1e-6
"""Seconds between two steps of an app that happen at the same time."""
_OBJECT: Final = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """What a command is about to do: its kind, such as `update`, by whom and when.

    `id` is shared by all apps that one command changes; without it, each app's step is an operation of its
    own. `undoes` is the id of the operation that this one takes back.
    """

    kind: str
    by: Signature
    id: str = ""
    undoes: str = ""

    @property
    def at(self) -> float:
        """Returns the time in seconds since 1970-01-01 UTC."""
        return self.by.moment or float(self.by.time)


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What one operation did to one app.

    `before` and `after` are the app's blocks of the lock file; None means that the library did not have the
    app. `record` is the commit that holds the step, in the repository at `place`.
    """

    operation: str
    kind: str
    at: float
    undoes: str
    app: str
    before: LockEntry | None
    after: LockEntry | None
    record: str
    place: Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Logged:
    """One operation of the log, with a step for each app that it changed."""

    id: str
    kind: str
    at: float
    undoes: str
    steps: tuple[Step, ...]


def operation_id(*facts: object) -> str:
    """Returns the id of an operation, from the facts that set it apart from all others."""
    return hashlib.sha256("\0".join(map(str, facts)).encode()).hexdigest()[:_ID_LENGTH]


def record_step(
    repository: Repository,
    operation: Operation,
    *,
    app: str,
    before: LockEntry | None,
    after: LockEntry | None,
) -> None:
    """Writes a step, right before the commit point of its operation. The caller holds the app's lock.

    A step whose operation never reached its commit point is replaced.
    """
    previous = repository.tip(OPERATIONS)
    at = operation.at
    if previous is not None:
        last, second = _read(repository, app, previous)
        at = max(at, last.at + _TICK)  # in the order of what happened, even if a clock was set back
        if _commit(last.before) == _commit(before):
            previous = second
    ends = [commit for commit in (_commit(before), _commit(after)) if commit is not None]
    identity = operation.id or operation_id(operation.kind, repr(at), app, *ends)
    rows = {
        _KIND: operation.kind,
        _ID: identity,
        _TIME: repr(at),
        _UNDOES: operation.undoes,
        _PREVIOUS: previous or "",
        _BEFORE: _written(before),
        _AFTER: _written(after),
    }
    moves = [entry.version if entry is not None else "none" for entry in (before, after)]
    trailers = "\n".join(f"{name}: {value}" for name, value in rows.items() if value)
    text = f"{operation.kind}: {app} {' -> '.join(moves)}\n\n{trailers}\n"
    parents = dict.fromkeys(([previous] if previous is not None else []) + ends)
    record = repository.commit_tree(
        repository.tree_of(ends[-1]), text, operation.by, parents=tuple(parents), ref=None
    )
    repository.set_ref(OPERATIONS, record)


def read_operations(home: Home) -> tuple[Logged, ...]:
    """Returns the operations of a library, newest first, from its apps and the removed ones that it keeps.

    Apps whose repository cannot be read are left out.

    Raises:
        IntegrityError: the lock file is damaged.
    """
    found: dict[str, list[Step]] = {}
    for step in _steps(home):
        found.setdefault(step.operation, []).append(step)
    logged = [
        Logged(
            id=identity,
            kind=steps[0].kind,
            at=max(step.at for step in steps),
            undoes=steps[0].undoes,
            steps=tuple(sorted(steps, key=lambda step: step.app)),
        )
        for identity, steps in found.items()
    ]
    return tuple(sorted(logged, key=lambda row: (-row.at, row.id)))


def _steps(home: Home) -> Iterator[Step]:
    """Yields the steps that took effect, in no particular order between apps, newest first in each."""
    pinned = read_lock(home.lock_file)
    for name in names(home):
        if _may_have_steps(home.repository(name)):
            try:
                repository = open_repository(home, name)
                yield from _chain(repository, name, _present(repository, pinned.get(name)))
            except MappError:
                continue
    for row in removed_apps(home):
        if _may_have_steps(row.repository):
            try:
                yield from _chain(Repository.open(row.repository), row.name, None)
            except MappError:
                continue


def newest_step(repository: Repository, app: str, present: str | None) -> Step | None:
    """Returns the last step that took effect in a repository; `present` as in `record_step`'s `before`."""
    return next(_chain(repository, app, present), None)


def _chain(repository: Repository, app: str, present: str | None) -> Iterator[Step]:
    """Yields an app's steps, newest first, without one that was killed before its commit point.

    `present` is the commit that runs now; None if the library does not have the app.
    """
    identity = repository.tip(OPERATIONS)
    first = True
    while identity is not None:
        step, identity = _read(repository, app, identity)
        if not first or _commit(step.before) != present:
            yield step
        first = False


def _present(repository: Repository, entry: LockEntry | None) -> str | None:
    """Returns the commit that runs. The lock file may lag behind `main`, and git may have moved `main`."""
    tip, top = repository.tip(), repository.tip(OPERATIONS)
    if entry is None or top is None:
        return tip
    step, _ = _read(repository, repository.path.stem, top)
    return tip if entry.commit == _commit(step.before) else entry.commit


def _may_have_steps(path: Path) -> bool:
    return (path / OPERATIONS).is_file() or (path / "packed-refs").is_file()


def _read(repository: Repository, app: str, identity: str) -> tuple[Step, str | None]:
    """Returns a step and the id of the one before it.

    Raises:
        IntegrityError: the commit does not hold a step.
    """
    known = trailers_of(repository.info(identity).message)
    previous = known.get(_PREVIOUS)
    try:
        step = Step(
            operation=known[_ID],
            kind=known[_KIND],
            at=float(known[_TIME]),
            undoes=known.get(_UNDOES, ""),
            app=app,
            before=_entry(known.get(_BEFORE)),
            after=_entry(known.get(_AFTER)),
            record=identity,
            place=repository.path,
        )
    except (KeyError, ValueError, TypeError):
        raise IntegrityError(f"{identity[:10]} of {app} is not a step of the operation log") from None
    if previous is not None and not _OBJECT.fullmatch(previous):
        raise IntegrityError(f"{identity[:10]} of {app} is not a step of the operation log")
    return step, previous


def _written(entry: LockEntry | None) -> str:
    return "" if entry is None else json.dumps(entry.to_dict(), sort_keys=True)


def _entry(text: str | None) -> LockEntry | None:
    return None if text is None else LockEntry.from_dict(json.loads(text))


def _commit(entry: LockEntry | None) -> str | None:
    return None if entry is None else entry.commit
