"""Reads what a person attaches: a file, or standard input."""

from __future__ import annotations

import sys
from pathlib import Path


def read_input(source: str) -> str:
    """Returns the text of a file, or of standard input for `-`, at most as much as mapp reads at all."""
    from mapp.model.values import LONGEST_TEXT
    from mapp.ops.arguments import decode_attachment, read_attachment

    if source == "-":
        return decode_attachment(sys.stdin.buffer.read(LONGEST_TEXT + 1), "standard input")
    return read_attachment(Path(source))
