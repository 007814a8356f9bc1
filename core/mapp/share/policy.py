"""What a registry says about itself: `registry.toml`, its name, and `policy.toml`, its rules.

    registry = 1
    name = "team"
    description = "Apps of the team."

A policy may leave out every key; the values here are the defaults:

    policy = 1

    [checks]                    # a check refuses unless it is listed here
    licence = "warn"            # refuse, warn or off

    [names]
    distance = 3                # edits between a new name and every other
    reserved = []               # words that no name may contain, beyond mapp's own list
    taken = []                  # names that belong to somebody else, such as another registry's

    [waiting]                   # before the merge without a person
    new_name_hours = 72
    new_version_minutes = 10

    [publishers]
    new_names_a_day = 20

    [content]
    licences = []               # SPDX identifiers; empty allows every licence

    [signatures]
    required = false            # whether every version must be signed by a key in trust/allowed_signers
"""

from __future__ import annotations

import tomllib
from collections.abc import Container
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from mapp.errors import InvalidInput, Problem
from mapp.model.names import app_name_fault
from mapp.model.table_reader import TableReader
from mapp.share.entry import INVALID

CheckLevel = Literal["refuse", "warn", "off"]

FORMAT: Final = 1
REGISTRY_FILE: Final = "registry.toml"
POLICY_FILE: Final = "policy.toml"
MAX_FILE_SIZE: Final = 1024 * 1024
_LEVELS: Final[dict[str, CheckLevel]] = {level: level for level in get_args(CheckLevel)}
_MAX_NAMES: Final = 100_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Description:
    """A registry's name and purpose."""

    name: str
    description: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """A registry's rules; `levels` are pairs (check, level), and a check without one refuses."""

    levels: tuple[tuple[str, CheckLevel], ...] = (("licence", "warn"),)
    distance: int = 3
    reserved: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    new_name_hours: int = 72
    new_version_minutes: int = 10
    new_names_a_day: int = 20
    licences: tuple[str, ...] = ()
    signatures_required: bool = False

    def level(self, check: str) -> CheckLevel:
        """Returns what a failed check means."""
        return dict(self.levels).get(check, "refuse")


def parse_description(data: bytes) -> Description:
    """Parses `registry.toml`.

    Raises:
        InvalidInput: lists every mistake with its path.
    """
    problems: list[Problem] = []
    table = _PolicyReader(_document(data, REGISTRY_FILE), "", problems)
    found = table.about()
    _raise_for(REGISTRY_FILE, problems)
    return found


def parse_policy(data: bytes, *, checks: Container[str]) -> Policy:
    """Parses `policy.toml`; `checks` are the names that it may set.

    Raises:
        InvalidInput: lists every mistake with its path.
    """
    problems: list[Problem] = []
    table = _PolicyReader(_document(data, POLICY_FILE), "", problems)
    found = table.policy(checks)
    _raise_for(POLICY_FILE, problems)
    return found


def _document(data: bytes, file: str) -> dict[str, Any]:
    try:
        if len(data) > MAX_FILE_SIZE:
            raise ValueError(f"it is larger than {MAX_FILE_SIZE // 1024} KiB")
        return tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{file} is not TOML: {error}", code=INVALID) from None


def _raise_for(file: str, problems: list[Problem]) -> None:
    if problems:
        raise InvalidInput(f"{file} is not valid", problems, code=INVALID)


class _PolicyReader(TableReader):
    """Reads both files."""

    def about(self) -> Description:
        self.only("registry", "name", "description")
        self._format("registry")
        name = self.get("name", str, "", needed=True)
        if (fault := app_name_fault(name)) and "name" in self.document:
            self.refuse("name", fault)
        said = self.line("description", 300) if "description" in self.document else ""
        return Description(name=name, description=said)

    def policy(self, checks: Container[str]) -> Policy:
        self.only("policy", "checks", "names", "waiting", "publishers", "content", "signatures")
        self._format("policy")
        usual = Policy()
        names, waiting = self._table("names", "distance", "reserved", "taken"), self._waiting()
        people, content = self._table("publishers", "new_names_a_day"), self._table("content", "licences")
        signatures = self._table("signatures", "required")
        return Policy(
            levels=self._levels(checks) if "checks" in self.document else usual.levels,
            distance=names._count("distance", usual.distance, 0, 20),
            reserved=names.texts("reserved", _MAX_NAMES),
            taken=names.texts("taken", _MAX_NAMES),
            new_name_hours=waiting._count("new_name_hours", usual.new_name_hours, 0, 10_000),
            new_version_minutes=waiting._count("new_version_minutes", usual.new_version_minutes, 0, 100_000),
            new_names_a_day=people._count("new_names_a_day", usual.new_names_a_day, 1, 1_000_000),
            licences=content.texts("licences", 100),
            signatures_required=signatures.get("required", bool, False),
        )

    def _waiting(self) -> _PolicyReader:
        return self._table("waiting", "new_name_hours", "new_version_minutes")

    def _format(self, key: str) -> None:
        if self.get(key, int, FORMAT, needed=True) != FORMAT:
            self.refuse(key, f"is a newer format; this mapp reads {FORMAT}")

    def _table(self, key: str, *known: str) -> _PolicyReader:
        table = self.inner(key)
        table.only(*known)
        return table

    def _count(self, key: str, usual: int, low: int, high: int) -> int:
        return self.number(key, low, high) if key in self.document else usual

    def _levels(self, checks: Container[str]) -> tuple[tuple[str, CheckLevel], ...]:
        table = self.inner("checks")
        found: list[tuple[str, CheckLevel]] = []
        for name in table.document:
            level = table.get(name, str, "refuse")
            if name not in checks:
                table.refuse(name, "is not a check; mapp registry check --list shows them")
            elif level not in _LEVELS:
                table.refuse(name, f"must be one of {', '.join(_LEVELS)}")
            else:
                found.append((name, _LEVELS[level]))
        return tuple(found)
