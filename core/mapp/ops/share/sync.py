"""Makes a library have what a project's repository asks for: `mapp-library.toml` and `mapp.lock` beside it.

    library = 1

    [apps]
    vat = { registry = "https://git.example.com/apps/registry.git", version = "1.2" }
    tax = { git = "https://git.example.com/ada/tax.git" }

The project's lock names exact commits and contents, so everyone who works on it has the same apps. It grants
nothing: what an app may do, each person decides. A project's file adds no registry either.
"""

from __future__ import annotations

import contextlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from mapp.errors import InvalidInput, MappError, NotFound, Problem
from mapp.library.lockfile import LockEntry, read_lock, write_lock
from mapp.library.read import names as installed_names
from mapp.model.names import app_name_fault
from mapp.model.table_reader import TableReader
from mapp.model.version import Version
from mapp.ops.share.install import Installed, LockWouldChange, Options, install_releases
from mapp.ops.share.mirror import Mirror, opened_mirror
from mapp.ops.share.place import Placed
from mapp.ops.share.sources import (
    GIT,
    REGISTRY,
    Registries,
    Release,
    Wanted,
    fits,
    parse_version,
    resolve,
)
from mapp.ops.workspace import Workspace
from mapp.plain_files import read_plain
from mapp.share.address import parse_address
from mapp.share.app_refs import OWN
from mapp.share.errors import RemoteRefused
from mapp.share.remote import Access

LIBRARY_FILE: Final = "mapp-library.toml"
LOCK_FILE: Final = "mapp.lock"
MAX_APPS: Final = 1000
_MAX_SIZE: Final = 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Required:
    """One app of a project's list: from a registry or a git address, with an optional (short) version."""

    name: str
    source: str
    version: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Synced:
    """The result of a sync: all apps of the list, those that are installed but not listed, and the lock.

    `pinned` are the apps that the project wants in another version, and that stay because they are pinned.
    """

    installed: Installed
    extra: tuple[str, ...]
    lock_changed: bool
    pinned: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Returns the report that `sync --json` prints."""
        return {
            **self.installed.to_dict(),
            "changed": [row.entry.name for row in self.installed.rows if row.changed],
            "extra": list(self.extra),
            "pinned": list(self.pinned),
            "lock_changed": self.lock_changed,
        }


def read_required(folder: Path) -> tuple[Required, ...]:
    """Returns what a project's `mapp-library.toml` asks for, sorted by name.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it is not valid; lists every mistake with its path.
    """
    path = folder / LIBRARY_FILE
    try:
        document = tomllib.loads(read_plain(path, most=_MAX_SIZE).decode("utf-8"))
    except FileNotFoundError:
        raise NotFound(
            f"there is no {LIBRARY_FILE} in {folder.absolute()}", hint="run it in the project's folder"
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidInput(f"{path} cannot be read: {error}") from None
    problems: list[Problem] = []
    found = _ListReader(document, "", problems).apps()
    if problems:
        raise InvalidInput(f"{path} is not valid", problems, hint="correct the file")
    return found


class _ListReader(TableReader):
    def apps(self) -> tuple[Required, ...]:
        self.only("library", "apps")
        if self.get("library", int, 1, needed=True) != 1:
            self.refuse("library", "is a newer format; this mapp reads 1")
        rows = self.inner("apps")
        if len(rows.document) > MAX_APPS:
            self.refuse("apps", f"has more than {MAX_APPS} entries")
            return ()
        return tuple(rows.inner(name).required(name) for name in sorted(rows.document))

    def required(self, name: str) -> Required:
        if fault := app_name_fault(name):
            self.refuse("", fault)
        self.only("registry", "git", "version")
        if ("registry" in self.document) == ("git" in self.document):
            self.refuse("", "must have either a registry or a git address")
        key = "registry" if "registry" in self.document else "git"
        text = self.get(key, str, "", needed=True)
        url = ""
        try:
            url = parse_address(text, allow_plain=True).text if text else ""
        except MappError as error:
            self.refuse(key, error.message)
        version = self.get("version", str, "")
        numbers = parse_version(version) if version else ()
        if numbers is None:
            self.refuse("version", "is not a version such as 1.2 or 1.2.0")
        return Required(
            name=name,
            source=f"{REGISTRY if key == 'registry' else GIT}{url}",
            version=numbers or (),
        )


def sync(workspace: Workspace, folder: Path, options: Options) -> Synced:
    """Installs what a project asks for, at the commits of its lock, and writes the lock where it has gaps.

    Apps that are not on the list stay; they are named in the result.

    Raises:
        NotFound, InvalidInput: the list is missing or not valid, or a registry is not configured.
        LockWouldChange: with `options.locked`, the lock lacks an app, or has one that the list does not want.
        RemoteRefused: an app is not what the project's lock names; nothing was changed.
        MappError: see `mapp.ops.share.install.install`.
    """
    required = read_required(folder)
    path = folder / LOCK_FILE
    pinned = read_lock(path)
    if options.locked:
        _ensure_complete(required, pinned)
    have = read_lock(workspace.home.lock_file)
    with contextlib.ExitStack() as stack:
        mirror = None
        if options.mirror is not None:
            mirror = stack.enter_context(opened_mirror(workspace, options.mirror))
        wanted = _missing(workspace, required, pinned, options, mirror)
        again = [("sync", "--yes")] * len(wanted)
        found = install_releases(workspace, wanted, again, replace(options, kind="sync"))
    rows = {row.entry.name: row for row in found.rows}
    kept = {row.name for row in required if _is_kept(have.get(row.name), row, _fitting(row, pinned))}
    have = read_lock(workspace.home.lock_file)
    for row in required:
        if row.name not in rows and row.name in have:
            rows[row.name] = Placed(entry=have[row.name], changed=False)
    after = {name: replace(row.entry, granted=(), pinned=False) for name, row in rows.items()}
    for name in kept:  # what this person keeps is not what the project asks for
        after.pop(name, None)
        if name in pinned:
            after[name] = pinned[name]
    changed = after != pinned
    if changed and not options.dry_run:
        write_lock(path, after)
    extra = _extra(workspace, have, required)
    ordered = tuple(rows[name] for name in sorted(rows))
    installed = Installed(rows=ordered, dry_run=options.dry_run)
    return Synced(installed=installed, extra=extra, lock_changed=changed, pinned=tuple(sorted(kept)))


def _missing(
    workspace: Workspace,
    required: Sequence[Required],
    pinned: Mapping[str, LockEntry],
    options: Options,
    mirror: Mirror | None,
) -> list[Release]:
    """Returns the releases that the library lacks, from the mirror, or from registries and git addresses.

    Without a mirror, the sources of all apps are asked, so that one that contradicts the lock is noticed.
    """
    registries = Registries(workspace, offline=options.offline)
    have = read_lock(workspace.home.lock_file)
    found = []
    for row in required:
        pin = _fitting(row, pinned)
        release = None if mirror is not None else _release(registries, row, pin, options)
        if _is_there(have.get(row.name), row, pin) or _is_kept(have.get(row.name), row, pin):
            continue
        if mirror is not None:
            release = mirror.pinned(row.name, row.source, row.version, pin)
        assert release is not None
        found.append(release)
    return found


def _fitting(row: Required, pinned: Mapping[str, LockEntry]) -> LockEntry | None:
    """Returns the block of the project's lock for an app, if it still is what the list asks for."""
    entry = pinned.get(row.name)
    if entry is None or entry.source != row.source:
        return None
    try:
        return entry if fits(Version.parse(entry.version), row.version) else None
    except ValueError:
        return None


def _is_there(have: LockEntry | None, row: Required, pin: LockEntry | None) -> bool:
    """Returns whether the library has an app as the project wants it."""
    if have is None or have.source != row.source:
        return False
    if pin is not None:
        return (have.commit, have.content) == (pin.commit, pin.content)
    return fits(Version.parse(have.version), row.version)


def _is_kept(have: LockEntry | None, row: Required, pin: LockEntry | None) -> bool:
    """Returns whether the library has another version than the project wants, and the person pinned it."""
    pinned = have is not None and have.pinned and have.source == row.source
    return pinned and not _is_there(have, row, pin)


def _release(registries: Registries, row: Required, pin: LockEntry | None, options: Options) -> Release:
    """Returns the release of an app of the list: the one in the project's lock, else the newest that fits."""
    version = row.version if pin is None else parse_version(pin.version) or ()
    place = row.source.removeprefix(REGISTRY).removeprefix(GIT)
    if row.source.startswith(GIT):
        if pin is not None:
            access = Access(allow_plain=options.allow_plain)
            parse_address(place, allow_plain=options.allow_plain)
            return Release(
                name=row.name,
                source=row.source,
                url=place,
                tag=OWN.tag(pin.version),
                access=access,
                pinned=(pin.commit, pin.content),
            )
        wanted = Wanted(text=row.name, url=place, version=version)
        found = resolve(registries, wanted, allow_plain=options.allow_plain)
        return replace(found, name=row.name)
    source = registries.by_url(place)
    if source is None:
        raise NotFound(
            f"{row.name} comes from the registry {place}, which you have not added",
            hint="if you trust it: mapp registry add NAME URL",
            code="MAPP-0203",
        )
    wanted = Wanted(text=row.name, name=row.name, registry=source.name, version=version)
    found = resolve(registries, wanted, allow_plain=options.allow_plain, cooldown=pin is None)
    if pin is not None and found.published is not None:
        published = found.published
        if (published.commit, published.content) != (pin.commit, pin.content):
            raise RemoteRefused(
                f"{row.name} {pin.version} is {published.commit[:10]} in the registry {source.name}, "
                f"the project's lock says {pin.commit[:10]}",
                hint="nothing was changed; ask the registry's maintainers",
                code="MAPP-0612",
            )
    return found


def _ensure_complete(required: Sequence[Required], pinned: Mapping[str, LockEntry]) -> None:
    missing = [row.name for row in required if _fitting(row, pinned) is None]
    surplus = [name for name in pinned if name not in {row.name for row in required}]
    if missing or surplus:
        raise LockWouldChange(
            f"the project's {LOCK_FILE} does not fit its {LIBRARY_FILE}: {', '.join([*missing, *surplus])}",
            hint="run mapp sync without --locked, and commit the lock",
        )


def _extra(
    workspace: Workspace, have: Mapping[str, LockEntry], required: Sequence[Required]
) -> tuple[str, ...]:
    """Returns the apps from elsewhere that the list does not ask for."""
    listed = {row.name for row in required}
    here = installed_names(workspace.home)
    return tuple(
        name
        for name, entry in sorted(have.items())
        if entry.is_third_party and name not in listed and name in here
    )
