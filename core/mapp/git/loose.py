"""Reads loose refs and objects, and writes loose objects, without libgit2.

Opening an app to run it needs no more than this, and importing libgit2's binding takes as long as a whole
run. Also, libgit2 loops forever on a truncated object. Packed objects are left to libgit2. The format of a
loose object is git's: zlib over `kind SP size NUL content`, named by the SHA-1 of that.

The size is read before anything is inflated: 200 kB of zlib can hold 200 MB of commit message.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

from mapp.errors import IntegrityError
from mapp.plain_files import NotPlain, TooLarge, open_plain, read_plain

COMMIT, TREE, BLOB, TAG = 1, 2, 3, 4
_KINDS: Final = {b"commit": COMMIT, b"tree": TREE, b"blob": BLOB, b"tag": TAG}
_NAMES: Final = {number: name.decode() for name, number in _KINDS.items()}
LARGEST: Final = {COMMIT: 256 * 1024, TREE: 2 * 1024 * 1024, BLOB: 2 * 1024 * 1024, TAG: 256 * 1024}
"""The largest object of each kind that mapp reads, in bytes.

A tree of 2 MiB has about 40,000 entries: a registry of 100,000 apps has thousands in one folder.
"""
_MAX_FILE_SIZE: Final = LARGEST[BLOB] + 64 * 1024
"""The largest object after zlib: incompressible content grows by less than the margin."""
_MAX_HEADER_LENGTH: Final = 64
_DEFLATED_HEADER: Final = 4096
"""Enough bytes of a file to inflate the header: zlib's own tables come first."""
_MAX_REF_LENGTH: Final = 64
_REF: Final = re.compile(r"([0-9a-f]{40})\n?")


def is_bare(path: Path) -> bool:
    """Returns whether a folder has the parts of a bare repository, none of them links."""
    folders = (f"{path}/objects", f"{path}/refs")
    return _is(f"{path}/HEAD", stat.S_ISREG) and all(_is(folder, stat.S_ISDIR) for folder in folders)


def read_ref(repository: Path, ref: str) -> str | None:
    """Returns the commit id in a loose ref, or None if libgit2 must look it up.

    Raises:
        IntegrityError: the path is a pipe, a link or another special file.
    """
    try:
        descriptor = open_plain(f"{repository}/{ref}")
        try:
            text = os.read(descriptor, _MAX_REF_LENGTH).decode("ascii")
        finally:
            os.close(descriptor)
    except NotPlain as error:
        if os.path.isdir(f"{repository}/{ref}"):  # noqa: PTH112 - refs/heads/heal beside refs/heads/heal/a1
            return None
        raise IntegrityError(f"{ref} of {repository} {error.strerror}", code="MAPP-0621") from None
    except (OSError, UnicodeDecodeError):
        return None
    found = _REF.fullmatch(text)
    return found[1] if found else None


def is_symbolic(repository: Path, ref: str) -> bool:
    """Returns whether a ref is symbolic; such a ref is always loose."""
    try:
        descriptor = open_plain(f"{repository}/{ref}")
    except OSError:
        return False
    try:
        return os.read(descriptor, 4) == b"ref:"
    finally:
        os.close(descriptor)


def read_object(repository: Path, identity: str) -> tuple[int, bytes] | None:
    """Returns the kind and content of a loose object, or None if it is not loose.

    Raises:
        IntegrityError: it is larger than mapp reads, truncated, or its hash does not match its name.
    """
    deflated = _read(repository, identity)
    if deflated is None:
        return None
    kind, size, header = _header(repository, identity, deflated)
    ensure_readable(repository, identity, kind, size)
    inflating = zlib.decompressobj()
    try:
        whole = inflating.decompress(deflated, len(header) + size)
        whole += inflating.decompress(inflating.unconsumed_tail, 1)
    except zlib.error:
        whole = b""
    if not inflating.eof or hashlib.sha1(whole, usedforsecurity=False).hexdigest() != identity:
        raise _damaged(repository, identity)
    return kind, whole[len(header) :]


def read_size(repository: Path, identity: str) -> tuple[int, int] | None:
    """Returns the kind and size of a loose object without inflating it, or None if it is not loose.

    Raises:
        IntegrityError: its header is damaged.
    """
    deflated = _read(repository, identity, _DEFLATED_HEADER)
    return None if deflated is None else _header(repository, identity, deflated)[:2]


def write_object(repository: Path, identity: str, kind: int, data: bytes) -> None:
    """Writes an object under its name, without flushing it to disk; for a repository that is being built.

    The content must be that of the name: it is not hashed.
    """
    path = f"{repository}/objects/{identity[:2]}/{identity[2:]}"
    deflated = zlib.compress(f"{_NAMES[kind]} {len(data)}\0".encode() + data, 1)
    building = f"{path}.new"
    try:
        descriptor = os.open(building, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
    except FileNotFoundError:
        os.mkdir(os.path.dirname(path))  # noqa: PTH102, PTH120 - dozens of times for each fetch
        descriptor = os.open(building, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
    with os.fdopen(descriptor, "wb") as file:
        file.write(deflated)
    os.rename(building, path)  # noqa: PTH104


def ensure_readable(repository: Path, identity: str, kind: int, size: int) -> None:
    """Raises IntegrityError if an object exceeds the limit for its kind."""
    if size > LARGEST.get(kind, 0):
        raise too_large(repository, f"{_NAMES.get(kind, 'object')} {identity}", size, LARGEST.get(kind, 0))


def too_large(repository: Path, what: str, size: int | None, most: int) -> IntegrityError:
    """Returns the error for an object that is too large to inflate."""
    said = "is too large" if size is None else f"has {size:,} bytes"
    return IntegrityError(
        f"{what} in {repository} {said}; mapp reads at most {most:,}",
        hint="restore the repository from a backup, or remove the app",
        code="MAPP-0622",
    )


def _read(repository: Path, identity: str, most: int | None = None) -> bytes | None:
    path = f"{repository}/objects/{identity[:2]}/{identity[2:]}"
    try:
        if most is None:
            return read_plain(path, most=_MAX_FILE_SIZE)
        descriptor = open_plain(path)
        try:
            return os.read(descriptor, most)
        finally:
            os.close(descriptor)
    except NotPlain as error:
        raise IntegrityError(
            f"object {identity} in {repository} {error.strerror}", code="MAPP-0621"
        ) from None
    except TooLarge:
        raise too_large(repository, f"object {identity}", None, LARGEST[BLOB]) from None
    except OSError:  # packed, or missing
        return None


def _is(path: str, test: Callable[[int], bool]) -> bool:
    try:
        return test(os.lstat(path).st_mode)
    except OSError:
        return False


def _header(repository: Path, identity: str, deflated: bytes) -> tuple[int, int, bytes]:
    """Returns kind, size, and the header including its final NUL."""
    try:
        head, end, _ = zlib.decompressobj().decompress(deflated, _MAX_HEADER_LENGTH).partition(b"\0")
        kind, _, size = head.partition(b" ")
        if not end or not size.isdigit():
            raise ValueError
        return _KINDS[kind], int(size), head + end
    except (zlib.error, KeyError, ValueError):
        raise _damaged(repository, identity) from None


def _damaged(repository: Path, identity: str) -> IntegrityError:
    return IntegrityError(f"object {identity} in {repository} is damaged")
