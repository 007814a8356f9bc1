"""Advisories: what a registry's maintainers say about versions that should no longer be used.

    advisories/vat-2026-1.toml:

    advisory = 1
    app = "vat"
    severity = "malicious"                 # malicious, high, medium or low
    summary = "Sends its inputs to a third party."
    versions = [">=1.0.0, <1.2.1"]         # any of these ranges; without the key, every version
    fixed = "1.2.1"                        # optional
    replacement = "sales-tax"              # optional: another app of the registry to use instead
    contents = ["sha256:…"]                # optional: this content, whatever it is called

`malicious` is more than a warning: mapp neither installs nor runs such a version.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from mapp.errors import InvalidInput, MappError, Problem
from mapp.git.repository import Repository
from mapp.git.tree import FILE_MODE, FOLDER_MODE, find_entry, raw_entries
from mapp.model.names import app_name_fault
from mapp.model.table_reader import TableReader
from mapp.model.version import Version
from mapp.share.entry import MAX_REASON_LENGTH, MAX_VERSIONS
from mapp.share.registry import read_blob

Severity = Literal["malicious", "high", "medium", "low"]

FOLDER: Final = "advisories"
FORMAT: Final = 1
MAX_ADVISORIES: Final = 10_000
MAX_SIZE: Final = 128 * 1024
_MAX_RANGES: Final = 50
_MAX_CONTENTS: Final = MAX_VERSIONS
_SUFFIX: Final = ".toml"
_CONTENT: Final = re.compile(r"sha256:[0-9a-f]{64}")
_BOUND: Final = re.compile(r"(>=|<=|>|<|=|)\s*(\S+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Bound:
    """One side of a range, e.g. `<1.2.1`."""

    sign: str
    version: Version

    def __str__(self) -> str:
        return f"{self.sign}{self.version}"

    def holds(self, version: Version) -> bool:
        """Returns whether a version is on the right side."""
        match self.sign:
            case ">=":
                return version >= self.version
            case "<=":
                return version <= self.version
            case ">":
                return version > self.version
            case "<":
                return version < self.version
            case _:
                return version == self.version


@dataclass(frozen=True, kw_only=True, slots=True)
class Advisory:
    """One advisory; `ranges` is empty if it is about every version."""

    id: str
    app: str
    severity: Severity
    summary: str
    ranges: tuple[tuple[Bound, ...], ...] = ()
    fixed: str = ""
    replacement: str = ""
    contents: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Returns the document of the file."""
        row: dict[str, Any] = {
            "advisory": FORMAT,
            "app": self.app,
            "severity": self.severity,
            "summary": self.summary,
            "versions": [", ".join(map(str, bounds)) for bounds in self.ranges],
            "fixed": self.fixed,
            "replacement": self.replacement,
            "contents": list(self.contents),
        }
        return {key: value for key, value in row.items() if value}

    def to_toml(self) -> bytes:
        """Returns the content of the file."""
        import tomli_w

        return tomli_w.dumps(self.to_dict()).encode()

    def is_about(self, app: str, version: str, content: str = "") -> bool:
        """Returns whether it is about this version of an app, or about this content."""
        if content and content in self.contents:
            return True
        if app != self.app:
            return False
        number = Version.parse(version)
        return not self.ranges or any(all(bound.holds(number) for bound in row) for row in self.ranges)


def parse_range(text: str) -> tuple[Bound, ...]:
    """Parses a range such as `>=1.0.0, <1.2.1`; all of its bounds must hold. A version alone is that version.

    Raises:
        ValueError: it is not a range.

    >>> all(bound.holds(Version.parse("1.2.0")) for bound in parse_range(">=1.0.0, <1.2.1"))
    True
    """
    found = []
    for part in text.split(","):
        match = _BOUND.fullmatch(part.strip())
        if match is None:
            raise ValueError("is not a range such as >=1.0.0, <1.2.1")
        found.append(Bound(sign=match[1] or "=", version=Version.parse(match[2])))
    return tuple(found)


def advisory_path(identity: str) -> str:
    """Returns where a registry keeps an advisory."""
    return f"{FOLDER}/{identity}{_SUFFIX}"


def parse_advisory(data: bytes, identity: str) -> Advisory:
    """Parses an advisory; `identity` is the name of its file without the ending.

    Raises:
        InvalidInput: lists every mistake with its path.
    """
    where = advisory_path(identity)
    try:
        document = tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{where} is not TOML: {error}") from None
    problems: list[Problem] = []
    found = _AdvisoryReader(document, "", problems).advisory(identity)
    if problems:
        raise InvalidInput(f"{where} is not a valid advisory", problems)
    return found


class _AdvisoryReader(TableReader):
    def advisory(self, identity: str) -> Advisory:
        self.only("advisory", "app", "severity", "summary", "versions", "fixed", "replacement", "contents")
        if self.get("advisory", int, FORMAT, needed=True) != FORMAT:
            self.refuse("advisory", f"is a newer format; this mapp reads {FORMAT}")
        app = self.get("app", str, "", needed=True)
        if fault := app_name_fault(app):
            self.refuse("app", fault)
        contents = self.texts("contents", _MAX_CONTENTS)
        if not all(_CONTENT.fullmatch(text) for text in contents):
            self.refuse("contents", "must be content hashes: sha256: and 64 hexadecimal digits")
        return Advisory(
            id=identity,
            app=app,
            severity=self._severity(),
            summary=self.line("summary", MAX_REASON_LENGTH),
            ranges=tuple(self._ranges()),
            fixed=self._fixed(),
            replacement=self._replacement(),
            contents=contents,
        )

    def _severity(self) -> Severity:
        found = self.get("severity", str, "", needed=True)
        for known in get_args(Severity):
            if found == known:
                return known  # type: ignore[no-any-return]
        self.refuse("severity", f"must be one of {', '.join(get_args(Severity))}")
        return "low"

    def _ranges(self) -> Iterator[tuple[Bound, ...]]:
        for text in self.texts("versions", _MAX_RANGES):
            try:
                yield parse_range(text)
            except ValueError as error:
                self.refuse("versions", str(error))

    def _replacement(self) -> str:
        found = self.get("replacement", str, "")
        if found and (fault := app_name_fault(found)):
            self.refuse("replacement", fault)
        return found

    def _fixed(self) -> str:
        found = self.get("fixed", str, "")
        try:
            return str(Version.parse(found)) if found else ""
        except ValueError as error:
            self.refuse("fixed", str(error))
            return ""


def read_advisories(repository: Repository, commit: str) -> tuple[tuple[Advisory, ...], tuple[str, ...]]:
    """Returns the advisories of a registry at a commit, sorted by id, and what is wrong with the others.

    One that cannot be read does not hide the rest.

    Raises:
        IntegrityError: the folder is damaged, or has too many files.
    """
    folder = find_entry(repository, repository.tree_of(commit), FOLDER)
    if folder is None or folder[0] != FOLDER_MODE:
        return (), ()
    found, faults = [], []
    rows = sorted((name, mode, blob) for mode, name, blob in raw_entries(repository, folder[1], FOLDER))
    for name, mode, blob in rows[:MAX_ADVISORIES]:
        if mode != FILE_MODE or not name.endswith(_SUFFIX):
            continue
        try:
            data = read_blob(repository, blob, f"{FOLDER}/{name}")
            if len(data) > MAX_SIZE:
                raise InvalidInput(f"{FOLDER}/{name} is larger than {MAX_SIZE // 1024} KiB")
            found.append(parse_advisory(data, name.removesuffix(_SUFFIX)))
        except MappError as error:
            faults.append(str(error))
    return tuple(found), tuple(faults)
