"""Generations of the index: whole folders that never change, and one file that names the one in use.

    index/CURRENT              names the generation in use; replaced in one step
    index/gen-<id>/seal.json   written last: layout, embedder, store, count of apps, each file with its hash
    index/gen-<id>/…           catalogue, matrix, graph, and what other stages put there
    index/lock                 held by whoever builds

A build that is killed leaves a folder without a seal that nobody points to; the next build sweeps it.
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

from mapp.config import write_whole
from mapp.errors import Busy
from mapp.index.entry import LAYOUT
from mapp.plain_files import kind_of, open_plain, read_plain

_CURRENT: Final = "CURRENT"
_SEAL: Final = "seal.json"
_PREFIX: Final = "gen-"
_LOCK_SECONDS: Final = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """One file of a generation as it was sealed; `touched` is its time of change in nanoseconds."""

    size: int
    digest: str
    touched: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Seal:
    """What a finished generation says about itself."""

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
    """A generation is not what its seal says; it has to be built anew."""


def current(folder: Path) -> Path | None:
    """Returns the folder of the generation in use, or None where nothing was ever built."""
    try:
        name = read_plain(folder / _CURRENT, follow=True).decode("ascii").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise DamagedIndex(f"{_CURRENT} cannot be read: {error}") from error
    if not name.startswith(_PREFIX) or "/" in name or "\\" in name:
        raise DamagedIndex(f"{_CURRENT} names no generation")
    return folder / name


def read_seal(generation: Path, *, thorough: bool = False) -> Seal:
    """Returns the seal of a generation whose files are as they were sealed.

    A file whose size and time of change are as sealed is taken to be whole; any other is hashed, and with
    `thorough` every one is. The graph's files are left out (see `graph_is_untouched`).

    Raises:
        Damaged: when the seal or a file is missing or was changed, or the layout is another version's.
    """
    try:
        seal = Seal.from_dict(json.loads(read_plain(generation / _SEAL)))
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise DamagedIndex(f"{_SEAL} cannot be read: {error}") from error
    if seal.layout != LAYOUT:
        raise DamagedIndex(f"it has layout {seal.layout}, this mapp reads {LAYOUT}")
    for path, file in seal.files:
        _check(generation / path, file, thorough=thorough)
    return seal


def graph_is_untouched(generation: Path, seal: Seal) -> bool:
    """Returns whether the files of the graph are as they were sealed.

    Chroma writes to its database whenever it is opened, so that only the size of that one is compared; what
    is wrong inside it is an error there, while a damaged graph can end the process.
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
    """Seals a finished folder: every file in it is made durable and noted with size and hash."""
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
    """Makes the empty folder of a new generation; the lock must be held."""
    generation = folder / f"{_PREFIX}{os.urandom(8).hex()}"
    generation.mkdir(parents=True)
    return generation


def switch(folder: Path, generation: Path) -> None:
    """Puts a sealed generation into use: the commit point of a build."""
    write_whole(folder / _CURRENT, f"{generation.name}\n".encode())


def sweep(folder: Path) -> None:
    """Removes what is not in use: older generations and what killed builds left; the lock must be held."""
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
    """Holds the lock of the index; raises Busy when another process has been building for two minutes."""
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "lock", timeout=_LOCK_SECONDS)
    try:
        lock.acquire()
    except Timeout as error:
        raise Busy(f"another process is building the index {folder}", hint="Wait for it to end.") from error
    try:
        yield
    finally:
        lock.release()


def size(generation: Path) -> int:
    """Returns how many bytes the files of a generation take."""
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
            raise DamagedIndex(f"{path.name} is {kind_of(found.st_mode)}, not a plain file")
        if found.st_size != file.size:
            raise DamagedIndex(f"{path.name} has {found.st_size} bytes instead of {file.size}")
        if (thorough or found.st_mtime_ns != file.touched) and _digest(path) != file.digest:
            raise DamagedIndex(f"{path.name} was changed")
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
