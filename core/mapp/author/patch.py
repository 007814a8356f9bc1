"""Applies a proposal to an app's files, or says why not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mapp.author.coder import Files
from mapp.errors import InvalidInput, Problem

LARGEST: Final = {"mapp.toml": 256 * 1024, "main.js": 256 * 1024}
MAX_OTHER_SIZE: Final = 2 * 1024 * 1024
"""In bytes, as `mapp add` allows."""


class PatchRefused(InvalidInput):
    """A proposal cannot be applied."""

    code = "MAPP-0520"


def apply(
    workspace: Files, proposed: Files, may_change: tuple[str, ...], *, adding: bool = False
) -> dict[str, bytes]:
    """Returns the files with those of a proposal in their place; the workspace stays as it is.

    When `adding`, no row of a `.jsonl` file is lost: those that are there stay, what is proposed beyond them
    comes after.

    Raises:
        PatchRefused: a file may not be changed, is too large, or is not UTF-8; names every mistake.
    """
    problems = [
        Problem(path=path[:200], message=fault)
        for path, content in proposed.items()
        for fault in _faults(path, content, may_change)
    ]
    if problems:
        raise PatchRefused("the proposal cannot be applied", problems)
    rows = {path for path in proposed if adding and path in workspace and path.endswith(".jsonl")}
    grown = {path: _grown(workspace[path], proposed[path]) for path in rows}
    return {**workspace, **proposed, **grown}


def _grown(old: bytes, new: bytes) -> bytes:
    there = old.rstrip(b"\n").split(b"\n") if old.strip() else []
    added = [row for row in new.split(b"\n") if row.strip() and row not in there]
    return b"\n".join([*there, *added, b""])


def _faults(path: str, content: bytes, may_change: tuple[str, ...]) -> Iterator[str]:
    if path not in may_change:
        yield f"may not be changed now; only {', '.join(may_change)} may"
        return
    most = LARGEST.get(path, MAX_OTHER_SIZE)
    if len(content) > most:
        yield f"is too large: {len(content):,} bytes, at most {most:,}"
        return
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        yield f"is not UTF-8: byte {error.start}"
        return
    if "\0" in text:
        yield "holds a zero character"
