from __future__ import annotations

from collections.abc import Callable

import pytest

from mapp.git.commit import Commit
from mapp.git.history import commits_between

#     a - b - c - e - f
#          \- d -/
PARENTS = {"a": "", "b": "a", "c": "b", "d": "b", "e": "cd", "f": "e"}


def reader(parents: dict[str, str], seen: list[str] | None = None) -> Callable[[str], Commit]:
    def read(identity: str) -> Commit:
        if seen is not None:
            seen.append(identity)
        above = tuple(parents[identity])
        return Commit(id=identity, tree="", parents=above, message="", author="", time=0)

    return read


def between(bases: str, head: str) -> str:
    return "".join(commit.id for commit in commits_between(reader(PARENTS), bases, head))


@pytest.mark.parametrize(
    ("bases", "head", "found"),
    [
        ("a", "b", "b"),
        ("b", "f", "cdef"),
        ("c", "f", "def"),
        ("cd", "e", "e"),
        ("", "e", "abcde"),
        ("f", "f", ""),
        ("f", "b", ""),
        ("d", "c", "c"),
    ],
)
def test_the_commits_that_no_base_has_come_parents_first(bases: str, head: str, found: str) -> None:
    assert between(bases, head) == found


def test_a_long_history_needs_no_recursion() -> None:
    letters = [chr(0x4E00 + number) for number in range(5_000)]
    parents = {letter: letters[number - 1] if number else "" for number, letter in enumerate(letters)}

    found = commits_between(reader(parents), letters[0], letters[-1])

    assert [commit.id for commit in found] == letters[1:]


def test_what_the_bases_have_is_read_once() -> None:
    seen: list[str] = []

    commits_between(reader(PARENTS, seen), "fe", "f")

    assert sorted(seen) == sorted(PARENTS)
