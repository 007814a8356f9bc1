"""Open changes of an installed app after `main` moved to another release: dropped, rebased, held, or back.

A heal of somebody else's app is usually a proposal: a branch that waits for review. Its base is a commit of
`main`, so what is to be done follows from git at any time, and the next update finishes an interrupted one.
A change that was dropped because a release contains it waits again when that release is taken back.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from mapp.errors import MappError, NotFound, StaleBase
from mapp.git.branches import branch_ref, branch_tip, branches, create_branch
from mapp.git.repository import Repository
from mapp.git.tree import Snapshot, read_snapshot
from mapp.library import read
from mapp.library.commit_app import message
from mapp.library.locks import holding
from mapp.library.verdicts import record_verdict
from mapp.model.app import SOURCE, App, read_app
from mapp.model.change import SUPERSEDED, Change
from mapp.model.change_spec import CompileSpec, HealSpec
from mapp.model.incident import IncidentState
from mapp.observe.changes import Changes
from mapp.observe.incidents import Incidents
from mapp.ops.check.gate import Watch
from mapp.ops.compile.change_sources import drop_change
from mapp.ops.compile.lifecycle import is_merged
from mapp.ops.share.local_changes import Fate, LocalChange, Rebased, rebase
from mapp.ops.workspace import Workspace

_DROPPED: Final = re.compile(rf"{re.escape(SUPERSEDED)}at ([0-9a-f]{{40}}): ")


def carry_proposals(workspace: Workspace, name: str, *, watch: Watch | None = None) -> tuple[Fate, ...]:
    """Brings the proven changes of an app up to its `main`, and returns what became of each.

    One that `main` contains is dropped, one that passes the gate on `main` is rebased, and another one stays
    as it is and says why; that is tried again only when `main` moves. One that was dropped for a commit that
    `main` does not have any more is open again. A failure is only told, since `main` has moved already.
    """
    try:
        found = tuple(_carried(workspace, name, watch))
    except MappError as error:
        workspace.tell(f"the open changes of {name} stay as they are: {error.message}")
        return ()
    close_incidents(workspace, found)
    return found


def _carried(workspace: Workspace, name: str, watch: Watch | None) -> Iterator[Fate]:
    rows = Changes(workspace.home.journal).waiting(app=name, ended=True)
    dropped = [row for row in rows if row.state == "dropped" and _DROPPED.match(row.detail)]
    waiting = [row for row in rows if row.state == "proven"]
    if not waiting and not dropped:
        return
    repository = read.open_repository(workspace.home, name)
    main = read.snapshot(workspace.home, name, only=None)
    app = read_app(main.files, commit=main.commit, tree=main.tree)
    returned = [change for change in dropped if not _is_dropped_for(repository, change, main.commit)]
    waiting += [_reopen(workspace, repository, change) for change in returned]
    for change in waiting:
        if change.branch not in branches(repository) or is_merged(workspace, change):
            continue
        tip = branch_tip(repository, change.branch)
        if repository.info(tip).trailers.get("Mapp-Base") == main.commit:
            if change.spec.base != main.commit:  # a kill came between the branch and its record
                _record(workspace, change, main.commit, tip)
            elif any(change.id == row.id for row in returned):
                step = _step(repository, change, tip)
                yield Fate.of(step, "kept", f"{change.branch} waits again")
            continue
        if change.spec.base == main.commit or change.detail.startswith(_held_at(main.commit)):
            continue
        yield _carry(workspace, repository, change, tip, app, main, watch)


def _carry(
    workspace: Workspace,
    repository: Repository,
    change: Change,
    tip: str,
    app: App,
    main: Snapshot,
    watch: Watch | None,
) -> Fate:
    step = _step(repository, change, tip)
    taken = frozenset(read.released(workspace.home, change.app))
    found = rebase(workspace, repository, step, (app, main.files), taken=taken, watch=watch)
    if isinstance(found, Rebased):
        commit = _commit(workspace, repository, change, tip, main, found)
        _record(workspace, change, main.commit, commit)
        return Fate.of(step, "kept", f"{change.branch} is proposed as {found.app.manifest.version}")
    if found.state == "dropped":
        drop_change(workspace, change)
        detail = f"{SUPERSEDED}at {main.commit}: {found.why}"
        Changes(workspace.home.journal).set_state(change, "dropped", detail)
    else:
        detail = f"{_held_at(main.commit)}: {found.why}"
        Changes(workspace.home.journal).set_state(change, change.state, detail)
    return found


def _step(repository: Repository, change: Change, tip: str) -> LocalChange:
    return LocalChange(
        commit=repository.info(tip),
        before=read_snapshot(repository, change.spec.base).files,
        after=read_snapshot(repository, tip).files,
    )


def _is_dropped_for(repository: Repository, change: Change, main: str) -> bool:
    """Returns whether `main` still has the commit for which a change was dropped."""
    found = _DROPPED.match(change.detail)
    return found is not None and any(row.id == found[1] for row in repository.history(main))


def _reopen(workspace: Workspace, repository: Repository, change: Change) -> Change:
    """Brings back the branch of a dropped change, its record, and its incident."""
    with holding(workspace.home.holds, change.app, tell=workspace.tell) as abandoned:
        repository.sweep(abandoned=abandoned)
        if change.branch not in branches(repository):
            create_branch(repository, change.branch, change.commit)
    if isinstance(change.spec, HealSpec):
        _set_incident(workspace, change.spec.incident, "gone", "open")
    return Changes(workspace.home.journal).set_state(change, "proven", "ready to merge")


def _commit(
    workspace: Workspace, repository: Repository, change: Change, tip: str, main: Snapshot, found: Rebased
) -> str:
    """Writes a change on top of `main`, its tests first, and moves its branch there; returns the new tip.

    Raises:
        StaleBase: `main` moved in the meantime.
    """
    who = workspace.signature()
    with holding(workspace.home.holds, change.app, tell=workspace.tell) as abandoned:
        repository.sweep(abandoned=abandoned)
        if repository.tip() != main.commit:
            raise StaleBase(f"{change.app} moved in the meantime", hint="run the command again")
        tests = repository.write_tree({**found.files, SOURCE: main.files[SOURCE]})
        trailers = {"Mapp-Operation": change.kind, "Mapp-Change": change.id, "Mapp-Verdict": "none"}
        text = message(f"{change.app}: the tests of {change.branch}", trailers)
        first = repository.commit_tree(tests, text, who, parents=(main.commit,), ref=None)
        record_verdict(repository, found.verdict, who)
        tree = repository.write_tree(found.files)
        commit = repository.commit_tree(tree, found.text(main.commit), who, parents=(first,), ref=None)
        repository.move_ref(branch_ref(change.branch), tip, commit)
    return commit


def _record(workspace: Workspace, change: Change, base: str, commit: str) -> None:
    assert not isinstance(change.spec, CompileSpec), "a new app has no base"
    moved = replace(change, spec=replace(change.spec, base=base))
    Changes(workspace.home.journal).set_state(moved, "proven", "ready to merge", commit)


def _held_at(commit: str) -> str:
    return f"held at {commit[:10]}"


def close_incidents(workspace: Workspace, fates: Sequence[Fate]) -> None:
    """Records that incidents are gone whose heals a release contains."""
    for row in fates:
        if row.state == "dropped" and row.incident:
            _set_incident(workspace, row.incident, "open", "gone")


def _set_incident(workspace: Workspace, identity: str, old: IncidentState, new: IncidentState) -> None:
    """Moves an incident from one state to another; one that is unknown or in a third state is left alone."""
    incidents = Incidents(workspace.home.journal)
    with contextlib.suppress(NotFound):
        known = incidents.get(identity)
        if known.state == old:
            incidents.put(replace(known, state=new))
