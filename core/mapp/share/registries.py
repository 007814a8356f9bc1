"""The registries that a person uses: the table `[registries]` of the user's own settings file.

[registries.team]
url = "https://git.example.com/apps/registry.git"
allow_plain = false           # true with `mapp registry add --allow-git`

The setting `starter_registry` is the address of one more, or of one of these: it has the starter apps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from mapp.config import REGISTRIES, Config
from mapp.errors import (
    AlreadyExists,
    InvalidInput,
    MappError,
    NotFound,
    PermissionNeeded,
    Problem,
    UsageError,
)
from mapp.model.names import app_name_fault
from mapp.settings_file import read_document, write_document
from mapp.share.address import parse_address
from mapp.suggested_commands import suggested_command

MAX_REGISTRIES: Final = 50
STARTER_NAME: Final = "starter"
"""What the registry of the starter apps is called, unless the person gave it a name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RegistrySource:
    """A registry by the name that the person gave it.

    With `allow_plain`, it and the apps that it lists may be reached over plain transports. `starter` says
    that starter apps are updated from it.
    """

    name: str
    url: str
    allow_plain: bool = False
    starter: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Returns the registry as `registry list --json` prints it."""
        return {"name": self.name, "url": self.url, "allow_plain": self.allow_plain}


def known_registries(config: Config) -> dict[str, RegistrySource]:
    """Returns the registries that a person uses, by name: those of the file, and that of the starter apps.

    Raises:
        InvalidInput: the settings file is not valid, or another registry is called `starter`.
        UsageError, PermissionNeeded: the address of the starter registry is not valid, or not allowed.
    """
    found = read_registries(config.config_file)
    if not config.starter_registry:
        return found
    url = parse_address(config.starter_registry, allow_plain=True).text
    named = next((row for row in found.values() if row.url == url), None)
    if named is not None:
        return {**found, named.name: replace(named, starter=True)}
    try:
        own = _source(STARTER_NAME, url, allow_plain=False)
    except PermissionNeeded as error:
        error.hint = (
            f"to allow that: {suggested_command('registry', 'add', STARTER_NAME, url, '--allow-git')}"
        )
        raise
    if STARTER_NAME in found:
        raise InvalidInput(
            f"the registry {STARTER_NAME} is {found[STARTER_NAME].url}, and starter_registry is {url}",
            hint=f"to use the setting alone: {suggested_command('registry', 'remove', STARTER_NAME)}",
        )
    return {**found, STARTER_NAME: replace(own, starter=True)}


def read_registries(config_file: Path) -> dict[str, RegistrySource]:
    """Returns the configured registries by name, in the order of the file.

    Raises:
        InvalidInput: the settings file is not valid; lists every mistake with its path.
    """
    rows = read_document(config_file).get(REGISTRIES, {})
    problems: list[Problem] = []
    found: dict[str, RegistrySource] = {}
    if not isinstance(rows, Mapping) or len(rows) > MAX_REGISTRIES:
        problems.append(
            Problem(path=REGISTRIES, message=f"must be a table of at most {MAX_REGISTRIES} tables")
        )
        rows = {}
    for name, row in rows.items():
        path = f"{REGISTRIES}.{name}"
        url, plain = (
            (row.get("url"), row.get("allow_plain", False)) if isinstance(row, Mapping) else ("", False)
        )
        if app_name_fault(name) or not isinstance(url, str) or not isinstance(plain, bool):
            problems.append(
                Problem(path=path, message="must be a named table with a url, and may say allow_plain")
            )
            continue
        try:
            found[name] = _source(name, url, allow_plain=plain)
        except MappError as error:
            problems.append(Problem(path=f"{path}.url", message=error.message))
    if problems:
        raise InvalidInput(f"{config_file} is not valid", problems, hint="correct the file")
    return found


def add_registry(
    config_file: Path,
    name: str,
    url: str,
    *,
    allow_plain: bool = False,
    check: Callable[[RegistrySource], object] | None = None,
) -> RegistrySource:
    """Adds a registry to the user's settings and returns it; the same one again changes nothing.

    `check` is called before the settings change, and raises to refuse the registry.

    Raises:
        AlreadyExists: another registry has that name, or this address has another name.
        UsageError, PermissionNeeded: the name or the address is not valid, or not allowed.
    """
    if fault := app_name_fault(name):
        raise UsageError(f"{name!r} {fault}")
    known, new = read_registries(config_file), _source(name, url, allow_plain=allow_plain)
    for other in known.values():
        if (other.name == name) != (other.url == new.url):
            raise AlreadyExists(
                f"the registry {other.name} is {other.url} already",
                hint=f"to remove it: mapp registry remove {other.name}",
            )
    if check is not None:
        check(new)
    if known.get(name) != new:
        _write(config_file, {**known, name: new})
    return new


def remove_registry(config_file: Path, name: str) -> RegistrySource:
    """Removes a registry from the user's settings and returns it; apps installed from it stay.

    Raises:
        NotFound: there is no registry of that name.
    """
    known = read_registries(config_file)
    found = registry_named(known, name)
    _write(config_file, {key: row for key, row in known.items() if key != name})
    return found


def registry_named(known: Mapping[str, RegistrySource], name: str) -> RegistrySource:
    """Returns the registry of a name; raises NotFound if there is none."""
    if name not in known:
        raise NotFound(
            f"there is no registry {name!r}",
            hint=f"known are {', '.join(known)}" if known else "to add one: mapp registry add NAME URL",
            code="MAPP-0203",
        )
    return known[name]


def _source(name: str, url: str, *, allow_plain: bool) -> RegistrySource:
    address = parse_address(url, allow_plain=allow_plain)
    return RegistrySource(name=name, url=address.text, allow_plain=allow_plain)


def _write(config_file: Path, known: Mapping[str, RegistrySource]) -> None:
    document = read_document(config_file)
    document.pop(REGISTRIES, None)
    if known:
        document[REGISTRIES] = {
            row.name: {"url": row.url, **({"allow_plain": True} if row.allow_plain else {})}
            for row in known.values()
        }
    write_document(config_file, document)
