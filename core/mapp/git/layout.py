"""What may lie in an app's bare repository: plain files and folders of its own, and nothing that leads out.

libgit2 follows `objects/info/alternates` and `commondir` to other folders, reads every file that the
configuration includes, hides parents of commits by `shallow` and `info/grafts`, and waits for whatever opens
a named pipe. So a repository is looked through before libgit2 opens it. Objects are read without replacements
and grafts: git shows a person another history then, but mapp runs what the ids say.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mapp.errors import IntegrityError
from mapp.plain_files import kind_of, read_plain

LEADING_OUT: Final = ("objects/info/alternates", "objects/info/http-alternates", "commondir", "gitdir")
"""Files that make libgit2 or git read objects or refs of other folders."""
MAX_CONFIG_SIZE: Final = 64 * 1024
MAX_REF_SIZE: Final = 4096
MAX_PACKED_REFS_SIZE: Final = 16 * 1024 * 1024
MAX_ENTRIES: Final = 1_000_000

_FOLDERS: Final = ("objects", "refs", "refs/heads")
_SECTION: Final = re.compile(r"\s*\[\s*([A-Za-z0-9.-]+)")
_KEY: Final = re.compile(r"\s*([A-Za-z][A-Za-z0-9-]*)\s*(?:=|$)")
_REFUSED_SECTIONS: Final = frozenset({"include", "includeif"})
_RUN_BY_GIT: Final = frozenset(
    {
        "alias",
        "core.askpass",
        "core.attributesfile",
        "core.editor",
        "core.fsmonitor",
        "core.gitproxy",
        "core.hookspath",
        "core.pager",
        "core.sshcommand",
        "core.worktree",
        "credential",
        "diff",
        "difftool",
        "filter",
        "gpg",
        "hook",
        "interactive",
        "merge",
        "mergetool",
        "pager",
        "sequence",
        "uploadpack",
        "url",
    }
)
"""Sections and keys that make git itself run or reach something; mapp does not."""


def ensure_closed(path: Path) -> None:
    """Makes sure, by a few `lstat` calls, that a repository consists of its own folders and no others'.

    Raises:
        IntegrityError: one of its folders is a link, or it borrows objects or refs from elsewhere.
    """
    for name in _FOLDERS:
        mode = _mode(f"{path}/{name}")
        if mode is not None and not stat.S_ISDIR(mode):
            raise _refused(path, f"{name} is {kind_of(mode)}, not a folder of its own")
    for name in LEADING_OUT:
        if _mode(f"{path}/{name}") is not None:
            raise _refused(
                path,
                f"{name} makes git read what lies outside of it",
                hint=f"if it is yours: git -C {path} repack -ad, then remove {name}",
            )


def ensure_safe(path: Path) -> None:
    """Makes sure that libgit2 can open a repository: it finds plain files, and nothing leads out.

    Raises:
        IntegrityError: naming the first thing that is not so.
    """
    ensure_closed(path)
    for count, (place, mode, size) in enumerate(_walk(path)):
        if count > MAX_ENTRIES:
            raise _refused(path, f"it holds more than {MAX_ENTRIES:,} files")
        if not stat.S_ISREG(mode):
            raise _refused(path, f"{place} is {kind_of(mode)}, not a plain file")
        if (most := _most(place)) is not None and size() > most:
            raise _refused(path, f"{place} is larger than {most:,} bytes")
    for section, key in _config(path):
        if section in _REFUSED_SECTIONS:
            raise _refused(
                path,
                f"its config has [{section}] {key}, which makes git read other files",
                hint=f"git config --file {path}/config --unset-all {section}.{key}",
            )


def oddities(path: Path) -> tuple[str, ...]:
    """Returns what a repository holds that mapp ignores and git does not, in words."""
    found = []
    if os.path.lexists(path / "hooks"):
        found.append("hooks/ (git runs these, mapp does not)")
    for name in ("shallow", "info/grafts"):
        if os.path.lexists(path / name):
            found.append(f"{name} (git shows another history than mapp reads)")
    if _has_replacements(path):
        found.append("refs/replace (git shows other objects than mapp reads)")
    for section, key in _config(path):
        if section in _RUN_BY_GIT or f"{section}.{key}" in _RUN_BY_GIT:
            found.append(f"{section}.{key} in its config (git heeds it, mapp does not)")
    return tuple(found)


def _has_replacements(path: Path) -> bool:
    if os.path.lexists(path / "refs" / "replace"):
        return True
    try:
        return b" refs/replace/" in read_plain(path / "packed-refs", most=MAX_PACKED_REFS_SIZE)
    except OSError:
        return False


def _walk(path: Path) -> Iterator[tuple[str, int, _Size]]:
    """Yields what is no folder: its path in the repository, its mode, and a way to ask its size."""
    pending = [""]
    while pending:
        prefix = pending.pop()
        with os.scandir(f"{path}/{prefix}") as entries:
            for entry in entries:
                place = f"{prefix}{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    pending.append(f"{place}/")
                elif entry.is_file(follow_symlinks=False):  # mostly known without another system call
                    yield place, stat.S_IFREG, _Size(entry)
                else:
                    yield place, entry.stat(follow_symlinks=False).st_mode, _Size(entry)


class _Size:
    def __init__(self, entry: os.DirEntry[str]) -> None:
        self._entry = entry

    def __call__(self) -> int:
        return self._entry.stat(follow_symlinks=False).st_size


def _most(place: str) -> int | None:
    if place == "config":
        return MAX_CONFIG_SIZE
    if place == "packed-refs":
        return MAX_PACKED_REFS_SIZE
    if place == "HEAD" or place.startswith("refs/"):
        return MAX_REF_SIZE
    return None


def _config(path: Path) -> Iterator[tuple[str, str]]:
    """Yields section and key of what a repository's config sets, in lower case, without subsections.

    It reads more as a key than git does, never less: a line may hold a section and a key, and any section
    counts wherever a line begins with one, also inside of a value that goes on over several lines.
    """
    for name in ("config", "config.worktree"):
        try:
            text = read_plain(path / name, most=MAX_CONFIG_SIZE).decode("utf-8", "replace")
        except FileNotFoundError:
            continue
        except OSError as error:
            raise _refused(path, f"{name} {error.strerror}") from None
        yield from _keys(text.removeprefix("\ufeff"))


def _keys(text: str) -> Iterator[tuple[str, str]]:
    section = ""
    for line in text.splitlines():
        rest = line
        while found := _SECTION.match(rest):
            section = found[1].partition(".")[0].lower()
            rest = rest[found.end() :]
            end = _end_of_header(rest)
            rest = rest[end:]
        if section and (key := _KEY.match(rest)):
            yield section, key[1].lower()


def _end_of_header(text: str) -> int:
    """Returns where a section's header ends: after the `]` that stands in no quotes."""
    quoted = escaped = False
    for position, character in enumerate(text):
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif character == "]" and not quoted:
            return position + 1
    return len(text)


def _mode(path: str) -> int | None:
    try:
        return os.lstat(path).st_mode
    except OSError:
        return None


def _refused(path: Path, why: str, hint: str = "") -> IntegrityError:
    return IntegrityError(
        f"the repository {path} is refused: {why}",
        hint=hint or "restore it from a copy, or remove the app; mapp doctor names every such repository",
        code="MAPP-0621",
    )
