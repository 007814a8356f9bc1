"""Names of apps, arguments and declared errors."""

from __future__ import annotations

import re
from typing import Final

MAX_NAME_LENGTH: Final = 64

_APP = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_IDENTIFIER = re.compile(r"[a-zA-Z][a-zA-Z0-9_]*")

# Windows refuses these as file names, whatever the extension.
_DEVICES: Final = frozenset(
    ["con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))]
)
# These have a meaning on every JavaScript object.
_MAGIC: Final = frozenset(["__proto__", "constructor", "prototype", "hasOwnProperty", "toString", "valueOf"])


def app_name_fault(name: str) -> str:
    """Returns what is wrong with an app's name, or "".

    >>> app_name_fault("csv-to-json"), app_name_fault("CSV")
    ('', 'is not a name: lower-case letters, digits and single hyphens, starting with a letter')
    """
    if len(name) > MAX_NAME_LENGTH:
        return f"is longer than {MAX_NAME_LENGTH} characters"
    if not _APP.fullmatch(name):
        return "is not a name: lower-case letters, digits and single hyphens, starting with a letter"
    if name in _DEVICES:
        return "is a name that Windows reserves"
    return ""


def identifier_fault(name: str) -> str:
    """Returns what is wrong with the name of an argument, property or declared error, or ""."""
    if len(name) > MAX_NAME_LENGTH:
        return f"is longer than {MAX_NAME_LENGTH} characters"
    if not _IDENTIFIER.fullmatch(name):
        return "is not an identifier: letters, digits and underscores, starting with a letter"
    if name in _MAGIC:
        return "is a name with a special meaning in JavaScript"
    return ""
