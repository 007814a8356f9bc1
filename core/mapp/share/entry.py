"""An app in a registry: its file `apps/<ab>/<name>.toml`, and the same document as a line of the index.

An entry has the app's name, the git remote that holds it, and one block for each published version, oldest
first. Versions are only ever appended. The only later changes to a block are remarks: the key `yanked`, which
stays, and `deprecated` with `use`, which may go again:

    entry = 1
    name = "vat"
    remote = "https://git.example.org/ada/vat.git"

    publisher = "workflow-only"     # optional: the author's key alone publishes nothing
    renamed_from = "sum"            # optional: the name that it had; the other entry has `renamed_to`

    [[transfer]]                    # optional: each hand-over to another remote or another key, oldest first
    after = "1.0.0"                 # the newest version at that time
    from = "https://git.example.org/eve/vat.git"
    to = "https://git.example.org/ada/vat.git"
    from_signer = "SHA256:…"        # the key that signed this hand-over, and the one of later versions
    to_signer = "SHA256:…"
    time = "2026-11-30T14:00:00Z"
    signature = "U1NIU0lH…"         # an SSH signature, see `mapp.share.transfer`

    [[version]]
    version = "1.0.0"
    description = "Adds value-added tax to a net price."
    tag = "v1.0.0"                  # or "vat/v1.0.0" in a shared remote, see `mapp.share.app_refs`
    commit = "2b1c…"                # 40 or 64 hexadecimal digits, as `tree`
    tree = "91fe…"
    content = "sha256:…"            # see `mapp.model.app.content_hash`
    interface = "sha256:…"          # see `mapp.model.interface.interface_hash`
    engine = "quickjs-ng 0.17.0"    # the engine of its verdict; empty if there is none
    capabilities = ["clock"]        # the names that a person grants
    origin = "compile"              # what made it: the commit's `Mapp-Operation`
    signer = "SHA256:…"             # the fingerprint of the SSH key that signed the tag; empty if unsigned
    time = "2026-11-30T14:00:00Z"   # when its author published it
    workflow = "U1NIU0lH…"          # only if the app's workflow published it, see `mapp.share.workflow`
    yanked = "wrong rounding"       # only once it was withdrawn
    deprecated = "no longer kept"   # only while its author advises against it
    use = "sales-tax"               # optional, with `deprecated`: another app of the registry

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
from mapp.share.app_refs import AppRefs, refs_of, tag_fault

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
MAX_TAG_LENGTH: Final = 120

MAX_TRANSFERS: Final = 100
_MAX_SIGNATURE_LENGTH: Final = 8000

WORKFLOW_ONLY: Final = "workflow-only"

_HEAD: Final = ("entry", "name", "remote", "publisher", "renamed_from", "renamed_to", "transfer", "version")
_TRANSFER: Final = ("after", "from", "to", "from_signer", "to_signer", "time", "signature")
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
    "workflow",
    "yanked",
    "deprecated",
    "use",
)
_OBJECT: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_HASH: Final = re.compile(r"sha256:[0-9a-f]{64}")
_SIGNER: Final = re.compile(r"(?:SHA256:[A-Za-z0-9+/]{43})?")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]*=*")
_ORIGIN: Final = re.compile(r"[a-z][a-z-]{0,29}")
_HELPER: Final = re.compile(r"[A-Za-z0-9+.-]*::")
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedVersion:
    """One version of an app as a registry lists it; `time` is in seconds since 1970-01-01 UTC.

    `yanked` is the reason for its withdrawal, or None. `deprecated` is why its author advises against it, or
    None, and `use` the app to use instead, if there is one. `workflow` is the signature of the workflow that
    published it, in base64, or "".
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
    workflow: str = ""
    yanked: str | None = None
    deprecated: str | None = None
    use: str = ""

    @property
    def facts(self) -> PublishedVersion:
        """Returns the version without remarks: what never changes once it is published."""
        return replace(self, yanked=None, deprecated=None, use="")

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
        more = {
            "workflow": self.workflow or None,
            "yanked": self.yanked,
            "deprecated": self.deprecated,
            "use": self.use or None,
        }
        return document | {key: text for key, text in more.items() if text is not None}


@dataclass(frozen=True, kw_only=True, slots=True)
class Transfer:
    """A hand-over of an app: later versions come from another remote, or are signed with another key.

    `after` is the newest version at that time. `signature` is the SSH signature of `from_signer`, in base64;
    empty if nobody signed it. `time` is in seconds since 1970-01-01 UTC.
    """

    after: Version
    from_remote: str
    to_remote: str
    from_signer: str
    to_signer: str
    time: int
    signature: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Returns the `[[transfer]]` block."""
        return {
            "after": str(self.after),
            "from": self.from_remote,
            "to": self.to_remote,
            "from_signer": self.from_signer,
            "to_signer": self.to_signer,
            "time": time_text(self.time),
            "signature": self.signature,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """An app as a registry lists it; `versions` is oldest first and has at least one.

    `renamed_from` and `renamed_to` are the app's earlier and later name, if it has one. `publisher` is empty,
    or says that only the app's workflow publishes.
    """

    name: str
    remote: str
    versions: tuple[PublishedVersion, ...]
    renamed_from: str = ""
    renamed_to: str = ""
    transfers: tuple[Transfer, ...] = ()
    publisher: str = ""

    @property
    def refs(self) -> AppRefs:
        """Returns the names of the app's refs in its remote."""
        return refs_of(self.versions[-1].tag)

    @property
    def signer(self) -> str:
        """Returns the fingerprint of the key that signs the next version; empty if none is expected."""
        handed = {row.after: row.to_signer for row in self.transfers}
        found = ""
        for row in self.versions:
            found = handed.get(row.version) or row.signer or found
        return found

    def transfer_between(self, old: str, new: str) -> Transfer | None:
        """Returns the last hand-over between two published versions, given by their commits, or None."""
        places = {row.commit: place for place, row in enumerate(self.versions)}
        numbers = {row.version: place for place, row in enumerate(self.versions)}
        if old not in places or new not in places:
            return None
        return next(
            (
                row
                for row in reversed(self.transfers)
                if row.after in numbers and places[old] <= numbers[row.after] < places[new]
            ),
            None,
        )

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

    def with_deprecation(self, wanted: Version | None, why: str | None, use: str = "") -> Entry:
        """Returns the entry with one version, or all, deprecated for a reason; None takes that back."""
        rows = (
            replace(row, deprecated=why, use=use) if wanted in (None, row.version) else row
            for row in self.versions
        )
        return replace(self, versions=tuple(rows))

    def to_dict(self) -> dict[str, Any]:
        """Returns the document of the file and of the index line."""
        names = {
            "publisher": self.publisher,
            "renamed_from": self.renamed_from,
            "renamed_to": self.renamed_to,
        }
        return {
            "entry": FORMAT,
            "name": self.name,
            "remote": self.remote,
            **{key: name for key, name in names.items() if name},
            **({"transfer": [row.to_dict() for row in self.transfers]} if self.transfers else {}),
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
        rows = tuple(row.block(name, strict=strict) for row in self.rows("version", MAX_VERSIONS))
        if not rows:
            self.refuse("version", "has no entries")
        numbers = [row.version for row in rows]
        if len(set(numbers)) != len(numbers):
            self.refuse("version", "lists a version twice")
        if len({refs_of(row.tag) for row in rows}) > 1:
            self.refuse("version", "has tags with and without the app's name; all must have the same form")
        handed: tuple[Transfer, ...] = ()
        if "transfer" in self.document:
            handed = tuple(row.transfer(strict=strict) for row in self.rows("transfer", MAX_TRANSFERS))
        return Entry(
            name=name,
            remote=remote,
            versions=rows,
            renamed_from=self._app("renamed_from"),
            renamed_to=self._app("renamed_to"),
            transfers=handed,
            publisher=self._publisher(),
        )

    def transfer(self, *, strict: bool) -> Transfer:
        if strict:
            self.only(*_TRANSFER)
        remotes = [self.line(key, MAX_REMOTE_LENGTH) for key in ("from", "to")]
        for key, remote in zip(("from", "to"), remotes, strict=True):
            if fault := remote_fault(remote):
                self.refuse(key, fault)
        return Transfer(
            after=self._parsed("after", Version.parse, Version(major=0, minor=0, patch=0)),
            from_remote=remotes[0],
            to_remote=remotes[1],
            from_signer=self._shaped("from_signer", _SIGNER, "SHA256: and a key's fingerprint, or empty"),
            to_signer=self._shaped("to_signer", _SIGNER, "SHA256: and a key's fingerprint, or empty"),
            time=self._parsed("time", _seconds, 0),
            signature=self._signature("signature"),
        )

    def _signature(self, key: str) -> str:
        found = self._shaped(key, _BASE64, "a signature in base64")
        if len(found) > _MAX_SIGNATURE_LENGTH:
            self.refuse(key, f"must have at most {_MAX_SIGNATURE_LENGTH} characters")
        return found

    def _publisher(self) -> str:
        found = self.get("publisher", str, "")
        if found not in ("", WORKFLOW_ONLY):
            self.refuse("publisher", f"must be {WORKFLOW_ONLY}")
        return found

    def _app(self, key: str) -> str:
        found = self.get(key, str, "")
        if found and (fault := app_name_fault(found)):
            self.refuse(key, fault)
        return found

    def block(self, name: str, *, strict: bool) -> PublishedVersion:
        if strict:
            self.only(*_BLOCK)
        version = self._parsed("version", Version.parse, Version(major=0, minor=0, patch=0))
        tag = self.line("tag", MAX_TAG_LENGTH)
        if fault := tag_fault(tag, name, version):
            self.refuse("tag", fault)
        names = self.texts("capabilities", MAX_CAPABILITIES)
        if "capabilities" not in self.document:
            self.refuse("capabilities", "is missing")
        use = self._app("use")
        if "use" in self.document and "deprecated" not in self.document:
            self.refuse("use", "needs the key deprecated")
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
            workflow=self._signature("workflow") if "workflow" in self.document else "",
            yanked=self._remark("yanked"),
            deprecated=self._remark("deprecated"),
            use=use,
        )

    def _remark(self, key: str) -> str | None:
        return self.line(key, MAX_REASON_LENGTH) if key in self.document else None

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
