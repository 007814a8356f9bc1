"""Updates installed apps to their newest releases, and tells which ones there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from mapp.errors import MappError, NotFound, UsageError
from mapp.git.tree import read_snapshot
from mapp.library.blocked import read_blocks
from mapp.library.landing import base_release
from mapp.library.lockfile import STARTER, LockEntry, read_lock
from mapp.library.operations import Operation
from mapp.library.read import open_repository, released
from mapp.model.app import read_app
from mapp.model.version import Version
from mapp.ops.check.gate import Watch
from mapp.ops.run.permissions import Permit
from mapp.ops.share.at_hand import at_hand
from mapp.ops.share.consent import new_owner
from mapp.ops.share.cooldown import HELD_BACK, Waiting, matured
from mapp.ops.share.fork import fork_app, forked_name
from mapp.ops.share.install import LockWouldChange
from mapp.ops.share.local_changes import Carried, Fate, carry_over, local_changes
from mapp.ops.share.local_proposals import carry_proposals, close_incidents
from mapp.ops.share.place import handed_over, has_own_changes, keep_aside, new_capabilities, place, proven
from mapp.ops.share.release import MOVED_TAG, Arrived, arriving, ensure_unmoved
from mapp.ops.share.sources import (
    GIT,
    REGISTRY,
    YANKED,
    Registries,
    Release,
    listed_release,
    note_on,
    released_tags,
)
from mapp.ops.workspace import Workspace
from mapp.share.app_refs import OWN
from mapp.share.entry import PublishedVersion
from mapp.share.errors import RemoteRefused
from mapp.share.registries import known_registries
from mapp.share.remote import Access
from mapp.suggested_commands import suggested_command

State = Literal["current", "available", "updated", "held", "pinned", "waiting", "failed"]
"""`held`: the newer release was stored, but does not run until the person agrees or decides. `pinned`: the
person keeps the installed version, and there is a reason to look at it: a newer release, a yank or an
advisory. `waiting`: the cooldown holds the newer release back."""
Local = Literal["keep", "discard"]
"""What happens to changes of this library that a release does not contain: kept if they fit, or given up."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """What is known about one installed app.

    `to` is the newest release, or the same as `version`. `needs` are the capabilities that it adds.
    `yanked` is why the installed version was withdrawn, and `note` what the registry advises about the
    version that runs. `local` says what became of the changes of this
    library, and `forked` is the name under which they live on. `error` is set if the app failed.
    """

    app: str
    version: str
    to: str
    commit: str
    state: State
    reason: str = ""
    needs: tuple[str, ...] = ()
    yanked: str | None = None
    note: str = ""
    local: tuple[Fate, ...] = ()
    forked: str = ""
    error: MappError | None = None

    def to_dict(self) -> dict[str, Any]:
        """Returns the row that `update --json` and `outdated --json` print."""
        return {
            "app": self.app,
            "from": self.version,
            "to": self.to,
            "commit": self.commit,
            "state": self.state,
            "reason": self.reason,
            "needs": list(self.needs),
            "yanked": self.yanked,
            "note": self.note or None,
            "local": [row.to_dict() for row in self.local],
            "forked": self.forked or None,
            "code": None if self.error is None else self.error.code,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """How to update: `yes` grants what newer releases add, `permit` asks; `dry_run` fetches nothing.

    With `offline`, only what the library has is used; with `locked`, an app that would move fails. With
    `local` set to `discard`, changes of this library are given up; with `fork`, the changed app goes on
    under that name, and the release takes its place.
    """

    yes: bool = False
    permit: Permit | None = None
    dry_run: bool = False
    offline: bool = False
    locked: bool = False
    watch: Watch | None = None
    operation: Operation | None = None
    """What the operation log says; all updates of one command are one operation."""
    local: Local = "keep"
    fork: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Newest:
    """The newest release of an installed app, or None if it is installed.

    `yanked` is why the installed version was withdrawn; `changed` says that the app was changed here.
    `waiting` is a newer version that the cooldown holds back, if there is no other. `note` is what the
    registry advises about the installed version.
    """

    release: Release | None
    yanked: str | None = None
    note: str = ""
    changed: bool = False
    waiting: Waiting | None = None


def update(workspace: Workspace, names: Sequence[str], options: Options) -> Iterator[Row]:
    """Updates installed apps, all or the named ones, and yields a row for each as soon as it is done.

    An app that cannot be updated keeps its version and gets a row with its error; the others go on. A release
    that wants more capabilities is stored but not run, unless the person agrees. A version that was yanked is
    replaced by the newest one that was not, even if that is an older one.

    Changes of this library are carried over, see `mapp.ops.share.local_changes`. If one does not fit, the app
    stays as it is, and the release is stored beside it.

    Raises:
        UsageError: a fork was asked for, and not exactly one app was named.
        NotFound: there is no installed app of a name.
        InvalidInput, IntegrityError: the settings or the lock file are damaged.
    """
    if options.fork and len(names) != 1:
        raise UsageError(
            "a fork is of one app", hint=suggested_command("update", "APP", "--fork", options.fork)
        )
    if options.fork:
        forked_name(options.fork)
    operation = options.operation or workspace.operation("update", *names)
    yield from _each(workspace, names, replace(options, operation=operation), _updated)


def outdated(workspace: Workspace, names: Sequence[str] = (), *, offline: bool = False) -> Iterator[Row]:
    """Yields a row for each installed app, or for the named ones; changes nothing.

    With `offline`, registries are read as they were last seen, and apps from a git address are left out.

    Raises as `update` does.
    """
    yield from _each(workspace, names, Options(dry_run=True, offline=offline), _told)


_Step = Callable[[Workspace, LockEntry, Newest, Options], Row]


def _each(workspace: Workspace, names: Sequence[str], options: Options, step: _Step) -> Iterator[Row]:
    registries = Registries(workspace, offline=options.offline)
    for entry in shared_entries(workspace, names):
        if options.offline and entry.source.startswith(GIT):
            continue
        try:
            yield step(workspace, entry, newest_of(workspace, registries, entry), options)
        except MappError as error:
            is_fresh = error.code == HELD_BACK
            yield Row(
                app=entry.name,
                version=entry.version,
                to=entry.version,
                commit=entry.commit,
                state="waiting" if is_fresh else "failed",
                reason=error.message,
                error=None if is_fresh else error,
            )


def shared_entries(
    workspace: Workspace, names: Sequence[str] = (), *, sources: tuple[str, ...] = (GIT, REGISTRY)
) -> list[LockEntry]:
    """Returns the lock entries of the apps that were installed from elsewhere, all or the named ones.

    `sources` are what the source of such an app may begin with. Starter apps count if there is a registry for
    them.

    Raises:
        NotFound: there is no installed app of a name.
    """
    if any(row.starter for row in known_registries(workspace.config).values()):
        sources = (*sources, STARTER)
    found = {
        name: entry
        for name, entry in sorted(read_lock(workspace.home.lock_file).items())
        if entry.source.startswith(sources)
    }
    for name in names:
        if name not in found:
            raise NotFound(
                f"{name} was not installed from a registry or an address",
                hint=f"to see what is installed: {suggested_command('list')}",
                code="MAPP-0201",
            )
    return [found[name] for name in names or found]


def newest_of(workspace: Workspace, registries: Registries, entry: LockEntry) -> Newest:
    """Returns the newest release of an installed app, as its source says now.

    Raises:
        RemoteFailed: the source cannot be reached.
        RemoteRefused: the installed version is another commit there now (MAPP-0612), or the registry was
            rewritten.
        NotFound: the registry is not configured, or no longer lists the app.
    """
    base = _base(workspace, entry)
    if entry.source.startswith(GIT):
        return _newest_tag(entry, base)
    source = registries.source_of(entry)
    if source is None:
        raise NotFound(
            f"the registry of {entry.name} is not configured: {entry.source.removeprefix(REGISTRY)}",
            hint="to add it: mapp registry add NAME URL",
            code="MAPP-0203",
        )
    listed = registries.copy(source).entry(entry.name)
    if listed is None and entry.source == STARTER:
        return Newest(release=None, changed=base.changed)
    if listed is None:
        raise NotFound(f"the registry {source.name} no longer lists {entry.name}", code="MAPP-0203")
    own = listed.version(base.version)
    yanked = None if own is None else own.yanked
    changed = base.changed
    if own is not None:
        _ensure_same(workspace, entry, base, own, source.name)
    fresh: tuple[Waiting, ...] = ()
    blocked = any(row.content == entry.content for row in read_blocks(workspace.home))
    if yanked is None and not blocked:  # what replaces a withdrawn or malicious version does not wait
        listed, fresh = matured(workspace.config, listed, workspace.clock())
    try:
        release = _if_newer(listed_release(source, listed), base.version, yanked)
    except MappError as error:
        if error.code != YANKED and listed.versions:
            raise
        release = None
    newer = (row for row in fresh if Version.parse(row.version) > base.version)
    return Newest(
        release=release,
        yanked=yanked,
        note="" if own is None else note_on(source, listed, own),
        changed=changed,
        waiting=next(newer, None) if release is None else None,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Base:
    """The release that an installed app is, or is built on; `commit` is None if that is not known.

    A starter app's is the commit that mapp made when it set up the library. Its content, not its id, says
    which listed version it is: later versions have a history in the registry that mapp does not ship.
    """

    version: Version
    commit: str | None
    changed: bool


def _base(workspace: Workspace, entry: LockEntry) -> _Base:
    """Returns the release that an installed app is built on.

    A change of this library has a version of its own, which the author may give to another release.
    """
    if not has_own_changes(workspace, entry):
        return _Base(version=Version.parse(entry.version), commit=entry.commit, changed=False)
    repository = open_repository(workspace.home, entry.name)
    commit = base_release(repository, entry.commit)
    if commit is None:
        return _Base(version=Version.parse(entry.version), commit=None, changed=True)
    released_app = read_app(read_snapshot(repository, commit).files, strict=False)
    return _Base(version=released_app.manifest.version, commit=commit, changed=True)


def _ensure_same(
    workspace: Workspace, entry: LockEntry, base: _Base, own: PublishedVersion, registry: str
) -> None:
    """Raises RemoteRefused if a registry lists the installed release with another commit or content."""
    if base.commit in (None, own.commit):
        return
    if entry.source == STARTER:
        tree = open_repository(workspace.home, entry.name).tree_of(str(base.commit))
        if tree == own.tree:
            return
        was = f"tree {tree[:10]} as it came with mapp"
    else:
        was = f"{str(base.commit)[:10]} when it was installed"
    now = own.tree if entry.source == STARTER else own.commit
    raise RemoteRefused(
        f"{entry.name} {base.version} is {now[:10]} in the registry {registry}, and was {was}",
        hint="nothing was changed; ask the registry's maintainers",
        code=MOVED_TAG,
    )


def _if_newer(release: Release, own: Version, yanked: str | None) -> Release | None:
    number = Version.parse(release.version)
    return release if number > own or (yanked is not None and number != own) else None


def _newest_tag(entry: LockEntry, base: _Base) -> Newest:
    url = entry.source.removeprefix(GIT)
    # The person allowed this transport when they installed from this address.
    access = Access(allow_plain=True)
    tags = released_tags(url, access)
    own = tags.get(base.version)
    if own is not None and base.commit is not None and own != base.commit:
        raise RemoteRefused(
            f"v{base.version} of {url} is {own[:10]} now, and was {base.commit[:10]} when it was installed",
            hint="nothing was changed; ask the author",
            code=MOVED_TAG,
        )
    newest = max(tags, default=base.version)
    if newest <= base.version:
        return Newest(release=None, changed=base.changed)
    tag = OWN.tag(newest)
    release = Release(name=entry.name, source=entry.source, url=url, tag=tag, access=access)
    return Newest(release=release, changed=base.changed)


def _told(workspace: Workspace, entry: LockEntry, newest: Newest, options: Options) -> Row:
    """Returns what `outdated` says about an app."""
    release = newest.release
    reason = "" if newest.yanked is None else f"{entry.version} was yanked: {newest.yanked}"
    if newest.waiting is not None:
        return Row(
            app=entry.name,
            version=entry.version,
            to=entry.version,
            commit=entry.commit,
            state="waiting",
            reason=str(newest.waiting),
            note=newest.note,
        )
    row = Row(
        app=entry.name,
        version=entry.version,
        to=entry.version if release is None else release.version,
        commit=entry.commit,
        state="current" if release is None else "available",
        reason=reason,
        yanked=newest.yanked,
        note=newest.note,
    )
    return pinned_row(workspace, entry, row) if entry.pinned else row


def pinned_row(workspace: Workspace, entry: LockEntry, row: Row) -> Row:
    """Returns the row of a pinned app: what is newer, and what speaks against the version that it keeps."""
    blocks = [block for block in read_blocks(workspace.home) if block.content == entry.content]
    against = [row.reason] if row.reason else []
    against += [f"the advisory {block.advisory} calls it malicious: {block.summary}" for block in blocks]
    if row.state == "current" and not against:
        return row
    reason = "; ".join([*against, f"to unpin it: {suggested_command('unpin', entry.name)}"])
    return replace(row, state="pinned", reason=reason)


def _updated(workspace: Workspace, entry: LockEntry, newest: Newest, options: Options) -> Row:
    row = _told(workspace, entry, newest, options)
    if options.dry_run or entry.pinned:
        return row
    if newest.release is None:
        return replace(row, local=carry_proposals(workspace, entry.name, watch=options.watch))
    if options.locked:
        raise LockWouldChange(
            f"mapp.lock would change: {entry.name} {row.to} is newer", hint="run the command without --locked"
        )
    release = at_hand(workspace.home, newest.release) if options.offline else newest.release
    operation = options.operation or workspace.operation("update", entry.name)
    with arriving(workspace, release) as arrived:
        ensure_unmoved(open_repository(workspace.home, entry.name), arrived)
        needs = new_capabilities(workspace, arrived, entry)
        asked = (*new_owner(handed_over(workspace, arrived, entry)), *needs)
        if asked and not options.yes and not _permitted(options, f"{entry.name} {arrived.version}", asked):
            keep_aside(workspace, arrived, entry)
            accept = suggested_command("update", entry.name, "--yes")
            reason = f"it wants to use {', '.join(asked)}; to allow that: {accept}"
            return replace(row, state="held", reason=reason, needs=needs)
        verdict = proven(workspace, arrived, watch=options.watch)
        carried = _carried(workspace, entry, arrived, newest, options)
        if carried.held is not None:
            keep_aside(workspace, arrived, entry, verdict)
            return replace(row, state="held", reason=_why_held(entry, carried.held), local=carried.fates)
        if options.fork:
            fork_app(workspace, entry, options.fork, operation=operation, watch=options.watch)
        placed = place(
            workspace,
            arrived,
            entry,
            verdict,
            granted=needs,
            operation=operation,
            rebased=carried.rebased,
        )
    if options.local == "keep" and not options.fork:
        close_incidents(workspace, carried.fates)
    return replace(
        row,
        state="updated",
        commit=placed.entry.commit,
        note=placed.note,
        needs=needs,
        local=(*carried.fates, *carry_proposals(workspace, entry.name, watch=options.watch)),
        forked=options.fork,
    )


def _carried(
    workspace: Workspace, entry: LockEntry, arrived: Arrived, newest: Newest, options: Options
) -> Carried:
    """Returns what becomes of the changes of this library on a release."""
    if not newest.changed:
        if options.fork:
            raise UsageError(f"{entry.name} was not changed in this library", hint="update it without --fork")
        return Carried(fates=())
    repository = open_repository(workspace.home, entry.name)
    changes = local_changes(repository, entry.commit)
    if options.local == "discard" or options.fork:
        why = f"it goes on as {options.fork}" if options.fork else "you gave it up"
        return Carried(fates=tuple(Fate.of(row, "dropped", why) for row in changes or ()))
    if changes is None:
        why = "it is not built on a release that this library knows"
        return Carried(fates=(Fate(commit=entry.commit, operation="edit", state="held", why=why),))
    return carry_over(
        workspace,
        repository,
        changes,
        (arrived.app, arrived.snapshot.files),
        taken=frozenset(released(workspace.home, entry.name)),
        watch=options.watch,
    )


def _why_held(entry: LockEntry, fate: Fate) -> str:
    show = suggested_command("log", entry.name)
    drop = suggested_command("update", entry.name, "--discard")
    fork = suggested_command("update", entry.name, "--fork", f"{entry.name}-2")
    return (
        f"its {fate.operation} {fate.commit[:10]} in this library stays: {fate.why}; to see it: {show}; "
        f"to take the release without it: {drop}; to keep both: {fork}"
    )


def _permitted(options: Options, app: str, needs: tuple[str, ...]) -> bool:
    return options.permit is not None and options.permit(app, needs)
