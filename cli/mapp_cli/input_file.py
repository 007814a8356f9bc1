"""Reads input from a file or from standard input."""

from __future__ import annotations

import os
import select
import stat
import sys
from pathlib import Path
from typing import Final

PATIENCE: Final = 5.0
"""Seconds to wait for the first byte of a pipe without `--input -`: the pipe may be idle, as in CI."""


def read_input(source: str) -> str:
    """Returns the text of a file, or of standard input for `-`.

    Raises:
        MappError: it cannot be read, is not UTF-8, or is larger than `MAX_TEXT_LENGTH` bytes.
    """
    from mapp.model.values import MAX_TEXT_LENGTH
    from mapp.ops.run.arguments import decode_attachment, read_attachment

    if source == "-":
        return decode_attachment(sys.stdin.buffer.read(MAX_TEXT_LENGTH + 1), "standard input")
    return read_attachment(Path(source))


def read_piped() -> str | None:
    """Returns the text that was piped or redirected into this process, or None.

    Terminals, closed streams, devices and sockets are never read. A pipe is read only if its first byte or
    its end arrives within `PATIENCE` seconds.
    """
    mode = _mode_of_input()
    if stat.S_ISFIFO(mode):
        if os.name != "nt" and not select.select([sys.stdin.fileno()], [], [], PATIENCE)[0]:
            return None
    elif not stat.S_ISREG(mode):
        return None
    return read_input("-") or None


def _mode_of_input() -> int:
    try:
        return os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError, AttributeError):  # not a real file, as in tests
        return 0
