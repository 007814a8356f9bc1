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

import contextlib
import hashlib
import heapq
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mapp.errors import IntegrityError, MappError
from mapp.git import loose
from mapp.git.commit import Commit, Signature, parse_commit
from mapp.git.repository import Repository
from mapp.library.lockfile import LockEntry, read_entry
from mapp.library.paths import Home
from mapp.library.read import names
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
        at = max(at, last.step.at + _TICK)  # in the order of what happened, even if a clock was set back
        if _commit(last.step.before) == _commit(before):
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
    return newest_operations(home, None)


def newest_operations(home: Home, most: int | None, *, app: str | None = None) -> tuple[Logged, ...]:
    """Returns the newest operations of a library, or of one app, as `read_operations` does.

    Of an app with no part in them, only the last step is read.
    """
    found: dict[str, list[_Dated]] = {}
    for dated in _newest_first(home):
        floor = min((row.began for steps in found.values() for row in steps), default=0.0)
        told = (
            found if app is None else [row for row in found.values() if any(s.step.app == app for s in row)]
        )
        # A step is dated after its operation if a clock was set back; so all steps are there only below that.
        if most is not None and len(told) >= most and dated.step.at < floor:
            break
        found.setdefault(dated.step.operation, []).append(dated)
    logged = [_logged(identity, [row.step for row in rows]) for identity, rows in found.items()]
    chosen = [row for row in logged if app is None or any(step.app == app for step in row.steps)]
    return tuple(sorted(chosen, key=lambda row: (-row.at, row.id))[:most])


def _logged(identity: str, steps: list[Step]) -> Logged:
    return Logged(
        id=identity,
        kind=steps[0].kind,
        at=max(step.at for step in steps),
        undoes=steps[0].undoes,
        steps=tuple(sorted(steps, key=lambda step: step.app)),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Dated:
    """A step, and when its operation began, in whole seconds since 1970-01-01 UTC."""

    step: Step
    began: float


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """A repository that may have steps: of an app of the library, or of a removed one that it keeps."""

    name: str
    path: Path
    removed: bool = False


def _newest_first(home: Home) -> Iterator[_Dated]:
    """Yields the steps that took effect, of all apps, the newest first; of most apps it reads one commit."""
    places = [_Place(name=name, path=home.repository(name)) for name in names(home)]
    places += [_Place(name=row.name, path=row.repository, removed=True) for row in removed_apps(home)]
    waiting = [(-at, number) for number, place in enumerate(places) if (at := _last_time(place)) is not None]
    heapq.heapify(waiting)
    chains: dict[int, Iterator[_Dated]] = {}
    following: dict[int, _Dated] = {}
    while waiting:
        _, number = heapq.heappop(waiting)
        if (known := following.pop(number, None)) is not None:
            yield known
        if number not in chains:
            place = places[number]
            entry = None if place.removed else read_entry(home.lock_file, place.name)
            chains[number] = _chain(place, entry)
        with contextlib.suppress(MappError):
            if (found := next(chains[number], None)) is not None:
                following[number] = found
                heapq.heappush(waiting, (-found.step.at, number))


def _last_time(place: _Place) -> float | None:
    """Returns when an app's last step was, whether it took effect or not; None if there is none to read."""
    if not _may_have_steps(place.path):
        return None
    try:
        identity = loose.read_ref(place.path, OPERATIONS)
        data = None if identity is None else loose.read_object(place.path, identity)
        if identity is not None and data is not None and data[0] == loose.COMMIT:
            return _step(place.name, place.path, parse_commit(identity, data[1]))[0].at
        repository = Repository.open(place.path)
        identity = repository.tip(OPERATIONS)
        return None if identity is None else _read(repository, place.name, identity)[0].step.at
    except (MappError, ValueError):
        return None


def _chain(place: _Place, entry: LockEntry | None) -> Iterator[_Dated]:
    """Yields the steps of a place that took effect, newest first; raises MappError if it cannot be read."""
    repository = Repository.open(place.path)
    present = None if place.removed else _present(repository, entry)
    yield from _steps(repository, place.name, present)


def newest_step(repository: Repository, app: str, present: str | None) -> Step | None:
    """Returns the last step that took effect in a repository; `present` as in `record_step`'s `before`."""
    return next((row.step for row in _steps(repository, app, present)), None)


def _steps(repository: Repository, app: str, present: str | None) -> Iterator[_Dated]:
    """Yields an app's steps, newest first, without one that was killed before its commit point.

    `present` is the commit that runs now; None if the library does not have the app.
    """
    identity = repository.tip(OPERATIONS)
    first = True
    while identity is not None:
        dated, identity = _read(repository, app, identity)
        if not first or _commit(dated.step.before) != present:
            yield dated
        first = False


def _present(repository: Repository, entry: LockEntry | None) -> str | None:
    """Returns the commit that runs. The lock file may lag behind `main`, and git may have moved `main`."""
    tip, top = repository.tip(), repository.tip(OPERATIONS)
    if entry is None or top is None:
        return tip
    last, _ = _read(repository, repository.path.stem, top)
    return tip if entry.commit == _commit(last.step.before) else entry.commit


def _may_have_steps(path: Path) -> bool:
    return (path / OPERATIONS).is_file() or (path / "packed-refs").is_file()


def _read(repository: Repository, app: str, identity: str) -> tuple[_Dated, str | None]:
    """Returns a step and the id of the one before it.

    Raises:
        IntegrityError: the commit does not hold a step.
    """
    commit = repository.info(identity)
    step, previous = _step(app, repository.path, commit)
    return _Dated(step=step, began=float(commit.time)), previous


def _step(app: str, place: Path, commit: Commit) -> tuple[Step, str | None]:
    known = commit.trailers
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
            record=commit.id,
            place=place,
        )
    except (KeyError, ValueError, TypeError):
        raise IntegrityError(f"{commit.id[:10]} of {app} is not a step of the operation log") from None
    if previous is not None and not _OBJECT.fullmatch(previous):
        raise IntegrityError(f"{commit.id[:10]} of {app} is not a step of the operation log")
    return step, previous


def _written(entry: LockEntry | None) -> str:
    return "" if entry is None else json.dumps(entry.to_dict(), sort_keys=True)


def _entry(text: str | None) -> LockEntry | None:
    return None if text is None else LockEntry.from_dict(json.loads(text))


def _commit(entry: LockEntry | None) -> str | None:
    return None if entry is None else entry.commit
