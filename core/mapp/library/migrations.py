"""Migrates a library from an older mapp to the current format, one version at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from mapp.errors import MappError
from mapp.library.format import FORMAT, LibraryTooNew, read_format, write_format
from mapp.library.locks import Tell, holding
from mapp.library.paths import Home
from mapp.library.read import names


def ensure_format(home: Home, *, tell: Tell | None = None) -> None:
    """Migrates a library of an older version; a current or missing library is left alone.

    Raises:
        LibraryTooNew: a newer mapp wrote it.
        IntegrityError: its version cannot be read.
        Busy: another process is migrating it.
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
            write_format(home, version + 1)


def _record_landings(home: Home, tell: Tell | None) -> None:
    """Migrates 1 to 2: records in each repository that the commit in the lock file has landed."""
    from mapp.library.landing import adopt

    for name in names(home):
        try:
            adopt(home, name, tell=tell)
        except MappError as error:  # a damaged app is left alone; mapp doctor reports it
            if tell is not None:
                tell(f"{name} was not migrated: {error.message}")


_MIGRATIONS: Final[dict[int, Callable[[Home, Tell | None], None]]] = {1: _record_landings}
