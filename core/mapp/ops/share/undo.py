"""Takes back an operation on the library: an install, update, removal, heal, edit, rollback, …

An undo is an operation itself, so undoing it brings the operation back. It changes nothing if one of the apps
was changed after the operation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from mapp.errors import MappError, NotFound, StaleBase
from mapp.git.repository import Repository
from mapp.git.tree import Snapshot, read_snapshot
from mapp.library.commit_app import message, put, remove
from mapp.library.landing import Proposal, is_release, land_again, settle, settle_held
from mapp.library.lockfile import LockEntry, read_lock
from mapp.library.locks import holding
from mapp.library.operations import (
    Logged,
    Operation,
    Step,
    newest_operations,
    newest_step,
    read_operations,
)
from mapp.library.read import open_repository
from mapp.library.rejections import reject
from mapp.library.removed import removed_apps
from mapp.library.restore import restore
from mapp.library.verdicts import read_verdict
from mapp.model.app import App, read_app
from mapp.ops.share.advice import ensure_not_known_malicious
from mapp.ops.share.local_proposals import carry_proposals
from mapp.ops.workspace import Workspace
from mapp.share.registries import known_registries
from mapp.suggested_commands import suggested_command

UNDO: Final = "undo"
CHANGED_SINCE: Final = "MAPP-0911"
NOT_NEEDED: Final = "MAPP-0205"
_SHORTEST: Final = 4

State = Literal["after", "before", "other"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Undone:
    """The result of an undo: what was taken back, by which operation, and app by app what changed.

    After a dry run, what it would do.
    """

    target: Logged
    operation: str
    steps: tuple[Step, ...]
    dry_run: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Returns the report that `undo --json` prints."""
        return {
            "operation": self.operation,
            "undoes": self.target.id,
            "kind": self.target.kind,
            "apps": [
                {"app": step.app, "from": version_of(step.after), "to": version_of(step.before)}
                for step in self.steps
            ],
            **({"dry_run": True} if self.dry_run else {}),
        }


def version_of(entry: LockEntry | None) -> str | None:
    """Returns the version of a block of the lock file, or None if the library did not have the app."""
    return None if entry is None else entry.version


def operations(
    workspace: Workspace, *, app: str | None = None, most: int | None = None
) -> tuple[Logged, ...]:
    """Returns the operations of a library, newest first, all or those that changed an app; `most` at most.

    Raises:
        IntegrityError: the lock file is damaged.
    """
    return newest_operations(workspace.home, most, app=app)


def undo(workspace: Workspace, identity: str | None = None, *, dry_run: bool = False) -> Undone:
    """Takes back an operation: the last one, or the one whose id begins with `identity`.

    `main` of an app never loses a commit that others may have: the earlier content returns as a new commit,
    or, for an app from elsewhere, as the release that it was. What an update replaced returns as it was too,
    with the changes of this library, and proposals that it replaced or dropped are open again. An undo that
    was killed between two apps is continued by the next one.

    Raises:
        NotFound: there is no such operation, or it was taken back already (MAPP-0205).
        StaleBase: an app was changed after the operation (MAPP-0911); nothing was changed.
        IntegrityError: the earlier version is called malicious by an advisory, or a repository is damaged.
    """
    log = read_operations(workspace.home)
    target, operation = _chosen(workspace, log, identity)
    steps = tuple(_open_steps(workspace, log, target))
    for step in steps:
        if step.before is not None and step.before.is_third_party:
            sources = known_registries(workspace.config).values()
            ensure_not_known_malicious(workspace.home, sources, step.before)
    if not dry_run:
        for step in steps:
            _take_back(workspace, step, operation)
            if step.before is not None and step.before.is_third_party:
                for fate in carry_proposals(workspace, step.app):
                    workspace.tell(f"{step.app}: its proposed {fate.operation} is {fate.state}: {fate.why}")
    return Undone(target=target, operation=operation.id, steps=steps, dry_run=dry_run)


def _chosen(workspace: Workspace, log: tuple[Logged, ...], identity: str | None) -> tuple[Logged, Operation]:
    """Returns what to undo, and the operation that does: a new one, or one that was killed."""
    if identity is None:
        if not log:
            raise NotFound("nothing was done in this library yet, so there is nothing to undo")
        target = log[0]
        if (half := _named(log, target.undoes)) is not None and _is_half_done(workspace, half):
            by = workspace.signature()
            return half, Operation(kind=UNDO, by=by, id=target.id, undoes=half.id)
    else:
        found = [row for row in log if len(identity) >= _SHORTEST and row.id.startswith(identity)]
        if len(found) != 1:
            what = "several operations begin with" if found else "there is no operation"
            raise NotFound(f"{what} {identity!r}", hint="to list them: mapp operations")
        target = found[0]
    return target, workspace.operation(UNDO, target.id, undoes=target.id)


def _named(log: tuple[Logged, ...], identity: str) -> Logged | None:
    return next((row for row in log if identity and row.id == identity), None)


def _is_half_done(workspace: Workspace, target: Logged) -> bool:
    """Returns whether an undo of an operation was killed after some of its apps."""
    states = {_state(workspace, step) for step in target.steps}
    return states == {"before", "after"}


def _open_steps(workspace: Workspace, log: tuple[Logged, ...], target: Logged) -> Iterator[Step]:
    """Yields the steps that are still to be taken back.

    Raises:
        StaleBase: an app was changed after the operation.
        NotFound: all of it was taken back already.
    """
    states = [(step, _state(workspace, step)) for step in target.steps]
    for step, state in states:
        if state == "other":
            raise _changed_since(log, target, step)
    todo = [step for step, state in states if state == "after"]
    if not todo:
        later = next((row for row in log if row.undoes == target.id), None)
        hint = "" if later is None else f"to bring it back: {suggested_command('undo', later.id)}"
        raise NotFound(f"{target.id} ({target.kind}) was taken back already", hint=hint, code=NOT_NEEDED)
    yield from todo


def _changed_since(log: tuple[Logged, ...], target: Logged, step: Step) -> MappError:
    for row in log:
        if row.id != target.id and any(other.app == step.app for other in row.steps):
            return StaleBase(
                f"{step.app} was changed after {target.id} ({target.kind}): by {row.id} ({row.kind})",
                hint=f"nothing was changed; to undo that first: {suggested_command('undo', row.id)}",
                code=CHANGED_SINCE,
            )
    if step.after is None:
        return StaleBase(
            f"{step.app}, which {target.id} removed, is no longer kept",
            hint="nothing was changed; to list what can be restored: mapp restore",
            code=CHANGED_SINCE,
        )
    return StaleBase(
        f"{step.app} is no longer as {target.id} ({target.kind}) left it",
        hint=f"nothing was changed; to see how it is now: {suggested_command('log', step.app)}",
        code=CHANGED_SINCE,
    )


def _state(workspace: Workspace, step: Step) -> State:
    """Returns whether an app is as it was after a step, or as before it."""
    home = workspace.home
    present = home.repository(step.app).is_dir()
    if present:
        settle(home, step.app, tell=workspace.tell)
    entry = read_lock(home.lock_file).get(step.app) if present else None
    for state, wanted in _ENDS.items():
        end = wanted(step)
        if end is None:
            if not present and (state == "before" or _is_kept(workspace, step)):
                return state
        elif entry is not None and (entry.tree, entry.source) == (end.tree, end.source):
            return state
    return "other"


_ENDS: Final[dict[State, Any]] = {"after": lambda step: step.after, "before": lambda step: step.before}


def _is_kept(workspace: Workspace, step: Step) -> bool:
    """Returns whether an app that a step removed is still kept, and is the one that `restore` brings back."""
    for row in removed_apps(workspace.home):
        if row.name == step.app:
            newest = newest_step(Repository.open(row.repository), row.name, None)
            return newest is not None and newest.record == step.record
    return False


def _take_back(workspace: Workspace, step: Step, operation: Operation) -> None:
    home = workspace.home
    if step.before is None:
        remove(home, step.app, operation=operation, tell=workspace.tell)
    elif step.after is None:
        restore(home, step.app, operation=operation, tell=workspace.tell)
    else:
        _move_back(workspace, step.before, step.after, operation, is_heal=step.kind == "heal")


def _move_back(
    workspace: Workspace, before: LockEntry, after: LockEntry, operation: Operation, *, is_heal: bool
) -> None:
    """Brings the content of `before` back to an app's `main`; `is_heal` says that a heal is taken back."""
    home, name = workspace.home, before.name
    repository = open_repository(home, name)
    found = read_snapshot(repository, before.commit)
    app = read_app(found.files, commit=found.commit, tree=found.tree, strict=False)
    trailers = _remember_rejection(workspace, repository, after) if is_heal else {}
    # A grant that the operation dropped returns. One that the person revoked since does not.
    granted = tuple(sorted({*before.granted} - {*after.granted}))
    known = read_verdict(repository, found.tree)
    proven = known is not None and known.passed
    replaced = _is_replaced(repository, before, after)
    taken = before.source != after.source and proven  # a starter app that a registry's release replaced
    exact = replaced or taken or (before.is_third_party and is_release(repository, before.commit) and proven)
    proposal = Proposal(
        app=app,
        files=found.files,
        text="" if exact and proven else _text(app, found, after, operation, trailers, proven=proven),
        signature=operation.by,
        source=before.source,
        granted=granted,
        operation=operation,
    )
    if exact:
        _land_exactly(workspace, proposal, tree=after.tree)
    else:
        put(home, proposal, check=lambda current: _ensure_unchanged(name, current.tree, after.tree))


def _is_replaced(repository: Repository, before: LockEntry, after: LockEntry) -> bool:
    """Returns whether an update put a release in the place of an app with changes of this library.

    A commit on top would count as a change of that release, so the next update would not offer it again.
    """
    return (
        before.is_third_party
        and not is_release(repository, before.commit)
        and all(row.id != before.commit for row in repository.history(after.commit))
    )


def _text(
    app: App,
    found: Snapshot,
    after: LockEntry,
    operation: Operation,
    trailers: dict[str, str],
    *,
    proven: bool,
) -> str:
    return message(
        f"{app.name}: back to {app.manifest.version}",
        {
            "Mapp-Operation": operation.kind,
            **trailers,
            "Mapp-Verdict": "passed" if proven else "forced; it was on main before",
            "Mapp-Base": after.commit,
        },
        body=f"Operation {operation.undoes} is taken back: main holds what commit {found.commit} holds.",
    )


def _remember_rejection(workspace: Workspace, repository: Repository, after: LockEntry) -> dict[str, str]:
    """Rejects the patch of a heal that is taken back, so that it is not proposed again for that failure."""
    trailers = repository.info(after.commit).trailers
    fingerprint = trailers.get("Mapp-Fingerprint", "")
    if trailers.get("Mapp-Operation") != "heal" or not fingerprint:
        return {}
    reject(workspace.home, after.name, fingerprint, after.commit, tell=workspace.tell)
    return {
        "Mapp-Reverts": after.commit,
        "Mapp-Incident": trailers.get("Mapp-Incident", ""),
        "Mapp-Fingerprint": fingerprint,
        "Mapp-Reason": "a person took it back",
    }


def _land_exactly(workspace: Workspace, proposal: Proposal, *, tree: str) -> None:
    """Moves `main` back to a commit: a release that came from elsewhere, or what an update replaced."""
    home, name = workspace.home, proposal.app.name
    with holding(home.holds, name, tell=workspace.tell) as abandoned:
        repository = open_repository(home, name)
        repository.sweep(abandoned=abandoned)
        settle_held(home, repository, tell=workspace.tell)
        tip = repository.tip()
        assert tip is not None
        _ensure_unchanged(name, repository.tree_of(tip), tree)
        land_again(home, repository, proposal, old=tip, commit=proposal.app.commit, tell=workspace.tell)


def _ensure_unchanged(name: str, present: str, wanted: str) -> None:
    if present != wanted:
        raise StaleBase(f"another process changed {name} in the meantime", hint="look at it: mapp operations")
