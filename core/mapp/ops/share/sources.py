"""From what a person types to one release: where it is, which tag, and what a registry says about it.

    NAME            NAME@1.2.0          the one registry that lists it
    TEAM:NAME       TEAM:NAME@1.2       the registry called `team`
    git+https://git.example.com/ada/vat.git[@v1.2.0]

A version may be short: `1.2` is the highest 1.2.x. A name without a registry is looked up in all of them, and
must be in exactly one: no registry stands in for another that is unreachable or lacks the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from mapp.errors import MappError, NotFound, UsageError
from mapp.library.lockfile import LockEntry
from mapp.library.stored_releases import stored_versions
from mapp.model.names import app_name_fault
from mapp.model.version import Version
from mapp.ops.share.advice import ensure_not_malicious, is_listed_in, note_advisories
from mapp.ops.share.cooldown import held_back, matured
from mapp.ops.workspace import Workspace
from mapp.share.address import parse_address
from mapp.share.app_refs import OWN, version_of
from mapp.share.entry import Entry, PublishedVersion
from mapp.share.registries import RegistrySource, known_registries, registry_named
from mapp.share.registry_copy import RegistryCopy, last_seen, refresh
from mapp.share.remote import Access, ls_remote
from mapp.suggested_commands import suggested_command

GIT: Final = "git+"
REGISTRY: Final = "registry+"
"""How the `source` of an installed app begins in the lock file; the rest is an address."""
YANKED: Final = "MAPP-0204"

_VERSION: Final = re.compile(r"v?(\d{1,9}(?:\.\d{1,9}){0,2})")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What a person typed: an app in a registry (empty: the only one that has it), or a git address."""

    text: str
    name: str = ""
    registry: str = ""
    url: str = ""
    version: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """One released version and where it is; `published` is what the registry says, None for a git address.

    `name` is empty for a git address: the manifest there says it.
    """

    name: str
    source: str
    url: str
    tag: str
    access: Access
    published: PublishedVersion | None = None
    pinned: tuple[str, str] | None = None
    """The commit and content that a project's lock names for a git address."""
    ref: str = ""
    """Where the release is at `url`, if not at its tag."""
    listed: Entry | None = None
    """The registry's entry of the app."""
    note: str = ""
    """What its author or the registry advises about it, for a person."""

    @property
    def version(self) -> str:
        """Returns the version that the tag names."""
        return version_of(self.tag)

    @property
    def place(self) -> str:
        """Returns the release as messages show it."""
        return f"{self.name or self.url} v{self.version}"


def parse_wanted(text: str, *, allow_plain: bool = False) -> Wanted:
    """Parses one argument of `mapp install`.

    Raises:
        UsageError: it is neither a name nor an address.
        PermissionNeeded: the address needs `--allow-git`.
    """
    if text.startswith(GIT):
        place, at, tail = text.removeprefix(GIT).rpartition("@")
        found = _VERSION.fullmatch(tail) if at else None
        url = place if found else text.removeprefix(GIT)
        address = parse_address(url, allow_plain=allow_plain)
        return Wanted(text=text, url=address.text, version=_numbers(found[1]) if found else ())
    if "://" in text or text.startswith(("/", ".")):
        raise UsageError(
            f"{text!r} is neither a name nor an address", hint=f"an address begins with {GIT}: {GIT}{text}"
        )
    place, _, tail = text.partition("@")
    registry, colon, name = place.rpartition(":")
    version = _VERSION.fullmatch(tail) if tail else None
    faults = [app_name_fault(name), app_name_fault(registry) if colon else ""]
    if any(faults) or ("@" in text and version is None):
        raise UsageError(
            f"{text!r} is not the name of an app",
            hint="for example: vat, vat@1.2.0, team:vat or git+https://git.example.com/ada/vat.git@v1.2.0",
        )
    return Wanted(text=text, name=name, registry=registry, version=_numbers(version[1]) if version else ())


def parse_version(text: str) -> tuple[int, ...] | None:
    """Parses a version that may be short, e.g. `1.2` or `v1.2.0`; returns None if it is not one."""
    found = _VERSION.fullmatch(text)
    return None if found is None else _numbers(found[1])


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


class Registries:
    """The configured registries during one command; each is refreshed at most once.

    With `offline`, they are read as they were last seen.
    """

    def __init__(self, workspace: Workspace, *, offline: bool = False) -> None:
        self.workspace = workspace
        self.offline = offline
        self.sources: Mapping[str, RegistrySource] = known_registries(workspace.config)
        self._copies: dict[str, RegistryCopy] = {}
        self._failures: dict[str, MappError] = {}

    def copy(self, source: RegistrySource) -> RegistryCopy:
        """Returns the current state of a registry.

        Raises:
            RemoteFailed: it cannot be reached.
            RemoteRefused: it was rewritten, or sends too much.
            NotFound: the command is offline, and the registry was never seen.
        """
        if (failure := self._failures.get(source.name)) is not None:  # many apps may be from it
            raise failure
        if source.name not in self._copies:
            home, tell = self.workspace.home, self.workspace.tell
            try:
                found = last_seen(home, source) if self.offline else refresh(home, source, tell=tell)
            except MappError as error:
                self._failures[source.name] = error
                raise
            if found is None:
                raise NotFound(
                    f"the registry {source.name} was never fetched",
                    hint="run the command once without --offline",
                )
            self._copies[source.name] = found
            note_advisories(self.workspace.home, found)
        return self._copies[source.name]

    def by_url(self, url: str) -> RegistrySource | None:
        """Returns the configured registry with an address, or None."""
        return next((source for source in self.sources.values() if source.url == url), None)

    def source_of(self, entry: LockEntry) -> RegistrySource | None:
        """Returns the configured registry that updates an installed app, or None."""
        return next((row for row in self.sources.values() if is_listed_in(entry, row)), None)

    def find(self, wanted: Wanted) -> tuple[RegistrySource, Entry]:
        """Returns the registry that lists an app, and its entry.

        Raises:
            NotFound: no registry lists it.
            UsageError: several do, and none was named.
        """
        if wanted.registry:
            candidates: Iterable[RegistrySource] = [registry_named(self.sources, wanted.registry)]
        else:
            candidates = self.sources.values()
        found = [(row, entry) for row in candidates if (entry := self.copy(row).entry(wanted.name))]
        if len(found) > 1:
            named = [f"{row.name}:{wanted.name}" for row, _ in found]
            raise UsageError(f"several registries list {wanted.name}", hint=f"name one: {' or '.join(named)}")
        if not found:
            raise self._unlisted(wanted)
        return found[0]

    def _unlisted(self, wanted: Wanted) -> NotFound:
        if not self.sources:
            return NotFound(
                f"there is no registry to look for {wanted.name} in",
                hint="to add one: mapp registry add NAME URL",
                code="MAPP-0203",
            )
        where = f"the registry {wanted.registry}" if wanted.registry else f"any of {', '.join(self.sources)}"
        return NotFound(
            f"{wanted.name} is not listed in {where}", hint="check the spelling", code="MAPP-0203"
        )


def resolve(
    registries: Registries, wanted: Wanted, *, allow_plain: bool = False, cooldown: bool = True
) -> Release:
    """Returns the release that a person asked for: the highest version that fits and was not yanked.

    With `cooldown`, fresh versions are passed over, which is reported.

    Raises:
        NotFound: nothing fits.
        MappError: only yanked versions fit (MAPP-0204), or only fresh ones (MAPP-0206).
        IntegrityError: an advisory calls the version malicious (MAPP-0657).
        RemoteFailed, RemoteRefused: see `Registries.copy` and `ls_remote`.
    """
    if wanted.url:
        return _from_git(registries, wanted, Access(allow_plain=allow_plain))
    source, entry = registries.find(wanted)
    if cooldown:
        entry = _without_fresh(registries.workspace, entry, wanted)
    release = listed_release(source, entry, wanted.version, allow_plain=allow_plain)
    if release.published is not None:
        ensure_not_malicious(registries.copy(source), entry.name, release.published)
    return release


def _without_fresh(workspace: Workspace, entry: Entry, wanted: Wanted) -> Entry:
    """Returns an entry without the versions that the cooldown holds back; reports those that would fit.

    Raises:
        MappError: every version that fits is held back (MAPP-0206).
    """
    ready, waiting = matured(workspace.config, entry, workspace.clock())
    newest = next((row for row in waiting if fits(Version.parse(row.version), wanted.version)), None)
    if newest is not None:
        known = entry.version(Version.parse(newest.version))
        rest = [row for row in ready.versions if row.yanked is None and fits(row.version, wanted.version)]
        if known is None or known.yanked is not None:
            return ready
        if not rest:
            raise held_back(workspace.config, newest)
        if max(row.version for row in rest) < known.version:
            workspace.tell(str(newest))
    return ready


def listed_release(
    source: RegistrySource, entry: Entry, version: tuple[int, ...] = (), *, allow_plain: bool = False
) -> Release:
    """Returns the highest release of an entry that fits a (short) version and was not yanked.

    Raises:
        NotFound: no version fits.
        MappError: only yanked versions do (MAPP-0204).
    """
    fitting = [row for row in entry.versions if fits(row.version, version)]
    if not fitting:
        known = ", ".join(str(row.version) for row in entry.versions[-5:])
        raise NotFound(
            f"{source.name}:{entry.name} has no version {_shown(version)}", hint=f"the newest are {known}"
        )
    usable = [row for row in fitting if row.yanked is None]
    if not usable:
        last = max(fitting, key=lambda row: row.version)
        other = entry.latest
        raise MappError(
            f"{source.name}:{entry.name} {last.version} was yanked: {last.yanked}",
            hint=f"to install another: mapp install {source.name}:{entry.name}@{other.version}"
            if other
            else "there is no other version",
            code=YANKED,
        )
    best = max(usable, key=lambda row: row.version)
    return Release(
        name=entry.name,
        source=f"{REGISTRY}{source.url}",
        url=entry.remote,
        tag=best.tag,
        access=Access(allow_plain=source.allow_plain or allow_plain),
        published=best,
        listed=entry,
        note=note_on(source, entry, best),
    )


def note_on(source: RegistrySource, entry: Entry, row: PublishedVersion) -> str:
    """Returns what a registry advises about a version of an app, or ""; the text is its author's."""
    notes = []
    if entry.renamed_to:
        new = suggested_command("install", f"{source.name}:{entry.renamed_to}")
        notes.append(f"{entry.name} is called {entry.renamed_to} now: {new}")
    if row.deprecated is not None:
        notes.append(f"{entry.name} {row.version} is deprecated: {row.deprecated}")
        if row.use:
            notes.append("instead: " + suggested_command("install", f"{source.name}:{row.use}"))
    return "; ".join(notes)


def _from_git(registries: Registries, wanted: Wanted, access: Access) -> Release:
    if registries.offline:
        tags = stored_versions(registries.workspace.home, f"{GIT}{wanted.url}")
    else:
        tags = released_tags(wanted.url, access)
    fitting = [version for version in tags if fits(version, wanted.version)]
    if not fitting:
        what = f"version {_shown(wanted.version)}" if wanted.version else "tag such as v1.0.0"
        raise NotFound(
            f"{wanted.url} has no {what}", hint=f"to see its tags: git ls-remote --tags {wanted.url}"
        )
    return Release(
        name="", source=f"{GIT}{wanted.url}", url=wanted.url, tag=OWN.tag(max(fitting)), access=access
    )


def released_tags(url: str, access: Access) -> dict[Version, str]:
    """Returns the versions that a remote has tags for, each with the commit that the tag leads to."""
    found: dict[Version, str] = {}
    for ref, identity in ls_remote(url, OWN.tags, access=access).items():
        name = ref.removeprefix("refs/tags/v")
        try:
            version = Version.parse(name.removesuffix("^{}"))
        except ValueError:
            continue
        if name.endswith("^{}") or version not in found:  # the peeled line comes after the tag's own
            found[version] = identity
    return found


def fits(version: Version, wanted: tuple[int, ...]) -> bool:
    """Returns whether a version begins with the wanted numbers.

    >>> fits(Version.parse("1.2.3"), (1, 2)), fits(Version.parse("1.20.0"), (1, 2))
    (True, False)
    """
    return (version.major, version.minor, version.patch)[: len(wanted)] == wanted


def _shown(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
