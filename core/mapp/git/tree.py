"""Reads an app's files from raw tree objects, through an allow-list.

libgit2 and git disagree about malformed trees, and neither checks what it fetched. So every tree is
parsed here, byte by byte: only modes 100644 and 40000, plain names, sorted, no duplicates, limited
in size, depth and count. A blob's size is checked before it is inflated.
The format is git's: entries of `mode SP name NUL 20-byte id`.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Final

from mapp.errors import IntegrityError
from mapp.git import loose
from mapp.git.repository import Repository

MAX_FILE_SIZE: Final = loose.LARGEST[loose.BLOB]
MAX_APP_SIZE: Final = 16 * 1024 * 1024
MAX_TREE_SIZE: Final = 256 * 1024
"""The largest folder of an app, in bytes of its tree object; a registry's may be larger."""
MAX_FILES: Final = 1000
MAX_DEPTH: Final = 4

FILE_MODE, FOLDER_MODE = b"100644", b"40000"
_NAME = re.compile(rb"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}|\.github|\.gitignore|\.gitattributes")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
"""Names that Windows treats as devices, whatever the extension."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TreeEntry:
    """One file of a tree: its path and the id of its blob."""

    path: str
    blob: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """The files of one commit that mapp reads (path -> bytes), with the ids of commit and tree."""

    commit: str
    tree: str
    files: dict[str, bytes]


def read_snapshot(repository: Repository, commit: str, *, only: Container[str] | None = None) -> Snapshot:
    """Returns the files of a commit; the whole tree is checked even if only some files are read.

    Raises:
        IntegrityError: the tree contains something that the allow-list does not permit.
    """
    tree = repository.tree_of(commit)
    entries = list_entries(repository, tree)
    files: dict[str, bytes] = {}
    total = 0
    for entry in entries:
        size = _size(repository, entry)
        total += size
        if total > MAX_APP_SIZE:
            raise IntegrityError(f"the tree is larger than {MAX_APP_SIZE // 2**20} MiB", code="MAPP-0620")
        if only is None or entry.path in only:
            files[entry.path] = repository.raw(entry.blob)[1]
    return Snapshot(commit=commit, tree=tree, files=files)


def list_entries(repository: Repository, tree: str) -> tuple[TreeEntry, ...]:
    """Returns the files of a tree, in order, without reading them.

    Raises:
        IntegrityError: see `read_snapshot`.
    """
    return tuple(_walk(repository, tree, "", 0, _Count()))


class _Count:
    files = 0


def _walk(repository: Repository, tree: str, prefix: str, depth: int, count: _Count) -> Iterator[TreeEntry]:
    if depth > MAX_DEPTH:
        raise _refused(prefix, f"folders are nested deeper than {MAX_DEPTH}")
    kind, size = repository.size(tree)
    if kind != loose.TREE or size > MAX_TREE_SIZE:
        raise _refused(prefix, "the folder is not a tree, or is too large")
    for mode, name, identity in parse_entries(repository.raw(tree)[1], prefix):
        count.files += 1
        if count.files > MAX_FILES:
            raise _refused(prefix, f"there are more than {MAX_FILES} entries")
        if mode == FOLDER_MODE:
            yield from _walk(repository, identity, f"{prefix}{name}/", depth + 1, count)
        else:
            yield TreeEntry(path=prefix + name, blob=identity)


def parse_entries(data: bytes, prefix: str) -> Iterator[tuple[bytes, str, str]]:
    """Yields mode, name and id of each entry of a raw tree, checked against the allow-list.

    Raises:
        IntegrityError: an entry is malformed, not allowed, duplicated or out of order; `prefix` says where.
    """
    position = 0
    previous = b""
    seen: set[bytes] = set()
    while position < len(data):
        space = data.find(b" ", position)
        end = data.find(b"\0", space)
        if space < 0 or end < 0 or end + 21 > len(data):
            raise _refused(prefix, "the tree object is truncated")
        mode, name = data[position:space], data[space + 1 : end]
        _check_entry(mode, name, prefix)
        # git sorts folders as if their names ended in a slash.
        key = name + b"/" if mode == FOLDER_MODE else name
        if key <= previous or name.lower() in seen:
            raise _refused(prefix, f"entry {name.decode()!r} is duplicated or out of order")
        previous = key
        seen.add(name.lower())
        yield mode, name.decode("ascii"), data[end + 1 : end + 21].hex()
        position = end + 21


def raw_entries(repository: Repository, tree: str, where: str) -> Iterator[tuple[bytes, str, str]]:
    """Yields mode, name and id of each entry of one tree, whatever they are.

    Raises:
        IntegrityError: the tree is damaged or too large, or has two entries that a file system may confuse.
    """
    kind, size = repository.size(tree)
    if kind != loose.TREE or size > loose.LARGEST[loose.TREE]:
        raise _refused(where, "the folder is not a tree, or is too large")
    data, position = repository.raw(tree)[1], 0
    seen: set[str] = set()
    while position < len(data):
        space, end = data.find(b" ", position), data.find(b"\0", position)
        if not position < space < end or end + 21 > len(data):
            raise _refused(where, "the tree object is truncated")
        name = data[space + 1 : end].decode("utf-8", "surrogateescape")
        if name.casefold() in seen:
            raise _refused(where, f"entry {name!r} is there twice")
        seen.add(name.casefold())
        yield data[position:space], name, data[end + 1 : end + 21].hex()
        position = end + 21


def find_entry(repository: Repository, tree: str, name: str) -> tuple[bytes, str] | None:
    """Returns the mode and id of an entry of one tree, or None; other entries may be anything.

    Raises:
        IntegrityError: see `raw_entries`.
    """
    found = {known: (mode, identity) for mode, known, identity in raw_entries(repository, tree, name)}
    return found.get(name)


def replace_file(repository: Repository, tree: str, path: str, data: bytes) -> str:
    """Writes a tree that differs from another one in one file, and returns its id; missing folders are made.

    Everything else stays as it is, whatever it is.

    Raises:
        IntegrityError: a part of the path is something other than a folder, or a tree is damaged.
    """
    return _replaced(repository, tree, path.split("/"), repository.write_blob(data))


def _replaced(repository: Repository, tree: str | None, parts: list[str], blob: str) -> str:
    name, rest = parts[0], parts[1:]
    known = () if tree is None else raw_entries(repository, tree, name)
    entries = {row[1]: (row[0], row[2]) for row in known}
    old = entries.get(name)
    if old is not None and (old[0] == FOLDER_MODE) != bool(rest):
        raise _refused(name, "is in the way")
    if rest:
        inner = _replaced(repository, None if old is None else old[1], rest, blob)
        entries[name] = (FOLDER_MODE, inner)
    else:
        entries[name] = (FILE_MODE, blob)
    # git sorts folders as if their names ended in a slash.
    rows = sorted(
        (key.encode("utf-8", "surrogateescape") + b"/" * (mode == FOLDER_MODE), mode, identity)
        for key, (mode, identity) in entries.items()
    )
    return repository.write_object(
        loose.TREE,
        b"".join(
            mode + b" " + (key[:-1] if mode == FOLDER_MODE else key) + b"\0" + bytes.fromhex(identity)
            for key, mode, identity in rows
        ),
    )


def _check_entry(mode: bytes, name: bytes, prefix: str) -> None:
    shown = name.decode("latin-1").encode("unicode_escape").decode()
    if mode not in (FILE_MODE, FOLDER_MODE):
        what = {b"120000": "a symbolic link", b"160000": "a submodule", b"100755": "an executable"}
        raise _refused(prefix + shown, f"is {what.get(mode, 'of unknown mode')}: only plain files are read")
    if not _NAME.fullmatch(name):
        raise _refused(prefix + shown, "has a name with characters that are not allowed")
    if fault := name_fault(shown):
        raise _refused(prefix + shown, fault)


def name_fault(name: str) -> str:
    """Returns why a file or folder of this name cannot be checked out on every system; empty if it can.

    >>> name_fault("aux.js"), name_fault("auxiliary.js")
    ('has a name that Windows reserves for a device', '')
    """
    if _DEVICE.fullmatch(name):
        return "has a name that Windows reserves for a device"
    if name.endswith("."):
        return "has a name that ends in a dot, which Windows drops"
    return ""


def _size(repository: Repository, entry: TreeEntry) -> int:
    kind, size = repository.size(entry.blob)
    if kind != loose.BLOB:
        raise _refused(entry.path, "is not a file")
    if size > MAX_FILE_SIZE:
        raise _refused(entry.path, f"is larger than {MAX_FILE_SIZE // 2**20} MiB")
    return size


def _refused(path: str, why: str) -> IntegrityError:
    where = path.rstrip("/") or "the tree"
    return IntegrityError(
        f"{where}: {why}",
        code="MAPP-0620",
        hint="mapp refuses the whole repository; restore it from a backup, or remove the app",
    )
