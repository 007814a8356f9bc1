"""Exports a whole library into one file, and imports such a file into an empty library.

The file is a gzipped tar of what cannot be derived: the repositories of the apps, `mapp.lock` with its
grants, the apps' stores, and, if that is asked for, the journal and what was learned. Importing makes all of
it the person's own. Still, nothing from the file is believed: only plain files with known names are taken,
every repository must be one that mapp opens, and every app must be what the lock names.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sqlite3
import tarfile
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from mapp.errors import AlreadyExists, IntegrityError, NotFound, PermissionNeeded
from mapp.git import layout
from mapp.git.durable_files import sync_folder
from mapp.library import read
from mapp.library.lockfile import LockEntry, read_lock
from mapp.library.locks import alive, holding
from mapp.library.paths import Home
from mapp.library.privacy import tighten
from mapp.ops.share.fsck import fsck
from mapp.ops.workspace import Workspace
from mapp.plain_files import open_plain
from mapp.suggested_commands import suggested_command

ROOT: Final = "mapp-library/"
DAMAGED: Final = "MAPP-0658"
MAX_FILES: Final = 5_000_000
MAX_SIZE: Final = 64 * 1024**3
_SINGLE: Final = ("format", "mapp.lock", "starter.json")
_APP: Final = r"[a-z][a-z0-9-]{0,63}"
_PART: Final = r"[A-Za-z0-9][A-Za-z0-9._+-]*"
_ALLOWED: Final = re.compile(
    rf"format|mapp\.lock|starter\.json|journal\.sqlite|learned\.jsonl|stores/{_APP}\.sqlite"
    rf"|apps/{_APP}\.git/(?:HEAD|config|packed-refs|(?:objects|refs)/(?:{_PART}/)*{_PART})"
)
_IMPORTING: Final = ".import-"

Agree = Callable[[dict[str, LockEntry]], bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """What was exported or imported: the names of the apps, and the file."""

    file: Path
    apps: tuple[str, ...]
    journal: bool

    def to_dict(self) -> dict[str, Any]:
        """Returns the report that `library export --json` and `library import --json` print."""
        return {"file": str(self.file), "apps": list(self.apps), "journal": self.journal}


def export_library(workspace: Workspace, path: Path, *, journal: bool = False) -> Moved:
    """Writes a library into one file, which is replaced whole. Each app is copied while nobody writes to it.

    Raises:
        IntegrityError: the lock file is damaged, or a repository is not one that mapp opens.
        OSError: the file cannot be written.
    """
    home = workspace.home
    names = read.names(home)
    building = path.with_name(f".{path.name}-{os.getpid()}-{uuid.uuid4().hex[:8]}")
    try:
        with tarfile.open(building, "x:gz", compresslevel=6) as archive:
            for name in names:
                with holding(home.holds, name, tell=workspace.tell):
                    _add_repository(archive, home, name)
                    _add_database(archive, home.store(name), f"stores/{name}.sqlite")
            for single in _SINGLE:
                with contextlib.suppress(FileNotFoundError):
                    _add(archive, single, home.root / single)
            if journal:
                with contextlib.suppress(FileNotFoundError):
                    _add(archive, home.learned_file.name, home.learned_file)
                _add_database(archive, home.journal, "journal.sqlite")
        building.replace(path)
    finally:
        building.unlink(missing_ok=True)
    return Moved(file=path, apps=names, journal=journal)


def _add_repository(archive: tarfile.TarFile, home: Home, name: str) -> None:
    path = home.repository(name)
    layout.ensure_safe(path)
    for file in sorted(row for row in path.rglob("*") if row.is_file()):
        inside = f"apps/{file.relative_to(home.apps).as_posix()}"
        if _is_allowed(inside):
            _add(archive, inside, file)


def _is_allowed(inside: str) -> bool:
    """Returns whether an export has files of that name; the lock files of git are not among them."""
    return _ALLOWED.fullmatch(inside) is not None and (inside in _SINGLE or not inside.endswith(".lock"))


def _add_database(archive: tarfile.TarFile, path: Path, inside: str) -> None:
    """Adds a copy of a database as it is between two transactions; a missing one is left out."""
    if not path.is_file():
        return
    with tempfile.TemporaryDirectory(prefix="mapp-export-") as folder:
        copy = Path(folder) / "copy.sqlite"
        with (
            contextlib.closing(sqlite3.connect(path)) as source,
            contextlib.closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
        _add(archive, inside, copy)


def _add(archive: tarfile.TarFile, inside: str, path: Path) -> None:
    row = tarfile.TarInfo(f"{ROOT}{inside}")
    with os.fdopen(open_plain(path), "rb") as file:
        row.size, row.mode = os.fstat(file.fileno()).st_size, 0o600
        archive.addfile(row, file)


def import_library(workspace: Workspace, path: Path, *, agree: Agree) -> Moved:
    """Fills an empty library from an exported file. `agree` sees the lock and says whether to go on.

    Everything is checked first. The commit point is the rename of the folder with the apps.

    Raises:
        NotFound: there is no such file.
        AlreadyExists: the library has apps.
        IntegrityError: the file has something that an export never has, or an app is not what the lock says.
        PermissionNeeded: the person did not agree.
    """
    home = workspace.home
    if names := read.names(home):
        raise AlreadyExists(
            f"the library {home.root} has {len(names)} apps",
            hint="import into a new one: mapp --library FOLDER library import FILE",
        )
    home.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with holding(home.holds, "import", tell=workspace.tell):
        for left in home.root.glob(f"{_IMPORTING}*"):
            if not alive(int(left.name.split("-")[1])):
                shutil.rmtree(left, ignore_errors=True)
        aside = Home(root=home.root / f"{_IMPORTING}{os.getpid()}-{uuid.uuid4().hex[:8]}")
        try:
            _extract(path, aside.root)
            _check(aside, path)
            if not agree(read_lock(aside.lock_file)):
                raise PermissionNeeded(
                    f"importing {path} makes its apps and grants yours, and you did not agree",
                    hint=f"to agree: {suggested_command('library', 'import', str(path), '--yes')}",
                )
            return _take_over(aside, home, path)
        finally:
            shutil.rmtree(aside.root, ignore_errors=True)


def _extract(path: Path, into: Path) -> None:
    """Writes the plain files of an export below a new folder."""
    into.mkdir(mode=0o700)
    try:
        with tarfile.open(path, "r:gz") as archive:
            for inside, source in _members(archive, path):
                target = into / inside
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("xb") as file:
                    shutil.copyfileobj(source, file)
    except FileNotFoundError:
        raise NotFound(f"there is no file {path}") from None
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None and not isinstance(error, FileExistsError):
            raise
        raise _damaged(path, str(error)) from None


def _members(archive: tarfile.TarFile, path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    size = 0
    for count, row in enumerate(archive, 1):
        inside = row.name.removeprefix(ROOT)
        size += row.size
        if count > MAX_FILES or size > MAX_SIZE:
            raise _damaged(path, "it is larger than a library may be")
        source = archive.extractfile(row) if row.isreg() and row.name.startswith(ROOT) else None
        if source is None or not _is_allowed(inside):
            raise _damaged(path, f"it contains {row.name!r}")
        yield inside, source


def _check(aside: Home, path: Path) -> None:
    """Checks each repository and compares each app with the lock, as `mapp fsck` does."""
    for name in read.names(aside):
        for folder in ("objects", "refs"):  # a library may have packed all refs away
            (aside.repository(name) / folder).mkdir(exist_ok=True)
        layout.ensure_safe(aside.repository(name))
    for row in fsck(aside):
        if row.problems:
            raise _damaged(path, f"{row.app}: {'; '.join(row.problems)}")


def _take_over(aside: Home, home: Home, path: Path) -> Moved:
    names = read.names(aside)
    journal = aside.journal.exists()
    for single in (*_SINGLE, "journal.sqlite", aside.learned_file.name):
        with contextlib.suppress(FileNotFoundError):
            (aside.root / single).replace(home.root / single)
    if (aside.root / "stores").is_dir():
        shutil.rmtree(home.root / "stores", ignore_errors=True)
        (aside.root / "stores").rename(home.root / "stores")
    aside.apps.mkdir(exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        home.apps.rmdir()  # it has no apps, but may be there
    aside.apps.rename(home.apps)
    sync_folder(home.root)
    tighten(home.root)
    return Moved(file=path, apps=names, journal=journal)


def _damaged(path: Path, why: str) -> IntegrityError:
    return IntegrityError(
        f"{path} is not an export of a library: {why}",
        hint="nothing was changed; export it again: mapp library export FILE",
        code=DAMAGED,
    )
