"""Brings a library that an earlier mapp wrote to the present format, one step at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from mapp.errors import MappError
from mapp.library.format import FORMAT, LibraryTooNew, _write, read_format
from mapp.library.locks import Tell, holding
from mapp.library.paths import Home
from mapp.library.read import names


def ensure_format(home: Home, *, tell: Tell | None = None) -> None:
    """Migrates a library of an earlier version; leaves one that is new, or there not yet, as it is.

    Raises:
        LibraryTooNew: a later mapp wrote it.
        IntegrityError: its version cannot be read.
        Busy: another process migrates it.
    """
    version = read_format(home)
    if version is None or version == FORMAT:
        return
    if version > FORMAT:
        raise LibraryTooNew(
            f"the library {home.root} has format {version}, and this mapp reads up to {FORMAT}",
            hint="upgrade mapp, or use another library: mapp --library FOLDER …",
        )
    with holding(home.holds, "format", tell=tell):
        while (version := read_format(home)) is not None and version < FORMAT:
            _MIGRATIONS[version](home, tell)
            _write(home, version + 1)


def _record_landings(home: Home, tell: Tell | None) -> None:
    """1 to 2: what the lock names has landed, and is recorded as such in each repository."""
    from mapp.library.landing import adopt

    for name in names(home):
        try:
            adopt(home, name, tell=tell)
        except MappError as error:  # a damaged app stays as it is; mapp doctor names it
            if tell is not None:
                tell(f"{name} was not migrated: {error.message}")


_MIGRATIONS: Final[dict[int, Callable[[Home, Tell | None], None]]] = {1: _record_landings}
