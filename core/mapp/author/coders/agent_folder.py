"""The folder in which an agent works: written for it, read back without trusting anything in it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mapp.author.coder import Files
from mapp.author.patch import LARGEST, MAX_OTHER_SIZE

BRIEF: Final = "BRIEF.md"
REPORT: Final = "REPORT.md"
OURS: Final = (BRIEF, REPORT)
MAX_ENTRIES: Final = 5_000
"""How many entries of a folder are looked at."""
_NO_FOLLOWING: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


def write(folder: Path, files: Files) -> None:
    """Writes files into a folder, which is made."""
    folder.mkdir(parents=True)
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def read(folder: Path, path: str) -> tuple[bytes | None, str]:
    """Returns the content of a plain file below a folder, or None and what is wrong with it.

    No link is followed, neither for the file nor for the folders that lead to it. One byte more than a file
    may have is read, so that whoever judges sees that it is too large.
    """
    opened: list[int] = []
    try:
        opened.append(os.open(folder, os.O_RDONLY | os.O_DIRECTORY | _NO_FOLLOWING))
        *folders, name = path.split("/")
        for part in folders:
            opened.append(os.open(part, os.O_RDONLY | os.O_DIRECTORY | _NO_FOLLOWING, dir_fd=opened[-1]))
        opened.append(os.open(name, os.O_RDONLY | os.O_NONBLOCK | _NO_FOLLOWING, dir_fd=opened[-1]))
        found = os.fstat(opened[-1])
        if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
            return None, "is no plain file"
        return _content(opened[-1], LARGEST.get(path, MAX_OTHER_SIZE) + 1), ""
    except FileNotFoundError:
        return None, "is not there"
    except OSError as error:
        return None, f"cannot be read ({error.strerror})"
    finally:
        for descriptor in opened:
            os.close(descriptor)


def _content(descriptor: int, most: int) -> bytes:
    parts: list[bytes] = []
    while most > 0 and (part := os.read(descriptor, most)):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def others(folder: Path, workspace: Files, may_change: tuple[str, ...]) -> Iterator[str]:
    """Yields the paths that are new, changed or gone and are not among those that may change."""
    seen = set()
    for path, plain in _entries(folder):
        seen.add(path)
        if path in may_change or path in OURS or path.startswith(".git/"):
            continue
        if not plain or path not in workspace or read(folder, path)[0] != workspace[path]:
            yield path
    yield from sorted(path for path in workspace if path not in seen and path not in may_change)


def size(folder: Path) -> int:
    """Returns how many bytes lie below a folder, counting at most so many entries as are looked at."""
    total = 0
    for path, _ in _entries(folder):
        try:
            total += (folder / path).lstat().st_blocks * 512
        except OSError:
            continue
    return total


def _entries(folder: Path) -> Iterator[tuple[str, bool]]:
    """Yields what lies below a folder with whether it is no link; follows none, stops at a maximum."""
    count = 0
    for place, folders, files in os.walk(folder, followlinks=False):
        inside = Path(place)
        for name in [*files, *(name for name in folders if (inside / name).is_symlink())]:
            count += 1
            if count > MAX_ENTRIES:
                return
            yield (inside / name).relative_to(folder).as_posix(), not (inside / name).is_symlink()
