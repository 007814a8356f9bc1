"""The version of the library's layout on disk. A newer mapp migrates it; an older one refuses it.

`format` holds one number. A library with apps but without that file has version 1. A migration goes app by
app, every step can be repeated, and the number is replaced last, atomically. If a migration is killed, the
library is either still in the old version, which every step leaves readable, or in the new one.
"""

from __future__ import annotations

from typing import Final

from mapp.errors import IntegrityError, MappError
from mapp.library.paths import Home
from mapp.library.read import names
from mapp.plain_files import read_plain, write_whole

FORMAT: Final = 2
"""1: no file `format`. 2: landings are recorded in each repository."""
_MAX_LENGTH: Final = 100


class LibraryTooNew(MappError):
    """A newer mapp wrote the library."""

    code = "MAPP-0640"


def read_format(home: Home) -> int | None:
    """Returns the version of a library's layout, or None if there is no library yet.

    Raises:
        IntegrityError: the file does not contain a version.
    """
    try:
        text = read_plain(home.format_file, most=_MAX_LENGTH, follow=True)
        version = int(text) if text.strip().isdigit() else 0
    except FileNotFoundError:
        return 1 if home.lock_file.exists() or names(home) else None
    except (OSError, ValueError) as error:
        raise _damaged(home, str(error)) from None
    if version < 1:
        raise _damaged(home, "it does not contain a number")
    return version


def stamp_new(home: Home) -> None:
    """Writes the version into a library that is about to receive its first app."""
    if read_format(home) is None:
        home.root.mkdir(parents=True, exist_ok=True)
        write_format(home, FORMAT)


def write_format(home: Home, version: int) -> None:
    """Writes the version of a library's layout."""
    write_whole(home.format_file, f"{version}\n".encode())


def _damaged(home: Home, why: str) -> IntegrityError:
    return IntegrityError(
        f"{home.format_file} is damaged: {why}",
        hint=f"if this version of mapp wrote the library: echo {FORMAT} > {home.format_file}",
        code="MAPP-0641",
    )
