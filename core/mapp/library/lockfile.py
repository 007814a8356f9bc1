"""`mapp.lock`: each installed app's source, exact content and granted capabilities."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from mapp.errors import IntegrityError
from mapp.plain_files import read_plain, write_whole

STARTER: Final = "starter"
"""The source of an app that came with mapp, and the operation that its commit names."""
OWN: Final = frozenset(["local", STARTER])
"""Sources that are trusted like mapp itself: the person's own apps and the starter apps."""
DIFFERS: Final = "MAPP-0656"


@dataclass(frozen=True, kw_only=True, slots=True)
class LockEntry:
    """One block of the lock file: which version of an app runs.

    `pinned` says that the person wants to keep it: updates leave it alone.
    """

    name: str
    source: str
    version: str
    commit: str
    tree: str
    content: str
    interface: str
    granted: tuple[str, ...] = ()
    pinned: bool = False

    @property
    def is_third_party(self) -> bool:
        """Returns whether the app came from somebody else: a registry or a git address."""
        return self.source not in OWN

    def to_dict(self) -> dict[str, Any]:
        """Returns the block as a TOML table."""
        row = {name: getattr(self, name) for name in self.__slots__} | {"granted": list(self.granted)}
        if not self.pinned:
            del row["pinned"]
        return row

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> LockEntry:
        """Returns the entry that `to_dict` wrote.

        Raises:
            TypeError: a key is missing or unknown, or a value has the wrong type.
        """
        granted, pinned = document.get("granted", []), document.get("pinned", False)
        texts = [value for key, value in document.items() if key not in ("granted", "pinned")]
        if not isinstance(pinned, bool):
            raise TypeError("pinned must be true or false")
        if not isinstance(granted, list) or not all(isinstance(value, str) for value in [*texts, *granted]):
            raise TypeError("every value must be a text, and granted a list of texts")
        return cls(**{**document, "granted": tuple(granted)})


_newest: tuple[bytes | None, dict[str, LockEntry]] = (None, {})
"""The lock that this process read or wrote last: an install of many apps reads it several times for each."""


def parse_lock(data: bytes) -> dict[str, LockEntry]:
    """Returns the entries of a lock by name.

    Raises:
        ValueError, TypeError, KeyError, AttributeError, RecursionError: it is damaged.
    """
    known, entries = _newest
    if data == known:
        return dict(entries)
    document = tomllib.loads(data.decode("utf-8"))
    if document.get("lock") != 1:
        raise ValueError("this mapp reads version 1 of the lock")
    rows = document.get("app", [])
    if not isinstance(rows, list):
        raise TypeError("app is not a list of tables")
    found = {row["name"]: LockEntry.from_dict(row) for row in rows}
    _keep(data, found)
    return found


def _keep(data: bytes, entries: Mapping[str, LockEntry]) -> None:
    global _newest
    _newest = (data, {name: entries[name] for name in sorted(entries)})


def read_lock(path: Path) -> dict[str, LockEntry]:
    """Returns the entries of a lock file by name; empty if there is no file.

    Raises:
        IntegrityError: the file is damaged.
    """
    try:
        return parse_lock(read_plain(path, follow=True))
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, KeyError, AttributeError, OSError, RecursionError) as error:
        raise IntegrityError(
            f"{path} is damaged: {error}",
            hint=f"move it away and run `mapp doctor --repair` to rebuild it from {path.parent}",
            code="MAPP-0630",
        ) from None


def read_entry(path: Path, name: str) -> LockEntry | None:
    """Returns one entry of a lock file, or None. If mapp wrote the file, only that entry is parsed.

    Raises:
        IntegrityError: the file or the entry is damaged.
    """
    try:
        data = read_plain(path, follow=True)
    except FileNotFoundError:
        return None
    except OSError:
        return read_lock(path).get(name)  # raises the right error
    start, wanted = b"[[app]]\nname = ", json.dumps(name, ensure_ascii=False).encode()
    head = start + wanted + b"\n"
    begins = data.find(b"\n" + head) + 1
    unusual = not data.startswith(b"lock = 1\n") or b'"""' in data or b"'''" in data
    if unusual or not begins or data.find(head, begins + 1) >= 0:
        return read_lock(path).get(name)
    ends = data.find(b"\n[", begins + len(head))
    try:
        block = tomllib.loads(data[begins : len(data) if ends < 0 else ends].decode("utf-8"))
        return LockEntry.from_dict(block["app"][0])
    except (ValueError, TypeError):
        return read_lock(path).get(name)


def write_lock(path: Path, entries: Mapping[str, LockEntry]) -> None:
    """Replaces the lock file atomically, sorted by name, if its content changes."""
    data = lock_bytes(entries)
    if not path.exists() or read_plain(path, follow=True) != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data)
    _keep(data, entries)


def lock_bytes(entries: Mapping[str, LockEntry]) -> bytes:
    """Returns the content of a lock file, sorted by name."""
    blocks = [_block(entries[name]) for name in sorted(entries)]
    return b"\n".join([b"lock = 1\n", *blocks]) if blocks else b"lock = 1\napp = []\n"


@lru_cache(maxsize=20_000)
def _block(entry: LockEntry) -> bytes:
    """Returns the text of one entry; an install of many apps writes the others again with each of them."""
    import tomli_w

    return b"[[app]]\n" + tomli_w.dumps(entry.to_dict()).encode()
