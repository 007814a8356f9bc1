"""An app in a registry: its file `apps/<ab>/<name>.toml`, and the same document as a line of the index.

An entry has the app's name, the git remote that holds it, and one block for each published version, oldest
first. Versions are only ever appended. The one later change to a block is the key `yanked`, with its reason:

    entry = 1
    name = "vat"
    remote = "https://git.example.org/ada/vat.git"

    [[version]]
    version = "1.0.0"
    description = "Adds value-added tax to a net price."
    tag = "v1.0.0"
    commit = "2b1c…"                # 40 or 64 hexadecimal digits, as `tree`
    tree = "91fe…"
    content = "sha256:…"            # see `mapp.model.app.content_hash`
    interface = "sha256:…"          # see `mapp.model.interface.interface_hash`
    engine = "quickjs-ng 0.17.0"    # the engine of its verdict; empty if there is none
    capabilities = ["clock"]        # the names that a person grants
    origin = "compile"              # what made it: the commit's `Mapp-Operation`
    signer = "SHA256:…"             # the fingerprint of the SSH key that signed the tag; empty if unsigned
    time = "2026-11-30T14:00:00Z"   # when its author published it
    yanked = "wrong rounding"       # only once it was withdrawn

A line of the index is the same document as canonical JSON (RFC 8785).
"""

from __future__ import annotations

import contextlib
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from mapp.errors import InvalidInput, Problem
from mapp.model.names import app_name_fault
from mapp.model.table_reader import TableReader
from mapp.model.values import InvalidValue, canonical, parse
from mapp.model.version import Version

Parsed = TypeVar("Parsed")

FORMAT: Final = 1
INVALID: Final = "MAPP-0160"
MAX_ENTRY_SIZE: Final = 1024 * 1024
"""The largest entry, in bytes."""
MAX_VERSIONS: Final = 1000
MAX_REMOTE_LENGTH: Final = 500
MAX_DESCRIPTION_LENGTH: Final = 300
MAX_REASON_LENGTH: Final = 300
MAX_CAPABILITIES: Final = 100

_HEAD: Final = ("entry", "name", "remote", "version")
_BLOCK: Final = (
    "version",
    "description",
    "tag",
    "commit",
    "tree",
    "content",
    "interface",
    "engine",
    "capabilities",
    "origin",
    "signer",
    "time",
    "yanked",
)
_OBJECT: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_HASH: Final = re.compile(r"sha256:[0-9a-f]{64}")
_SIGNER: Final = re.compile(r"(?:SHA256:[A-Za-z0-9+/]{43})?")
_ORIGIN: Final = re.compile(r"[a-z][a-z-]{0,29}")
_HELPER: Final = re.compile(r"[A-Za-z0-9+.-]*::")
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedVersion:
    """One version of an app as a registry lists it; `yanked` is the reason for its withdrawal, or None.

    `time` is in seconds since 1970-01-01 UTC.
    """

    version: Version
    description: str
    tag: str
    commit: str
    tree: str
    content: str
    interface: str
    engine: str
    capabilities: tuple[str, ...]
    origin: str
    signer: str
    time: int
    yanked: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Returns the `[[version]]` block."""
        document: dict[str, Any] = {
            "version": str(self.version),
            "description": self.description,
            "tag": self.tag,
            "commit": self.commit,
            "tree": self.tree,
            "content": self.content,
            "interface": self.interface,
            "engine": self.engine,
            "capabilities": list(self.capabilities),
            "origin": self.origin,
            "signer": self.signer,
            "time": time_text(self.time),
        }
        return document if self.yanked is None else document | {"yanked": self.yanked}


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """An app as a registry lists it; `versions` is oldest first and has at least one."""

    name: str
    remote: str
    versions: tuple[PublishedVersion, ...]

    @property
    def latest(self) -> PublishedVersion | None:
        """Returns the highest version that is not yanked, or None."""
        return max(
            (row for row in self.versions if row.yanked is None), key=lambda row: row.version, default=None
        )

    def version(self, wanted: Version) -> PublishedVersion | None:
        """Returns the published version of that number, yanked or not, or None."""
        return next((row for row in self.versions if row.version == wanted), None)

    def with_version(self, row: PublishedVersion) -> Entry:
        """Returns the entry with one more version at the end."""
        return replace(self, versions=(*self.versions, row))

    def with_yank(self, wanted: Version, reason: str) -> Entry:
        """Returns the entry with one version withdrawn, for a reason of one line."""
        rows = (replace(row, yanked=reason) if row.version == wanted else row for row in self.versions)
        return replace(self, versions=tuple(rows))

    def to_dict(self) -> dict[str, Any]:
        """Returns the document of the file and of the index line."""
        return {
            "entry": FORMAT,
            "name": self.name,
            "remote": self.remote,
            "version": [row.to_dict() for row in self.versions],
        }

    def to_toml(self) -> bytes:
        """Returns the content of the entry's file; equal entries give equal bytes.

        A new version only adds lines at the end, so git merges changes to different apps, and shows a
        publication as one added block.
        """
        import tomli_w

        return tomli_w.dumps(self.to_dict()).encode()

    def to_line(self) -> bytes:
        """Returns the entry's line of the index, with its newline; equal entries give equal bytes."""
        return canonical(self.to_dict()).encode() + b"\n"


def entry_path(name: str) -> str:
    """Returns where a registry keeps an app's entry.

    >>> entry_path("vat"), entry_path("x")
    ('apps/va/vat.toml', 'apps/x/x.toml')
    """
    return f"apps/{name[:2]}/{name}.toml"


def parse_entry(data: bytes, *, where: str = "the entry") -> Entry:
    """Parses an entry's file; unknown keys are mistakes. `where` names the file in errors.

    Raises:
        InvalidInput: lists every mistake with its path, such as `version[3].commit`.
    """
    try:
        if len(data) > MAX_ENTRY_SIZE:
            raise ValueError(f"it is larger than {MAX_ENTRY_SIZE // 1024} KiB")
        document = tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{where} is not TOML: {error}", code=INVALID) from None
    return _checked(document, where, strict=True)


def parse_line(data: bytes, *, where: str = "the index line") -> Entry:
    """Parses a line of the index; keys that this version of mapp does not know are ignored.

    Raises:
        InvalidInput: lists every mistake with its path.
    """
    try:
        document = parse(data.decode("utf-8"), what="the line", longest=MAX_ENTRY_SIZE)
    except (UnicodeDecodeError, InvalidValue) as error:
        raise InvalidInput(f"{where} is not a JSON object: {error}", code=INVALID) from None
    return _checked(document, where, strict=False)


def time_text(seconds: int) -> str:
    """Returns a time as the text in an entry.

    >>> time_text(0)
    '1970-01-01T00:00:00Z'
    """
    return datetime.fromtimestamp(seconds, UTC).strftime(_TIME)


def _checked(document: object, where: str, *, strict: bool) -> Entry:
    problems: list[Problem] = []
    entry = _EntryReader(document, "", problems).entry(strict=strict)
    if problems:
        raise InvalidInput(f"{where} is not a valid registry entry", problems, code=INVALID)
    return entry


class _EntryReader(TableReader):
    """Reads an entry, and each of its blocks."""

    def entry(self, *, strict: bool) -> Entry:
        if strict:
            self.only(*_HEAD)
        if self.get("entry", int, FORMAT, needed=True) != FORMAT:
            self.refuse("entry", f"is a newer format; this mapp reads {FORMAT}")
        name = self.get("name", str, "", needed=True)
        if (fault := app_name_fault(name)) and "name" in self.document:
            self.refuse("name", fault)
        remote = self.line("remote", MAX_REMOTE_LENGTH)
        if fault := remote_fault(remote):
            self.refuse("remote", fault)
        rows = tuple(row.block(strict=strict) for row in self.rows("version", MAX_VERSIONS))
        if not rows:
            self.refuse("version", "has no entries")
        numbers = [row.version for row in rows]
        if len(set(numbers)) != len(numbers):
            self.refuse("version", "lists a version twice")
        return Entry(name=name, remote=remote, versions=rows)

    def block(self, *, strict: bool) -> PublishedVersion:
        if strict:
            self.only(*_BLOCK)
        version = self._parsed("version", Version.parse, Version(major=0, minor=0, patch=0))
        tag = self.line("tag", 60)
        if tag != f"v{version}":
            self.refuse("tag", f"must be v{version}")
        names = self.texts("capabilities", MAX_CAPABILITIES)
        if "capabilities" not in self.document:
            self.refuse("capabilities", "is missing")
        return PublishedVersion(
            version=version,
            description=self.line("description", MAX_DESCRIPTION_LENGTH),
            tag=tag,
            commit=self._shaped("commit", _OBJECT, "40 or 64 hexadecimal digits"),
            tree=self._shaped("tree", _OBJECT, "40 or 64 hexadecimal digits"),
            content=self._shaped("content", _HASH, "sha256: and 64 hexadecimal digits"),
            interface=self._shaped("interface", _HASH, "sha256: and 64 hexadecimal digits"),
            engine=self._printable("engine", 100),
            capabilities=tuple(sorted(set(names))),
            origin=self._shaped("origin", _ORIGIN, "an operation such as compile"),
            signer=self._shaped("signer", _SIGNER, "SHA256: and a key's fingerprint, or empty"),
            time=self._parsed("time", _seconds, 0),
            yanked=self.line("yanked", MAX_REASON_LENGTH) if "yanked" in self.document else None,
        )

    def _shaped(self, key: str, form: re.Pattern[str], what: str) -> str:
        text = self.get(key, str, "", needed=True)
        if isinstance(self.document.get(key), str) and not form.fullmatch(text):
            self.refuse(key, f"must be {what}")
        return text

    def _printable(self, key: str, longest: int) -> str:
        text = self.get(key, str, "", needed=True)
        if len(text) > longest or not text.isprintable():
            self.refuse(key, f"must be at most {longest} printable characters")
        return text

    def _parsed(self, key: str, read: Callable[[str], Parsed], default: Parsed) -> Parsed:
        text = self.get(key, str, "", needed=True)
        if not isinstance(self.document.get(key), str):
            return default
        try:
            return read(text)
        except ValueError as error:
            self.refuse(key, str(error))
            return default


def remote_fault(remote: str) -> str:
    """Returns what is wrong with the form of a remote, or "".

    The consumer's transports decide which schemes they use; here only what could be mistaken for an option,
    a command or a password is refused.

    >>> remote_fault("ext::sh -c date"), remote_fault("https://git.example.org/ada/vat.git")
    ('must not name a transport helper', '')
    """
    if remote.startswith("-"):
        return "must not start with a hyphen"
    if _HELPER.match(remote):
        return "must not name a transport helper"
    scheme, separator, rest = remote.partition("://")
    authority = rest.partition("/")[0] if separator else ""
    if ":" in authority.rpartition("@")[0] or (scheme.startswith("http") and "@" in authority):
        return "must not contain a user or a password"
    return ""


def _seconds(text: str) -> int:
    with contextlib.suppress(ValueError, OverflowError):
        found = int(datetime.strptime(text, _TIME).replace(tzinfo=UTC).timestamp())
        if time_text(found) == text:  # strptime accepts other spellings, such as a month of one digit
            return found
    raise ValueError("must be a time such as 2026-11-30T14:00:00Z")
