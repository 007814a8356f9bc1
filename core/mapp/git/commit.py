"""Commits: signature, message, trailers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """Who commits, and when: seconds since 1970-01-01 UTC; the offset is always zero."""

    name: str
    email: str
    time: int


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
