"""Shows two versions of files in two columns."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Final

from mapp.model.question_text import visible

AROUND: Final = 2
"""Unchanged lines shown before and after a difference."""
LEAST: Final = 100
"""The minimum terminal width, in characters, for two readable columns."""


def side_by_side(before: Mapping[str, bytes], after: Mapping[str, bytes], width: int) -> Iterator[str]:
    """Yields the lines of files that differ, the old version on the left and the new one on the right."""
    half = (width - 3) // 2
    for path in sorted({*before, *after}):
        old, new = (files.get(path, b"").decode("utf-8", "replace").splitlines() for files in (before, after))
        if old != new:
            yield f"── {path} ".ljust(width, "─")
            yield from _rows(old, new, half)


def _rows(old: Sequence[str], new: Sequence[str], half: int) -> Iterator[str]:
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    for group in matcher.get_grouped_opcodes(AROUND):
        for kind, left, left_end, right, right_end in group:
            mark = " " if kind == "equal" else "│"
            for one, other in zip_longest(old[left:left_end], new[right:right_end], fillvalue=""):
                yield f"{_cut(one, half)} {mark} {_cut(other, half)}".rstrip()
        yield ""


def _cut(line: str, width: int) -> str:
    """Returns a line in exactly `width` cells of a terminal; invisible characters are shown as escapes."""
    shown, used = "", 0
    line = visible(line.expandtabs(4))
    cells = [_cells(character) for character in line]
    if sum(cells) <= width:
        return line + " " * (width - sum(cells))
    for character, wide in zip(line, cells, strict=True):
        if used + wide > width - 1:
            break
        shown, used = shown + character, used + wide
    return f"{shown}…{' ' * (width - 1 - used)}"


def _cells(character: str) -> int:
    """Returns how many cells a character takes (Unicode UAX #11, and combining marks)."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
