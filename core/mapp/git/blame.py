"""Finds the commit that last changed each line of a file, along first parents."""

from __future__ import annotations

from dataclasses import dataclass

from mapp.git.commit import Commit
from mapp.git.repository import Repository
from mapp.git.tree import read_snapshot


@dataclass(frozen=True, kw_only=True, slots=True)
class BlamedLine:
    """One line of a file: the commit that introduced it, and its number there, counted from 1."""

    commit: str
    number: int


def blame(repository: Repository, history: tuple[Commit, ...], path: str) -> tuple[BlamedLine, ...]:
    """Returns the origin of each line of a file, in order.

    `history` is a commit and its ancestors along first parents, newest first. A commit with the tree of an
    earlier one, as a rollback makes it, introduces nothing: its lines keep their origin.

    Raises:
        IntegrityError: a tree contains something that mapp refuses to read. libgit2 sees none of it then.
    """
    for row in history:
        read_snapshot(repository, row.id, only=(path,))
    oldest = {row.tree: row for row in history}  # the last to be inserted is the oldest
    return _traced(
        repository, oldest[history[0].tree].id, {row.id: oldest[row.tree].id for row in history}, path
    )


def _traced(
    repository: Repository, commit: str, restored: dict[str, str], path: str
) -> tuple[BlamedLine, ...]:
    """Returns the origin of each line at a commit; `restored` is the first commit with each one's tree."""
    found: dict[str, tuple[BlamedLine, ...]] = {}

    def lines(at: str) -> tuple[BlamedLine, ...]:
        if at not in found:
            rows = [BlamedLine(commit=one, number=number) for one, number in repository.blame(at, path)]
            found[at] = tuple(
                row
                if restored.get(row.commit, row.commit) == row.commit
                else lines(restored[row.commit])[row.number - 1]
                for row in rows
            )
        return found[at]

    return lines(commit)
