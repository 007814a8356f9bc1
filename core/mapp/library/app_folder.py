"""Reads an app's files from a user's working folder."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mapp.errors import InvalidApp, NotFound, Problem
from mapp.git.tree import MAX_APP_SIZE, MAX_FILE_SIZE, name_fault
from mapp.model.app import RECORDING
from mapp.plain_files import kind_of, open_plain

_APP_FILE: Final = re.compile(
    r"mapp\.toml|main\.js|README\.md|LICENSE(?:\.(?:md|txt))?|\.github/workflows/validate\.yml"
    r"|tests/(?:examples|requests|regressions)\.jsonl|tests/properties\.js"
    rf"|{RECORDING.pattern}"
)
_SKIPPED: Final = frozenset([".git", "node_modules", "__pycache__", ".mapp-base.json"])
_MAX_SEEN: Final = 10_000


def read_folder(folder: Path) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Returns the app files in a folder (path -> bytes), and the paths that were left out.

    Raises:
        NotFound: there is no such folder.
        InvalidApp: lists every symbolic link, special file and oversized file.
    """
    if not folder.is_dir():
        raise NotFound(f"there is no folder {folder}", hint="mapp new NAME makes one")
    problems: list[Problem] = []
    files: dict[str, bytes] = {}
    left_out: list[str] = []
    for path, state in _walk(folder):
        name = path.relative_to(folder).as_posix()
        if not stat.S_ISREG(state.st_mode):
            problems.append(Problem(path=name, message=f"is {kind_of(state.st_mode)}"))
        elif not _APP_FILE.fullmatch(name):
            left_out.append(name)
        elif fault := name_fault(path.name):
            problems.append(Problem(path=name, message=fault))
        elif state.st_size > MAX_FILE_SIZE:
            problems.append(Problem(path=name, message=f"is larger than {MAX_FILE_SIZE // 2**20} MiB"))
        else:
            try:
                files[name] = _content(path)
            except OSError as error:
                problems.append(Problem(path=name, message=f"cannot be read: {error.strerror}"))
    if sum(map(len, files.values())) > MAX_APP_SIZE:
        problems.append(Problem(path=str(folder), message=f"holds more than {MAX_APP_SIZE // 2**20} MiB"))
    if problems:
        raise InvalidApp(f"{folder} cannot be added", problems)
    return files, tuple(left_out)


def _walk(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    pending = [folder]
    seen = 0
    while pending:
        for path in sorted(pending.pop().iterdir()):
            seen += 1
            if seen > _MAX_SEEN:
                raise InvalidApp(
                    f"{folder} holds more than {_MAX_SEEN:,} files", hint="is it an app's folder?"
                )
            state = path.lstat()
            if path.name in _SKIPPED:
                continue
            if stat.S_ISDIR(state.st_mode):
                pending.append(path)
            else:
                yield path, state


def _content(path: Path) -> bytes:
    # `open_plain` refuses a link or pipe that has replaced the file in the meantime.
    with os.fdopen(open_plain(path), "rb") as file:
        return file.read(MAX_FILE_SIZE + 1)
