"""Builds the commands that messages suggest: safe to paste into a shell, and short.

Text from an app, a file or a person is quoted for the shell. A value that is long, or contains control
characters, becomes `NAME=@FILE`. The content of an attachment never appears.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from mapp.model.values import JSONValue, canonical

MAX_LENGTH: Final = 200
"""The maximum length of one value, in characters; longer values become `@FILE`."""
MAX_WORD_LENGTH: Final = 1_000
"""The maximum length of a request, in characters; a longer one becomes `…`."""
FILE: Final = "FILE"
"""The placeholder for a file name that the person fills in."""


def suggested_command(*words: str) -> str:
    """Returns a mapp command line, quoted for a POSIX shell.

    >>> suggested_command("run", "sort $(reboot)")
    "mapp run 'sort $(reboot)'"
    """
    return shlex.join(["mapp", *(word if _is_plain(word, MAX_WORD_LENGTH) else "…" for word in words)])


def suggested_git(repository: Path, *words: str) -> str:
    """Returns a git command line for a repository, quoted for a POSIX shell.

    >>> suggested_git(Path("/my apps/vat.git"), "repack", "-ad")
    "git -C '/my apps/vat.git' repack -ad"
    """
    return shlex.join(["git", "-C", str(repository), *words])


def suggested_call(
    app: str,
    arguments: Iterable[tuple[str, JSONValue]],
    *,
    attachment: str | None = None,
    source: str | None = None,
) -> str:
    """Returns the `mapp exec` command line for a call.

    `attachment` is the text that the person attached. `source` is where it came from: a path, or `-` for
    standard input.

    >>> suggested_call("sort-lines", [("text", "b\\na")], attachment="b\\na", source="my names.txt")
    "mapp exec sort-lines 'text=@my names.txt'"
    """
    pairs = [_pair(name, value, attachment, source) for name, value in arguments]
    return shlex.join(["mapp", "exec", app, *pairs])


def _pair(name: str, value: JSONValue, attachment: str | None, source: str | None) -> str:
    text = value if isinstance(value, str) else canonical(value)
    if attachment is not None and text and text.strip() == attachment.strip():
        return f"{name}=@{source if source and _is_plain(source) else FILE}"
    # The command line would read a text that begins with @ as a file name.
    if not _is_plain(text) or (isinstance(value, str) and text.startswith("@")):
        return f"{name}=@{FILE}"
    return f"{name}={text}"


def _is_plain(text: str, limit: int = MAX_LENGTH) -> bool:
    return len(text) <= limit and text.isprintable()
