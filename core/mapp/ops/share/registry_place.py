"""Which registry a command means: the name of a configured one, or an address."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mapp.errors import MappError, NotFound
from mapp.ops.workspace import Workspace
from mapp.share.address import parse_address
from mapp.share.mirror import Mirror, refreshed
from mapp.share.registries import known_registries, registry_named
from mapp.share.remote import Access


@dataclass(frozen=True, kw_only=True, slots=True)
class RegistryPlace:
    """A registry's address, and what the person allows for it."""

    name: str
    url: str
    access: Access

    def __str__(self) -> str:
        return self.name or self.url


def find_registry(workspace: Workspace, text: str, *, allow_plain: bool = False) -> RegistryPlace:
    """Returns the registry that a person named: by its name in the settings, an address, or a folder.

    A folder that exists is an address, too.

    Raises:
        NotFound: no registry of that name is configured.
        UsageError, PermissionNeeded: the address is not valid, or not allowed.
    """
    known = known_registries(workspace.config)
    if text not in known and is_address(text):
        url = own_address(text, allow_plain=allow_plain)
        return RegistryPlace(name="", url=url, access=access_for(url, allow_plain=allow_plain))
    found = registry_named(known, text)
    access = Access(allow_plain=found.allow_plain or allow_plain)
    return RegistryPlace(name=found.name, url=found.url, access=access)


def access_for(url: str, *, allow_plain: bool = False) -> Access:
    """Returns what is allowed for a registry and the apps that it lists.

    Apps of a registry behind https or ssh must be there too: an entry must not make a maintainer's machine
    read its own folders, or reach servers that only it can reach.
    """
    return Access(allow_plain=allow_plain or not parse_address(url, allow_plain=True).is_safe)


def is_address(text: str) -> bool:
    """Returns whether a text is an address or an existing folder, not a name."""
    return any(sign in text for sign in "/:\\") or text in (".", "..") or Path(text).is_dir()


def own_address(text: str, *, allow_plain: bool) -> str:
    """Returns an address that a person typed for pushing. A path on this machine needs no permission.

    Raises:
        NotFound: there is no such folder.
        UsageError, PermissionNeeded: the address is not valid, or not allowed.
    """
    if "://" in text or (":" in text and not text.startswith(("/", "."))):
        return parse_address(text, allow_plain=allow_plain or text.startswith("file://")).text
    folder = Path(text).expanduser().absolute()
    if not folder.is_dir():
        raise NotFound(f"there is no repository at {folder}", hint=f"to make one: git init --bare {text}")
    return parse_address(str(folder), allow_plain=True).text


def mirrored(workspace: Workspace, place: RegistryPlace, *, submissions: bool = False) -> Mirror:
    """Returns a registry as its remote has it now; raises what `mapp.share.mirror.refreshed` does."""
    folder = workspace.config.cache / "registries"
    try:
        return refreshed(folder, place.url, access=place.access, submissions=submissions, tell=workspace.tell)
    except MappError as error:
        if not error.hint:
            error.hint = f"check the address of the registry: {place.url}"
        raise
