"""Commands that a message suggests: always safe to paste into a shell, and never longer than they help.

What an app, a file or a person gave is quoted for the shell. Values that are long, or hold characters that
a terminal would act on, are given as `NAME=@FILE`; the content of an attachment never appears.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from typing import Final

from mapp.model.values import JSONValue, canonical

MAX_LENGTH: Final = 200
"""Characters of one value; longer ones belong in a file."""
MAX_WORD_LENGTH: Final = 1_000
"""Characters of a request; of a longer one only its place is shown."""
FILE: Final = "FILE"
"""What stands for a file that the person names."""


def suggested_command(*words: str) -> str:
    """Returns a command line of mapp, quoted for a POSIX shell.

    >>> suggested_command("run", "sort $(reboot)")
    "mapp run 'sort $(reboot)'"
    """
    return shlex.join(["mapp", *(word if _is_plain(word, MAX_WORD_LENGTH) else "…" for word in words)])


def suggested_call(
    app: str,
    arguments: Iterable[tuple[str, JSONValue]],
    *,
    attachment: str | None = None,
    source: str | None = None,
) -> str:
    """Returns the `mapp exec` that makes a call.

    `attachment` is the text that the person attached and `source` where from: a path, or `-` for standard
    input.

    >>> suggested_call("sort-lines", [("text", "b\\na")], attachment="b\\na", source="my names.txt")
    "mapp exec sort-lines 'text=@my names.txt'"
    """
    pairs = [_pair(name, value, attachment, source) for name, value in arguments]
    return shlex.join(["mapp", "exec", app, *pairs])


def _pair(name: str, value: JSONValue, attachment: str | None, source: str | None) -> str:
    text = value if isinstance(value, str) else canonical(value)
    if attachment is not None and text and text.strip() == attachment.strip():
        return f"{name}=@{source if source and _is_plain(source) else FILE}"
    # A text that begins with @ would be read as the name of a file.
    if not _is_plain(text) or (isinstance(value, str) and text.startswith("@")):
        return f"{name}=@{FILE}"
    return f"{name}={text}"


def _is_plain(text: str, most: int = MAX_LENGTH) -> bool:
    return len(text) <= most and text.isprintable()
