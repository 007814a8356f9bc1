"""Pins an installed app: `update` and `sync` leave it alone until it is unpinned."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from mapp.errors import MappError, NotFound, UsageError
from mapp.library.lockfile import LockEntry
from mapp.library.pins import set_pinned
from mapp.model.version import Version
from mapp.ops.share.install import Options, install_releases
from mapp.ops.share.sources import GIT, REGISTRY, Registries, Wanted, fits, parse_version, resolve
from mapp.ops.share.update import Newest, newest_of, shared_entries
from mapp.ops.workspace import Workspace


@dataclass(frozen=True, kw_only=True, slots=True)
class Pinned:
    """A pinned or unpinned app. `moved` says that another version was installed for it.

    `yanked` is why the version was withdrawn, as its registry was last seen.
    """

    entry: LockEntry
    moved: bool = False
    yanked: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Returns the report that `pin --json` and `unpin --json` print."""
        return {
            "app": self.entry.name,
            "version": self.entry.version,
            "commit": self.entry.commit,
            "pinned": self.entry.pinned,
            "moved": self.moved,
            "yanked": self.yanked,
        }


def pin_app(workspace: Workspace, text: str, options: Options) -> Pinned:
    """Pins an app that came from elsewhere, `NAME` or `NAME@VERSION`; installs that version first if needed.

    Raises:
        UsageError: the version is not one.
        NotFound: the app was not installed from elsewhere, or its source has no such version.
        MappError: see `mapp.ops.share.install.install`; nothing is pinned then.
    """
    name, at, tail = text.partition("@")
    version = parse_version(tail) if at else ()
    if version is None:
        raise UsageError(f"{tail!r} is not a version", hint="for example: mapp pin vat@1.2.0")
    (entry,) = shared_entries(workspace, [name])
    moved = not fits(Version.parse(entry.version), version)
    if moved:
        _install(workspace, entry, version, options)
    pinned = set_pinned(workspace.home, name, True, tell=workspace.tell)
    return Pinned(entry=pinned, moved=moved, yanked=_last_known(workspace, pinned).yanked)


def unpin_app(workspace: Workspace, name: str) -> Pinned:
    """Lets updates move an app again.

    Raises:
        NotFound: the app was not installed from elsewhere.
    """
    shared_entries(workspace, [name])
    return Pinned(entry=set_pinned(workspace.home, name, False, tell=workspace.tell))


def _install(workspace: Workspace, entry: LockEntry, version: tuple[int, ...], options: Options) -> None:
    registries = Registries(workspace)
    number = ".".join(map(str, version))
    if entry.source.startswith(GIT):
        # The person allowed this transport when they installed from this address.
        wanted = Wanted(text=entry.source, url=entry.source.removeprefix(GIT), version=version)
        release = replace(resolve(registries, wanted, allow_plain=True), name=entry.name)
    else:
        source = registries.by_url(entry.source.removeprefix(REGISTRY))
        if source is None:
            raise NotFound(
                f"the registry of {entry.name} is not configured: {entry.source.removeprefix(REGISTRY)}",
                hint="to add it: mapp registry add NAME URL",
                code="MAPP-0203",
            )
        wanted = Wanted(text=entry.name, name=entry.name, registry=source.name, version=version)
        release = resolve(registries, wanted)
    again = ("pin", f"{entry.name}@{number}", "--yes")
    install_releases(workspace, [release], [again], replace(options, kind="pin"))


def _last_known(workspace: Workspace, entry: LockEntry) -> Newest:
    """Returns what the registry of an app said when it was last seen; nothing for a git address."""
    if entry.source.startswith(GIT):
        return Newest(release=None)
    try:
        return newest_of(workspace, Registries(workspace, offline=True), entry)
    except MappError:  # never seen, or no longer listed: `mapp audit` reports it
        return Newest(release=None)
