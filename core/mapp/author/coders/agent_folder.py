"""The folder in which an agent works: filled for it, and read back as untrusted data."""

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
"""The number of entries of a folder that are examined."""
_NO_FOLLOWING: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


def write(folder: Path, files: Files) -> None:
    """Creates a folder and writes files into it."""
    folder.mkdir(parents=True)
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def read(folder: Path, path: str) -> tuple[bytes | None, str]:
    """Returns the content of a plain file in a folder, or None and what is wrong with it.

    Follows no link, neither for the file nor for the folders on the way. Reads one byte more than the size
    limit, so that the check for the limit sees a file that is too large.
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
            return None, "is not a plain file"
        return _content(opened[-1], LARGEST.get(path, MAX_OTHER_SIZE) + 1), ""
    except FileNotFoundError:
        return None, "is missing"
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


def others(folder: Path, files: Files, may_change: tuple[str, ...]) -> Iterator[str]:
    """Yields the paths that were added, changed or removed although they may not change."""
    seen = set()
    for path, plain in _entries(folder):
        seen.add(path)
        if path in may_change or path in OURS or path.startswith(".git/"):
            continue
        if not plain or path not in files or read(folder, path)[0] != files[path]:
            yield path
    yield from sorted(path for path in files if path not in seen and path not in may_change)


def size(folder: Path) -> int:
    """Returns the bytes on disk below a folder, from at most `MAX_ENTRIES` entries."""
    total = 0
    for path, _ in _entries(folder):
        try:
            total += (folder / path).lstat().st_blocks * 512
        except OSError:
            continue
    return total


def _entries(folder: Path) -> Iterator[tuple[str, bool]]:
    """Yields the paths below a folder and whether each is not a link; follows no link, stops at a maximum."""
    count = 0
    for place, folders, files in os.walk(folder, followlinks=False):
        inside = Path(place)
        for name in [*files, *(name for name in folders if (inside / name).is_symlink())]:
            count += 1
            if count > MAX_ENTRIES:
                return
            yield (inside / name).relative_to(folder).as_posix(), not (inside / name).is_symlink()
