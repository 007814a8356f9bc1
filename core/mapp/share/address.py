"""Addresses of remote repositories: parsed once, so that no part of one can become an option of git.

https and ssh are always allowed. Plain http, git and local paths are not encrypted or not authenticated, so a
person must allow them: with `--allow-git`, for one command or for one registry.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args
from urllib.parse import unquote, urlsplit

from mapp.errors import PermissionNeeded, UsageError

Scheme = Literal["https", "ssh", "http", "git", "file"]

SAFE: Final = frozenset(["https", "ssh"])
MAX_LENGTH: Final = 400
"""The longest address in characters; it must fit into the lock file's `source`."""

_HOST: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")
_USER: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_PATH: Final = re.compile(r"/[A-Za-z0-9._~/@%+:,= -]*")
_SCP: Final = re.compile(r"(?:([A-Za-z0-9_][A-Za-z0-9._-]*)@)?([A-Za-z0-9][A-Za-z0-9.-]+):(?!//|:)(.+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where a repository is. `text` is what git gets; `host` includes the port, if one is given."""

    scheme: Scheme
    host: str
    path: str
    text: str

    def __str__(self) -> str:
        return self.text

    @property
    def is_safe(self) -> bool:
        """Returns whether the transport is encrypted and names its server reliably."""
        return self.scheme in SAFE

    @property
    def origin(self) -> str:
        """Returns scheme, host and port: what credentials are bound to."""
        return f"{self.scheme}://{self.host}"


def parse_address(text: str, *, allow_plain: bool = False) -> Address:
    """Parses the address of a repository: a URL, `user@host:path`, or an absolute path.

    Raises:
        UsageError: it is not an address, or contains a password.
        PermissionNeeded: it is a local path, or plain http or git, and `allow_plain` was not given.
    """
    if not text or len(text) > MAX_LENGTH or not text.isprintable() or not text.isascii():
        raise _malformed(text, f"must be 1 to {MAX_LENGTH} printable ASCII characters")
    found = _local(text) or _scp(text) or _url(text)
    if not found.is_safe and not allow_plain:
        what = (
            "a path on this machine"
            if found.scheme == "file"
            else f"plain {found.scheme}, without encryption"
        )
        raise PermissionNeeded(f"{text} is {what}", hint="if you trust it, add --allow-git", code="MAPP-0740")
    return found


def _local(text: str) -> Address | None:
    if not text.startswith("/"):
        return None
    return Address(scheme="file", host="", path=text, text=f"file://{_plain_path(text, text)}")


def _scp(text: str) -> Address | None:
    """Returns the address that `git@example.com:team/app.git` means; on a forge, that is an absolute path."""
    found = _SCP.fullmatch(text)
    if found is None or "://" in text:
        return None
    user, host, path = found.groups()
    full = _plain_path(text, f"/{path.removeprefix('/')}")
    name = f"{user}@{host}" if user else host
    return Address(scheme="ssh", host=host.lower(), path=full, text=f"ssh://{name}{full}")


def _url(text: str) -> Address:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _malformed(text, "is not a URL") from None
    scheme = parts.scheme
    if scheme not in get_args(Scheme):
        raise _malformed(text, f"must start with https:// or ssh://, not with {scheme or text[:10]!r}")
    if parts.password is not None or (parts.username and scheme != "ssh"):
        raise UsageError(
            "the address contains a user name or password, which would be stored in mapp.lock",
            hint="store it with `git credential approve`, or set MAPP_GIT_CREDENTIALS",
        )
    if parts.query or parts.fragment or "?" in text or "#" in text:
        raise _malformed(text, "must have no query and no fragment")
    path = _plain_path(text, parts.path)
    if scheme == "file":
        if parts.netloc:
            raise _malformed(text, "names a host; use file:///PATH")
        return Address(scheme="file", host="", path=unquote(path), text=f"file://{path}")
    host = parts.netloc.rpartition("@")[2]
    name = host if port is None else host.rpartition(":")[0]
    if not _HOST.fullmatch(name) or (parts.username and not _USER.fullmatch(parts.username)):
        raise _malformed(text, "has an invalid host or user name")
    shown = name.lower() if port is None else f"{name.lower()}:{port}"
    user = f"{parts.username}@" if parts.username else ""
    return Address(scheme=scheme, host=shown, path=path, text=f"{scheme}://{user}{shown}{path}")  # type: ignore[arg-type]


def _plain_path(text: str, path: str) -> str:
    if not _PATH.fullmatch(path) or path.startswith("//"):
        raise _malformed(text, "has no path, or one with characters that are not allowed")
    if ".." in Path(unquote(path)).parts:
        raise _malformed(text, "has a path with `..`")
    return path


def _malformed(text: str, why: str) -> UsageError:
    shown = text[:80].encode("unicode_escape").decode()
    return UsageError(
        f"the address {shown!r} {why}", hint="for example: https://git.example.com/team/apps.git"
    )
