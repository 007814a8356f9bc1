"""Reads what git keeps as single files, without libgit2.

Opening an app to run it needs no more than this, and importing libgit2's binding takes as long as a whole
run; besides, libgit2 loops forever on an object that is cut off. What is packed is left to libgit2. Objects
are as git writes them: zlib over `kind SP size NUL content`, named by the SHA-1 of that.
"""

from __future__ import annotations

import hashlib
import os
import re
import zlib
from pathlib import Path
from typing import Final

from mapp.errors import IntegrityError

COMMIT, TREE, BLOB, TAG = 1, 2, 3, 4
_KINDS: Final = {b"commit": COMMIT, b"tree": TREE, b"blob": BLOB, b"tag": TAG}
_LONGEST_HEADER: Final = 64
_DEFLATED_HEADER: Final = 4096
"""Enough bytes of a file to inflate the header from: zlib's own tables come first."""
_LONGEST_REF: Final = 64
_REF: Final = re.compile(r"([0-9a-f]{40})\n?")


def is_bare(path: Path) -> bool:
    """Returns whether a folder has the parts of a bare repository."""
    folders = (path / "objects", path / "refs")
    return (path / "HEAD").is_file() and all(folder.is_dir() for folder in folders)


def read_ref(repository: Path, ref: str) -> str | None:
    """Returns the commit id that a ref in a file of its own names, or None where libgit2 has to look."""
    try:
        descriptor = os.open(f"{repository}/{ref}", os.O_RDONLY)
        try:
            text = os.read(descriptor, _LONGEST_REF).decode("ascii")
        finally:
            os.close(descriptor)
    except (OSError, UnicodeDecodeError):
        return None
    found = _REF.fullmatch(text)
    return found[1] if found else None


def is_symbolic(repository: Path, ref: str) -> bool:
    """Returns whether a ref stands for another one; such a ref is always a file of its own."""
    try:
        with open(f"{repository}/{ref}", "rb", buffering=0) as file:  # noqa: PTH123
            return file.read(4) == b"ref:"
    except OSError:
        return False


def read_object(repository: Path, identity: str) -> tuple[int, bytes] | None:
    """Returns the kind and content of an object in a file of its own, or None when it has none.

    Raises:
        IntegrityError: when it is cut off, or its hash is not its name.
    """
    deflated = _read(repository, identity)
    if deflated is None:
        return None
    kind, size, header = _header(repository, identity, deflated)
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
    """Returns the kind and size of an object in a file of its own without inflating it, or None.

    Raises:
        IntegrityError: when its header is damaged.
    """
    deflated = _read(repository, identity, _DEFLATED_HEADER)
    return None if deflated is None else _header(repository, identity, deflated)[:2]


def _read(repository: Path, identity: str, most: int = -1) -> bytes | None:
    try:
        with open(f"{repository}/objects/{identity[:2]}/{identity[2:]}", "rb", buffering=0) as file:  # noqa: PTH123
            return file.read(most)
    except OSError:  # it is packed, or nowhere
        return None


def _header(repository: Path, identity: str, deflated: bytes) -> tuple[int, int, bytes]:
    """Returns kind, size, and the header with the NUL that ends it."""
    try:
        head, end, _ = zlib.decompressobj().decompress(deflated, _LONGEST_HEADER).partition(b"\0")
        kind, _, size = head.partition(b" ")
        if not end or not size.isdigit():
            raise ValueError
        return _KINDS[kind], int(size), head + end
    except (zlib.error, KeyError, ValueError):
        raise _damaged(repository, identity) from None


def _damaged(repository: Path, identity: str) -> IntegrityError:
    return IntegrityError(f"object {identity} in {repository} is damaged")
