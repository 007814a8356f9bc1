"""Generations of the index: folders that never change, and one file that names the current one.

    index/CURRENT              names the current generation; replaced atomically
    index/gen-<id>/seal.json   written last: layout, embedder, store, number of apps, hash of each file
    index/gen-<id>/…           catalogue, matrix, graph, and additional files
    index/lock                 held by the process that builds

A killed build leaves a folder without a seal; CURRENT never names it, and the next build deletes it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mapp.errors import Busy
from mapp.index.entry import LAYOUT
from mapp.plain_files import kind_of, open_plain, read_plain, write_whole

_CURRENT: Final = "CURRENT"
_SEAL: Final = "seal.json"
_PREFIX: Final = "gen-"
_LOCK_SECONDS: Final = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """One file of a sealed generation; `touched` is its modification time in nanoseconds."""

    size: int
    digest: str
    touched: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Seal:
    """The description of a finished generation."""

    layout: int
    embedder: str
    digest: str
    dimensions: int
    store: str
    apps: int
    extras: tuple[str, ...]
    files: tuple[tuple[str, File], ...]
    graph: tuple[tuple[str, File], ...]

    def to_dict(self) -> dict[str, Any]:
        """Returns the seal as a JSON object."""
        document = {name: getattr(self, name) for name in self.__slots__}
        return {**document, "files": _written(self.files), "graph": _written(self.graph)}

    @classmethod
    def from_dict(cls, document: dict[str, Any]) -> Seal:
        """Returns the seal that `to_dict` wrote."""
        listed = {name: _read(document[name]) for name in ("files", "graph")}
        return cls(**{**document, **listed, "extras": tuple(document["extras"])})


class DamagedIndex(Exception):
    """A generation differs from its seal and must be rebuilt."""


def current(folder: Path) -> Path | None:
    """Returns the folder of the current generation, or None if none was ever built."""
    try:
        name = read_plain(folder / _CURRENT, follow=True).decode("ascii").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise DamagedIndex(f"{_CURRENT} cannot be read: {error}") from error
    if not name.startswith(_PREFIX) or "/" in name or "\\" in name:
        raise DamagedIndex(f"{_CURRENT} does not name a generation")
    return folder / name


def fingerprint(folder: Path) -> tuple[str, frozenset[tuple[str, int, int, int]]] | None:
    """Returns the name of the current generation, and name, inode, size and modification time of its files.

    While it stays the same, an opened generation needs no further check. It is None if there is no usable
    one. The graph's files, which Chroma itself changes, are left out.
    """
    try:
        path = current(folder)
        if path is None:
            return None
        with os.scandir(path) as entries:
            files = [(entry.name, entry.stat()) for entry in entries if entry.is_file()]
    except (DamagedIndex, OSError):
        return None
    return path.name, frozenset((name, at.st_ino, at.st_size, at.st_mtime_ns) for name, at in files)


def read_seal(generation: Path, *, thorough: bool = False) -> Seal:
    """Returns the seal of a generation after checking its files against it.

    A file with the sealed size and modification time counts as intact. Any other file is hashed; with
    `thorough` all files are. The graph's files are not checked here (see `graph_is_untouched`).

    Raises:
        DamagedIndex: the seal or a file is missing or changed, or another version of mapp wrote it.
    """
    try:
        seal = Seal.from_dict(json.loads(read_plain(generation / _SEAL)))
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise DamagedIndex(f"{_SEAL} cannot be read: {error}") from error
    if seal.layout != LAYOUT:
        raise DamagedIndex(f"it has layout {seal.layout}, but this version of mapp reads layout {LAYOUT}")
    for path, file in seal.files:
        _check(generation / path, file, thorough=thorough)
    return seal


def graph_is_untouched(generation: Path, seal: Seal) -> bool:
    """Returns whether the files of the graph are unchanged since they were sealed.

    Chroma writes to its database whenever it opens it, so only the size of the database is compared. Damage
    inside the database raises an error; damage in a graph file can crash the process.
    """
    try:
        for name, file in seal.graph:
            found = (generation / name).stat()
            changes = name.endswith(".sqlite3")
            if found.st_size != file.size or (found.st_mtime_ns != file.touched and not changes):
                return False
    except OSError:
        return False
    return True


def write_seal(
    generation: Path,
    *,
    embedder: str,
    digest: str,
    dimensions: int,
    store: str,
    apps: int,
    extras: tuple[str, ...],
) -> None:
    """Seals a finished folder: syncs every file to disk and records its size and hash."""
    files: list[tuple[str, File]] = []
    graph: list[tuple[str, File]] = []
    for path in sorted(generation.rglob("*")):
        if path.is_file():
            _make_durable(path)
            name = path.relative_to(generation).as_posix()
            (files if path.parent == generation else graph).append((name, _described(path)))
    seal = Seal(
        layout=LAYOUT,
        embedder=embedder,
        digest=digest,
        dimensions=dimensions,
        store=store,
        apps=apps,
        extras=extras,
        files=tuple(files),
        graph=tuple(graph),
    )
    write_whole(generation / _SEAL, json.dumps(seal.to_dict(), indent=1).encode())


def begin(folder: Path) -> Path:
    """Creates the empty folder of a new generation; the caller holds the lock."""
    generation = folder / f"{_PREFIX}{os.urandom(8).hex()}"
    generation.mkdir(parents=True)
    return generation


def switch(folder: Path, generation: Path) -> None:
    """Makes a sealed generation the current one: the commit point of a build."""
    write_whole(folder / _CURRENT, f"{generation.name}\n".encode())


def sweep(folder: Path) -> None:
    """Deletes older generations and the remains of killed builds; the caller holds the lock."""
    try:
        used = current(folder)
    except DamagedIndex:
        used = None
    for path in folder.iterdir():
        if path.name.startswith(_PREFIX) and path != used:
            shutil.rmtree(path, ignore_errors=True)
        elif path.name.startswith((f".{_CURRENT}-", "job-")):
            path.unlink(missing_ok=True)


@contextmanager
def building(folder: Path) -> Iterator[None]:
    """Holds the lock of the index; raises Busy if another process keeps it for two minutes."""
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "lock", timeout=_LOCK_SECONDS)
    try:
        lock.acquire()
    except Timeout as error:
        raise Busy(
            f"another process is building the index {folder}",
            hint="Wait until it has finished, then run the command again.",
        ) from error
    try:
        yield
    finally:
        lock.release()


def size(generation: Path) -> int:
    """Returns the size of a generation in bytes."""
    return sum(path.stat().st_size for path in generation.rglob("*") if path.is_file())


def _written(files: tuple[tuple[str, File], ...]) -> dict[str, list[Any]]:
    return {path: [file.size, file.digest, file.touched] for path, file in files}


def _read(files: dict[str, list[Any]]) -> tuple[tuple[str, File], ...]:
    return tuple(
        (path, File(size=size, digest=digest, touched=touched))
        for path, (size, digest, touched) in files.items()
    )


def _check(path: Path, file: File, *, thorough: bool) -> None:
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise DamagedIndex(f"{path.name} is {kind_of(found.st_mode)}, not a regular file")
        if found.st_size != file.size:
            raise DamagedIndex(f"{path.name} has {found.st_size} bytes instead of {file.size}")
        if (thorough or found.st_mtime_ns != file.touched) and _digest(path) != file.digest:
            raise DamagedIndex(f"{path.name} has changed")
    except OSError as error:
        raise DamagedIndex(f"{path.name} cannot be read: {error}") from error


def _described(path: Path) -> File:
    found = path.stat()
    return File(size=found.st_size, digest=_digest(path), touched=found.st_mtime_ns)


def _digest(path: Path) -> str:
    with os.fdopen(open_plain(path, follow=True), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _make_durable(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
