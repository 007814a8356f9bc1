"""Git objects written byte by byte, so that tests can make objects that git would refuse to write."""

from __future__ import annotations

import hashlib
import zlib
from pathlib import Path

from mapp.git.commit import Signature
from mapp.git.repository import Repository
from support.apps import app

FILE, FOLDER, LINK, SUBMODULE, PROGRAM = b"100644", b"40000", b"120000", b"160000", b"100755"
NOBODY = b"Nobody <nobody@example.com> 1700000000 +0000"


class Forge:
    """A repository that takes any bytes as an object."""

    def __init__(self, path: Path) -> None:
        self.path = path
        draft = app("double")
        self.repository, self.commit = Repository.create(
            path, draft.files, "double\n", Signature(name="Ada", email="ada@example.com", time=1_700_000_000)
        )

    def object(self, kind: bytes, data: bytes, *, size: int | None = None) -> str:
        """Writes a loose object and returns its id; `size` is what its header claims."""
        stored = kind + b" %d\0" % (len(data) if size is None else size) + data
        identity = hashlib.sha1(stored).hexdigest()
        target = self.path / "objects" / identity[:2] / identity[2:]
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(zlib.compress(stored, 1))
        return identity

    def blob(self, data: bytes = b"x\n") -> str:
        """Writes a blob and returns its id."""
        return self.object(b"blob", data)

    def tree(self, *entries: bytes) -> str:
        """Writes a tree of these entries, unchecked, and returns its id."""
        return self.object(b"tree", b"".join(entries))

    def entry(self, mode: bytes, name: bytes, identity: str | None = None) -> bytes:
        """Returns one entry of a tree; by default it refers to a small file."""
        return mode + b" " + name + b"\0" + bytes.fromhex(identity or self.blob())

    def commit_of(self, tree: str) -> str:
        """Writes a commit without parents and returns its id."""
        text = b"tree " + tree.encode() + b"\nauthor " + NOBODY + b"\ncommitter " + NOBODY + b"\n\nforged\n"
        return self.object(b"commit", text)

    def reopened(self) -> Repository:
        """Opens the repository again: libgit2 caches the list of objects."""
        return Repository.open(self.path)
