"""Puts a checked release into the library: proven, with the person's consent, in one landing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mapp.errors import AlreadyExists, StaleBase
from mapp.git.repository import Repository
from mapp.git.tree import read_snapshot
from mapp.library.landing import (
    Proposal,
    base_release,
    bring_in_release,
    claim_release,
    land,
    land_release,
    record_release,
    settle_held,
)
from mapp.library.lockfile import STARTER, LockEntry, read_lock
from mapp.library.locks import holding
from mapp.library.operations import Operation
from mapp.library.read import open_repository
from mapp.library.verdicts import record_verdict
from mapp.model.app import read_app
from mapp.model.capabilities import NOTHING, Capabilities
from mapp.model.verdict import Verdict
from mapp.ops.check.gate import Watch, judged, refuse_failures, trial_of
from mapp.ops.run.permissions import ensure_isolated
from mapp.ops.share.advice import REGISTRY
from mapp.ops.share.consent import added_capabilities
from mapp.ops.share.local_changes import Rebased
from mapp.ops.share.release import Arrived, ensure_unmoved
from mapp.ops.workspace import Workspace
from mapp.share.entry import Transfer
from mapp.share.registries import known_registries
from mapp.share.remote import admit
from mapp.suggested_commands import suggested_command

CHANGED_HERE = "MAPP-0743"


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """An app from elsewhere as the lock file has it now; `changed` is False if it was there already.

    `note` is what its author or the registry advises about it.
    """

    entry: LockEntry
    changed: bool
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Returns the row that `install --json` prints."""
        row = self.entry
        return {
            "app": row.name,
            "version": row.version,
            "commit": row.commit,
            "content": row.content,
            "source": row.source,
            "granted": list(row.granted),
            **({"note": self.note} if self.note else {}),
        }


def installed_entry(workspace: Workspace, arrived: Arrived) -> LockEntry | None:
    """Returns the lock entry of the app that a release would replace, or None if the name is free.

    Raises:
        AlreadyExists: an app of that name came from elsewhere.
        IntegrityError: the lock file is damaged, or the version that is installed was another commit.
    """
    name, home = arrived.app.name, workspace.home
    if not home.repository(name).exists():
        return None
    entry = read_lock(home.lock_file).get(name)
    source = "an unknown place" if entry is None else entry.source
    if entry is None or not _may_replace(workspace, entry, arrived.release.source):
        raise AlreadyExists(
            f"an app called {name} is in the library already, from {source}",
            hint=f"to replace it: {suggested_command('remove', name)}, then install again",
        )
    ensure_unmoved(open_repository(home, name), arrived)
    return entry


def _may_replace(workspace: Workspace, entry: LockEntry, source: str) -> bool:
    """Returns whether a release from a source is a version of an installed app."""
    if entry.source != STARTER:
        return entry.source == source
    known = known_registries(workspace.config).values()
    return any(row.starter and source == f"{REGISTRY}{row.url}" for row in known)


def is_installed(arrived: Arrived, entry: LockEntry | None) -> bool:
    """Returns whether the library has exactly this release already."""
    return entry is not None and (entry.commit, entry.source) == (arrived.app.commit, arrived.release.source)


def capabilities_of(workspace: Workspace, entry: LockEntry | None) -> Capabilities:
    """Returns the capabilities that the installed version declares; none if nothing is installed."""
    if entry is None:
        return NOTHING
    found = read_snapshot(open_repository(workspace.home, entry.name), entry.commit)
    return read_app(found.files, strict=False).manifest.capabilities


def new_capabilities(workspace: Workspace, arrived: Arrived, entry: LockEntry | None) -> tuple[str, ...]:
    """Returns the capabilities of a release that the person has not agreed to yet.

    After a hand-over, these are all that it has: the person agreed to let another author use them.
    """
    if handed_over(workspace, arrived, entry) is not None:
        entry = None
    return added_capabilities(capabilities_of(workspace, entry), arrived.app.manifest.capabilities)


def handed_over(workspace: Workspace, arrived: Arrived, entry: LockEntry | None) -> Transfer | None:
    """Returns by which hand-over a release is somebody else's than the installed version, or None."""
    listed = arrived.release.listed
    if entry is None or listed is None:
        return None
    repository = open_repository(workspace.home, entry.name)
    base = base_release(repository, entry.commit) or entry.commit
    tree = repository.tree_of(base)  # a starter app may be a listed version as another commit
    commits = [row.commit for row in listed.versions if row.tree == tree]
    old = base if base in commits or not commits else commits[0]
    return listed.transfer_between(old, arrived.app.commit)


def has_own_changes(workspace: Workspace, entry: LockEntry) -> bool:
    """Returns whether an installed app has commits on top of its release: a heal, an edit, a rollback."""
    return base_release(open_repository(workspace.home, entry.name), entry.commit) != entry.commit


Verify = Literal["auto", "always"]


def proven(
    workspace: Workspace, arrived: Arrived, *, verify: Verify = "auto", watch: Watch | None = None
) -> Verdict:
    """Returns a passing verdict on a release: the author's where that is enough, else the gate's, run here.

    The author's is enough for an app from a registry that can do nothing outside the sandbox, if it was
    given with this machine's engine. The registry's checks have derived it again before they listed it.

    Raises:
        InvalidApp: a check failed.
        SandboxUnavailable, PermissionNeeded: this machine does not isolate a third-party app well enough.
    """
    theirs, app = arrived.verdict, arrived.app
    trusted = arrived.release.published is not None and not added_capabilities(
        NOTHING, app.manifest.capabilities
    )
    if verify == "auto" and trusted and theirs is not None and theirs.engine == workspace.executor.engine:
        return theirs
    ensure_isolated(workspace, app.name)
    trial = trial_of(workspace, app, arrived.snapshot.files, base=None, kind="add")
    found = judged(trial, arrived.snapshot.tree, watch)
    refuse_failures(found, force=False, hint=f"nothing was changed; tell the author: {arrived.release.url}")
    return found


def place(
    workspace: Workspace,
    arrived: Arrived,
    entry: LockEntry | None,
    verdict: Verdict | None,
    *,
    granted: Sequence[str],
    operation: Operation,
    rebased: Sequence[Rebased] = (),
) -> Placed:
    """Puts a release into the library as the version that runs, with its block of the lock file.

    `entry` is what it replaces; the same release again changes nothing. `granted` are capabilities that the
    person agreed to just now. `operation` is what the operation log says. `rebased` are changes of this
    library to commit on top of the release; `main` moves once.

    Raises:
        AlreadyExists: another process installed an app of that name in the meantime.
        StaleBase: the app moved in the meantime; nothing was changed.
    """
    home, name, commit = workspace.home, arrived.app.name, arrived.app.commit
    if entry is not None and is_installed(arrived, entry):
        return Placed(entry=entry, changed=False, note=arrived.release.note)
    proposal = _proposal(workspace, arrived, verdict, granted, operation)
    with holding(home.holds, name, tell=workspace.tell) as abandoned:
        if entry is None:
            hint = f"to see it: {suggested_command('show', name)}"
            bring_in_release(
                home, arrived.fetched.path, proposal, commit=commit, hint=hint, tell=workspace.tell
            )
        else:
            repository = _ready(workspace, entry, abandoned=abandoned)
            admit(arrived.fetched, repository.path)
            if rebased:
                _land_rebased(workspace, repository, arrived, entry, proposal, rebased)
            else:
                land_release(home, repository, proposal, old=entry.commit, commit=commit, tell=workspace.tell)
    return Placed(entry=read_lock(home.lock_file)[name], changed=True, note=arrived.release.note)


def _land_rebased(
    workspace: Workspace,
    repository: Repository,
    arrived: Arrived,
    entry: LockEntry,
    release: Proposal,
    rebased: Sequence[Rebased],
) -> None:
    """Commits changes of this library on top of an admitted release, and moves `main` to the last one."""
    who, parent = release.signature, arrived.app.commit
    claim_release(repository, arrived.version, parent, old=entry.commit)
    for verdict in filter(None, (release.verdict, *(row.verdict for row in rebased))):
        record_verdict(repository, verdict, who)
    for row in rebased[:-1]:
        tree = repository.write_tree(row.files)
        parent = repository.commit_tree(tree, row.text(parent), who, parents=(parent,), ref=None)
    last = rebased[-1]
    proposal = Proposal(
        app=last.app,
        files=last.files,
        text=last.text(parent),
        signature=who,
        verdict=last.verdict,
        source=release.source,
        granted=release.granted,
        operation=release.operation,
    )
    old = entry.commit
    land(workspace.home, repository, proposal, old=old, since=old, parents=(parent,), tell=workspace.tell)


def keep_aside(
    workspace: Workspace, arrived: Arrived, entry: LockEntry, verdict: Verdict | None = None
) -> None:
    """Stores a release in an installed app's repository, tagged, without running it.

    `verdict` is what `proven` returned: the author's where that is enough, else the one that was made here.
    It is recorded, so that taking the release later does not start from nothing. An author's verdict that
    would not be enough is not: it would then count as proof.

    Raises:
        StaleBase: the app moved in the meantime.
    """
    with holding(workspace.home.holds, entry.name, tell=workspace.tell) as abandoned:
        repository = _ready(workspace, entry, abandoned=abandoned)
        admit(arrived.fetched, repository.path)
        if verdict is not None:
            record_verdict(repository, verdict, workspace.signature())
        record_release(repository, arrived.version, arrived.app.commit)
        if repository.tip(f"refs/tags/v{arrived.version}") is None:  # it may be a version of this library
            repository.tag(f"v{arrived.version}", arrived.app.commit)


def _ready(workspace: Workspace, entry: LockEntry, *, abandoned: bool) -> Repository:
    """Returns an installed app's repository, settled, after checking that it still is at the entry."""
    repository = open_repository(workspace.home, entry.name)
    repository.sweep(abandoned=abandoned)
    settle_held(workspace.home, repository, tell=workspace.tell)
    if repository.tip() != entry.commit:
        raise StaleBase(f"{entry.name} moved in the meantime", hint="run the command again")
    return repository


def _proposal(
    workspace: Workspace,
    arrived: Arrived,
    verdict: Verdict | None,
    granted: Sequence[str],
    operation: Operation,
) -> Proposal:
    return Proposal(
        app=arrived.app,
        files=arrived.snapshot.files,
        text="",
        signature=workspace.signature(),
        verdict=verdict,
        source=arrived.release.source,
        granted=tuple(granted),
        operation=operation,
    )
