"""Computes the tree id that git gives to a set of files, without a repository.

The format is git's: sha1 over `kind SP size NUL content`; a tree's content is
its sorted entries.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping


def tree_id(files: Mapping[str, bytes]) -> str:
    """Returns the id of the tree of these plain files (path -> bytes), 40 hexadecimal digits.

    >>> tree_id({})
    '4b825dc642cb6eb9a060e54bf8d69288fbee4904'
    """
    return _tree(files).hex()


def _tree(files: Mapping[str, bytes]) -> bytes:
    folders: dict[str, dict[str, bytes]] = {}
    entries: dict[bytes, bytes] = {}
    for path, data in files.items():
        first, _, rest = path.partition("/")
        if rest:
            folders.setdefault(first, {})[rest] = data
        else:
            entries[first.encode()] = b"100644 " + first.encode() + b"\0" + _object(b"blob", data)
    for name, inner in folders.items():
        # git sorts folders as if their names ended in a slash.
        entries[name.encode() + b"/"] = b"40000 " + name.encode() + b"\0" + _tree(inner)
    return _object(b"tree", b"".join(entries[key] for key in sorted(entries)))


def _object(kind: bytes, content: bytes) -> bytes:
    return hashlib.sha1(b"%s %d\0" % (kind, len(content)) + content, usedforsecurity=False).digest()
