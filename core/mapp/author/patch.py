"""Applies a proposal to an app's files, or says why not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mapp.author.coder import Files
from mapp.errors import InvalidInput, Problem

LARGEST: Final = {"mapp.toml": 256 * 1024, "main.js": 256 * 1024}
LARGEST_OTHER: Final = 2 * 1024 * 1024
"""In bytes, as `mapp add` allows."""


class PatchRefused(InvalidInput):
    """A proposal cannot be applied."""

    code = "MAPP-0520"


def apply(workspace: Files, proposed: Files, may_change: tuple[str, ...]) -> dict[str, bytes]:
    """Returns the files with those of a proposal in their place; the workspace stays as it is.

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
    return {**workspace, **proposed}


def _faults(path: str, content: bytes, may_change: tuple[str, ...]) -> Iterator[str]:
    if path not in may_change:
        yield f"may not be changed now; only {', '.join(may_change)} may"
        return
    most = LARGEST.get(path, LARGEST_OTHER)
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
