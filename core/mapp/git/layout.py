"""What an app's bare repository may contain: its own plain files, and no references to the outside.

libgit2 follows `objects/info/alternates` and `commondir` to other folders, reads every file that the
configuration includes, hides parents of commits listed in `shallow` and `info/grafts`, and blocks when it
opens a named pipe. So mapp scans a repository before libgit2 opens it. It reads objects without replacements
and grafts: git may show a different history, but mapp runs what the ids say.
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
from mapp.suggested_commands import suggested_git

EXTERNAL_REFERENCES: Final = (
    "objects/info/alternates",
    "objects/info/http-alternates",
    "commondir",
    "gitdir",
)
"""Files that make libgit2 or git read objects or refs in other folders."""
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
"""Sections and keys that make git itself run a program or contact a server; mapp ignores them."""


def ensure_closed(path: Path) -> None:
    """Checks with a few `lstat` calls that a repository uses no folders but its own.

    Raises:
        IntegrityError: one of its folders is a link, or it takes objects or refs from elsewhere.
    """
    for name in _FOLDERS:
        mode = _mode(f"{path}/{name}")
        if mode is not None and not stat.S_ISDIR(mode):
            raise _refused(path, f"{name} is {kind_of(mode)}, not a folder")
    for name in EXTERNAL_REFERENCES:
        if _mode(f"{path}/{name}") is not None:
            raise _refused(
                path,
                f"{name} makes git read files outside of it",
                hint=f"if it is yours: {suggested_git(path, 'repack', '-ad')}, then remove {name}",
            )


def ensure_safe(path: Path) -> None:
    """Checks that libgit2 can safely open a repository: plain files only, no references to the outside.

    Raises:
        IntegrityError: naming the first violation.
    """
    ensure_closed(path)
    for count, (name, mode, size) in enumerate(_walk(path)):
        if count > MAX_ENTRIES:
            raise _refused(path, f"it holds more than {MAX_ENTRIES:,} files")
        if not stat.S_ISREG(mode):
            raise _refused(path, f"{name} is {kind_of(mode)}, not a plain file")
        if (limit := _max_size(name)) is not None and size() > limit:
            raise _refused(path, f"{name} is larger than {limit:,} bytes")
    for section, key in _config(path):
        if section in _REFUSED_SECTIONS:
            raise _refused(
                path,
                f"its config sets [{section}] {key}, which makes git read other files",
                hint=f"git config --file {path}/config --unset-all {section}.{key}",
            )


def oddities(path: Path) -> tuple[str, ...]:
    """Returns descriptions of what a repository contains that git acts on and mapp ignores."""
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
            found.append(f"{section}.{key} in its config (git obeys it, mapp does not)")
    return tuple(found)


def _has_replacements(path: Path) -> bool:
    if os.path.lexists(path / "refs" / "replace"):
        return True
    try:
        return b" refs/replace/" in read_plain(path / "packed-refs", most=MAX_PACKED_REFS_SIZE)
    except OSError:
        return False


def _walk(path: Path) -> Iterator[tuple[str, int, _Size]]:
    """Yields everything but folders: the path in the repository, the mode, and a function for the size."""
    pending = [""]
    while pending:
        prefix = pending.pop()
        with os.scandir(f"{path}/{prefix}") as entries:
            for entry in entries:
                name = f"{prefix}{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    pending.append(f"{name}/")
                elif entry.is_file(follow_symlinks=False):  # usually needs no further system call
                    yield name, stat.S_IFREG, _Size(entry)
                else:
                    yield name, entry.stat(follow_symlinks=False).st_mode, _Size(entry)


class _Size:
    def __init__(self, entry: os.DirEntry[str]) -> None:
        self._entry = entry

    def __call__(self) -> int:
        return self._entry.stat(follow_symlinks=False).st_size


def _max_size(name: str) -> int | None:
    if name == "config":
        return MAX_CONFIG_SIZE
    if name == "packed-refs":
        return MAX_PACKED_REFS_SIZE
    if name == "HEAD" or name.startswith("refs/"):
        return MAX_REF_SIZE
    return None


def _config(path: Path) -> Iterator[tuple[str, str]]:
    """Yields section and key of each setting in a repository's config, in lower case, without subsections.

    It errs on the safe side: it may report more keys than git sees, never fewer. A line may hold a section
    and a key, and a line that starts like a section counts as one, even inside a multi-line value.
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
    """Returns where a section's header ends: after the first `]` outside quotes."""
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
        hint=hint or "restore it from a backup, or remove the app; mapp doctor lists every such repository",
        code="MAPP-0621",
    )
