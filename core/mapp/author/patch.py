"""Applies a proposal to an app's files, or explains why it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mapp.author.coder import Files
from mapp.errors import InvalidInput, Problem

LARGEST: Final = {"mapp.toml": 256 * 1024, "main.js": 256 * 1024}
MAX_OTHER_SIZE: Final = 2 * 1024 * 1024
"""In bytes; the same limit as for `mapp add`."""


class PatchRefused(InvalidInput):
    """A proposal cannot be applied."""

    code = "MAPP-0520"


def apply(
    files: Files, proposed: Files, may_change: tuple[str, ...], *, adding: bool = False
) -> dict[str, bytes]:
    """Returns the files with a proposal's files in their place; `files` itself is not modified.

    When `adding`, a `.jsonl` file keeps all its rows, and new rows of the proposal are appended.

    Raises:
        PatchRefused: a file may not be changed, is too large, or is not UTF-8; lists every fault.
    """
    problems = [
        Problem(path=path[:200], message=fault)
        for path, content in proposed.items()
        for fault in _faults(path, content, may_change)
    ]
    if problems:
        raise PatchRefused("the proposal cannot be applied", problems)
    rows = {path for path in proposed if adding and path in files and path.endswith(".jsonl")}
    extended = {path: _extended(files[path], proposed[path]) for path in rows}
    return {**files, **proposed, **extended}


def _extended(old: bytes, new: bytes) -> bytes:
    present = old.rstrip(b"\n").split(b"\n") if old.strip() else []
    added = [row for row in new.split(b"\n") if row.strip() and row not in present]
    return b"\n".join([*present, *added, b""])


def _faults(path: str, content: bytes, may_change: tuple[str, ...]) -> Iterator[str]:
    if path not in may_change:
        yield f"must not be changed now; only {', '.join(may_change)} may"
        return
    limit = LARGEST.get(path, MAX_OTHER_SIZE)
    if len(content) > limit:
        yield f"is too large: {len(content):,} bytes, at most {limit:,}"
        return
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        yield f"is not UTF-8: byte {error.start}"
        return
    if "\0" in text:
        yield "contains a null character"
