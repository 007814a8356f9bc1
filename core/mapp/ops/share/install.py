"""Installs apps from registries and git addresses."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mapp.errors import MappError, UsageError
from mapp.library.lockfile import LockEntry, read_lock
from mapp.ops.check.gate import Watch
from mapp.ops.run.permissions import Permit
from mapp.ops.share.at_hand import at_hand
from mapp.ops.share.consent import ensure_consent, new_owner
from mapp.ops.share.mirror import opened_mirror
from mapp.ops.share.place import (
    CHANGED_HERE,
    Placed,
    Verify,
    handed_over,
    has_own_changes,
    installed_entry,
    is_installed,
    new_capabilities,
    place,
    proven,
)
from mapp.ops.share.release import Arrived, arriving
from mapp.ops.share.sources import Registries, Release, parse_wanted, resolve
from mapp.ops.workspace import Workspace
from mapp.suggested_commands import suggested_command

WOULD_CHANGE: Final = "MAPP-0580"
AT_ONCE: Final = 16
"""How many releases are fetched at the same time: most of the time is spent waiting for servers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """How to install: `yes` grants what the apps declare, `permit` asks; see `proven` for `verify`.

    With `offline`, only what the library has is used; with `mirror`, only what that file has. With `locked`,
    nothing may change the lock file. `kind` is what the operation log calls it.
    """

    yes: bool = False
    permit: Permit | None = None
    allow_plain: bool = False
    dry_run: bool = False
    verify: Verify = "auto"
    watch: Watch | None = None
    kind: str = "install"
    offline: bool = False
    locked: bool = False
    mirror: Path | None = None


class LockWouldChange(MappError):
    """`--locked` was given, and a lock file would change."""

    code = WOULD_CHANGE
    exit_code = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Installed:
    """The result of an install; after a dry run, what it would have done."""

    rows: tuple[Placed, ...]
    dry_run: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Returns the report that `install --json` prints."""
        rows = [row.to_dict() for row in self.rows]
        return {"schema": 1, "installed": rows, **({"dry_run": True} if self.dry_run else {})}


def install(workspace: Workspace, texts: Sequence[str], options: Options) -> Installed:
    """Installs releases, each by `NAME`, `REGISTRY:NAME`, with `@VERSION`, or `git+ADDRESS[@v1.2.0]`.

    All are fetched and checked before the first one lands. One that is installed already is left alone;
    another version of it is replaced.

    Raises:
        UsageError, NotFound: see `parse_wanted` and `resolve`.
        RemoteFailed, RemoteRefused, IntegrityError, InvalidApp: see `arriving` and `proven`.
        PermissionNeeded: it wants capabilities that the person did not agree to.
        AlreadyExists: an app of that name came from elsewhere.
        LockWouldChange: with `locked`, one of them is not installed yet.
    """
    wanted = [parse_wanted(text, allow_plain=options.allow_plain) for text in texts]
    again = [("install", text, "--yes", *(["--allow-git"] * options.allow_plain)) for text in texts]
    with contextlib.ExitStack() as stack:
        if options.mirror is not None:
            mirror = stack.enter_context(opened_mirror(workspace, options.mirror))
            releases = [mirror.find(row) for row in wanted]
        else:
            registries = Registries(workspace, offline=options.offline)
            releases = [resolve(registries, row, allow_plain=options.allow_plain) for row in wanted]
        if options.locked:
            _ensure_locked(workspace, releases)
        return install_releases(workspace, releases, again, options)


def install_releases(
    workspace: Workspace, releases: Sequence[Release], again: Sequence[Sequence[str]], options: Options
) -> Installed:
    """Installs releases; `again` has for each the words of the command that also grants its capabilities.

    Raises as `install` does.
    """
    if options.offline and options.mirror is None:
        releases = [at_hand(workspace.home, release) for release in releases]
    if not releases:
        return Installed(rows=(), dry_run=options.dry_run)
    with contextlib.ExitStack() as stack:
        arrived = _fetched(workspace, releases, stack)
        _ensure_distinct(arrived)
        entries = [installed_entry(workspace, row) for row in arrived]
        ready = [
            _agreed(workspace, row, entry, suggested_command(*words), options)
            for row, entry, words in zip(arrived, entries, again, strict=True)
        ]
        if options.dry_run:
            return Installed(rows=tuple(map(_planned, arrived, entries, ready)), dry_run=True)
        verdicts = [
            None
            if is_installed(row, entry)
            else proven(workspace, row, verify=options.verify, watch=options.watch)
            for row, entry in zip(arrived, entries, strict=True)
        ]
        operation = workspace.operation(options.kind, *(row.app.commit for row in arrived))
        rows = [
            place(workspace, row, entry, verdict, granted=granted, operation=operation)
            for row, entry, verdict, granted in zip(arrived, entries, verdicts, ready, strict=True)
        ]
        return Installed(rows=tuple(rows))


def _ensure_locked(workspace: Workspace, releases: Sequence[Release]) -> None:
    """Raises LockWouldChange if the library does not have exactly these releases."""
    known = {(row.source, row.version, row.name) for row in read_lock(workspace.home.lock_file).values()}
    anonymous = {row[:2] for row in known}
    for release in releases:
        place = release.source, release.version
        if place not in anonymous or (release.name and (*place, release.name) not in known):
            raise LockWouldChange(
                f"mapp.lock would change: {release.place} is not installed",
                hint="run the command without --locked",
            )


def _fetched(workspace: Workspace, releases: Sequence[Release], stack: contextlib.ExitStack) -> list[Arrived]:
    """Fetches several releases at once; if one fails, the others are deleted with the stack."""
    contexts = [arriving(workspace, release) for release in releases]
    with ThreadPoolExecutor(max_workers=min(AT_ONCE, len(contexts))) as pool:
        started = [pool.submit(context.__enter__) for context in contexts]
    found = []
    failed: BaseException | None = None
    for context, future in zip(contexts, started, strict=True):
        if (error := future.exception()) is None:
            stack.push(context.__exit__)
            found.append(future.result())
        else:
            failed = failed or error
    if failed is not None:
        raise failed
    return found


def _ensure_distinct(arrived: Sequence[Arrived]) -> None:
    names = [row.app.name for row in arrived]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"{name} is named twice", hint="name each app once")


def _agreed(
    workspace: Workspace, arrived: Arrived, entry: LockEntry | None, again: str, options: Options
) -> tuple[str, ...]:
    """Returns the capabilities that the person agreed to now, after asking."""
    if is_installed(arrived, entry):
        return ()
    if entry is not None and has_own_changes(workspace, entry):
        show, update = suggested_command("log", entry.name), suggested_command("update", entry.name)
        raise MappError(
            f"{entry.name} was changed in this library since {entry.version} was installed",
            hint=f"to see how: {show}; to carry the changes over to the newest version: {update}",
            code=CHANGED_HERE,
        )
    wanted = new_capabilities(workspace, arrived, entry)
    if not options.dry_run:
        asked = (*new_owner(handed_over(workspace, arrived, entry)), *wanted)
        ensure_consent(
            arrived.app.name, arrived.version, asked, yes=options.yes, permit=options.permit, again=again
        )
    return wanted


def _planned(arrived: Arrived, entry: LockEntry | None, granted: tuple[str, ...]) -> Placed:
    """Returns the row that an install would report."""
    from mapp.library.pins import entry_of

    new = entry_of(
        arrived.app,
        arrived.snapshot.files,
        commit=arrived.app.commit,
        tree=arrived.snapshot.tree,
        source=arrived.release.source,
        granted=(*granted, *(entry.granted if entry is not None else ())),
    )
    changed = entry is None or entry.commit != new.commit
    return Placed(entry=new, changed=changed, note=arrived.release.note)
