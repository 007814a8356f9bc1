"""Commits: their bytes, signature, message and trailers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_ID: Final = re.compile(rb"[0-9a-f]{40}")
_AUTHOR: Final = re.compile(r"(.*?)\s*<.*> ?(-?\d{1,18})? ?[+-]?\d*")
_PEOPLE: Final = (b"author", b"committer")


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """Who commits, and when: seconds since 1970-01-01 UTC; the offset is always zero.

    `moment` is the same time with its fraction, which git does not store; zero if it is not known.
    """

    name: str
    email: str
    time: int
    moment: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Commit:
    """One commit of a history."""

    id: str
    tree: str
    parents: tuple[str, ...]
    message: str
    author: str
    time: int

    @property
    def subject(self) -> str:
        """Returns the first line of the message."""
        return self.message.partition("\n")[0]

    @property
    def trailers(self) -> dict[str, str]:
        """Returns the `Mapp-…` trailers of the message."""
        return trailers_of(self.message)


def trailers_of(message: str) -> dict[str, str]:
    """Returns the `Mapp-…` trailers at the end of a commit message."""
    last = message.rstrip().rpartition("\n\n")[2]
    pairs = (line.partition(": ") for line in last.splitlines())
    return {name: value for name, _, value in pairs if name.startswith("Mapp-") and value}


def parse_commit(identity: str, data: bytes) -> Commit:
    """Parses the bytes of a commit, without grafts or replacements.

    Raises:
        ValueError: they are not a commit.
    """
    head, _, message = data.partition(b"\n\n")
    fields: dict[bytes, list[bytes]] = {}
    for line in head.split(b"\n"):
        name, _, value = line.partition(b" ")
        fields.setdefault(name, []).append(value)
    trees, parents = fields.get(b"tree", []), fields.get(b"parent", [])
    if not trees or not all(_ID.fullmatch(value) for value in [trees[0], *parents]):
        raise ValueError("it names no tree, or a parent is not an id")
    author, committer = (fields.get(name, [b""])[0].decode("utf-8", "replace") for name in _PEOPLE)
    named, dated = _AUTHOR.match(author), _AUTHOR.match(committer)
    return Commit(
        id=identity,
        tree=trees[0].decode("ascii"),
        parents=tuple(value.decode("ascii") for value in parents),
        message=message.lstrip(b"\n").decode("utf-8", "replace"),
        author=named[1] if named else "",
        time=int(dated[2] or 0) if dated else 0,
    )
