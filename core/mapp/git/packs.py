"""Reads the size of a packed object and of every object in its delta chain.

A packed object may be a delta against another object, which may itself be a delta. libgit2 inflates the whole
chain but reports only the size of the result: a commit of 200 bytes can be a delta against a gigabyte. The
formats are git's: `gitformat-pack(5)`, index version 2.
"""

from __future__ import annotations

import mmap
import os
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from mapp.errors import IntegrityError
from mapp.git import loose
from mapp.plain_files import open_plain

MAX_BASE_SIZE: Final = 16 * 1024 * 1024
"""The largest object, in bytes, that may serve as the base of a delta."""
MAX_CHAIN_LENGTH: Final = 256
"""The longest delta chain; git makes at most 50, `--aggressive` 250."""

_MAGIC: Final = b"\377tOc\0\0\0\2"
_FAN_OUT: Final = 8
_NAMES: Final = _FAN_OUT + 256 * 4
_OFFSET_DELTA, _REF_DELTA = 6, 7
_MAX_ENTRY_LENGTH: Final = 64
"""An upper bound for the length of an entry's header."""


def ensure_small_chain(repository: Path, identity: str) -> None:
    """Checks that a packed object can be read without inflating a huge base.

    An object that is in no pack is skipped.

    Raises:
        IntegrityError: a base is too large, the chain is too long, or the pack is damaged.
    """
    for index in sorted(Path(f"{repository}/objects/pack").glob("*.idx")):
        if (offset := _find(index, identity)) is not None:
            _follow(repository, index, offset)
            return


def ensure_small_chains(repository: Path) -> None:
    """Checks all packed objects of a repository as `ensure_small_chain` checks one, each entry once.

    Raises:
        IntegrityError: a base is too large, a chain is too long or has no end, or a pack is damaged.
    """
    for index in sorted(Path(f"{repository}/objects/pack").glob("*.idx")):
        places = _places(index)
        pack = index.with_suffix(".pack")
        descriptor = _opened(pack)
        try:
            bases = {
                offset: _base(
                    repository, pack, os.pread(descriptor, _MAX_ENTRY_LENGTH, offset), offset, places
                )
                for offset in places.values()
            }
        finally:
            os.close(descriptor)
        _ensure_short(repository, pack, bases)


def _places(index: Path) -> dict[bytes, int]:
    """Returns the offset of each object in the pack of an index, by its name of 20 bytes."""
    descriptor = _opened(index)
    try:
        with mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) as data:
            count = int.from_bytes(data[_NAMES - 4 : _NAMES], "big")
            if data[:_FAN_OUT] != _MAGIC or _NAMES + 28 * count > len(data):
                raise _damaged(index)
            names = data[_NAMES : _NAMES + 20 * count]
            numbers = struct.unpack_from(f">{count}I", data, _NAMES + 24 * count)
            far = _NAMES + 28 * count
            return {
                names[20 * row : 20 * row + 20]: (
                    struct.unpack_from(">Q", data, far + 8 * (number & 0x7FFFFFFF))[0]
                    if number & 0x80000000
                    else number
                )
                for row, number in enumerate(numbers)
            }
    except (ValueError, struct.error):
        raise _damaged(index) from None
    finally:
        os.close(descriptor)


def _base(repository: Path, pack: Path, data: bytes, offset: int, places: Mapping[bytes, int]) -> int | None:
    """Returns the offset of the base of an entry; None if it is not a delta, or one against a loose object.

    Raises:
        IntegrityError: the entry or its loose base is too large, or the pack is damaged.
    """
    kind, size, position = _entry(pack, data)
    if size > MAX_BASE_SIZE:
        raise loose.too_large(repository, f"an object in {pack.name}", size, MAX_BASE_SIZE)
    if kind == _OFFSET_DELTA:
        back = _back(pack, data, position)
        if not 0 < back <= offset:
            raise _damaged(pack)
        return offset - back
    if kind != _REF_DELTA:
        return None
    name = data[position : position + 20]
    if name in places:
        return places[name]
    found = (loose.read_size(repository, name.hex()) or (0, 0))[1]
    if found > MAX_BASE_SIZE:
        raise loose.too_large(repository, f"an object in {pack.name}", found, MAX_BASE_SIZE)
    return None


def _ensure_short(repository: Path, pack: Path, bases: Mapping[int, int | None]) -> None:
    """Checks the lengths of all chains; `bases` has for each entry's offset that of its base."""
    depths: dict[int, int] = {}
    for start in bases:
        chain: list[int] = []
        place: int | None = start
        while place is not None and place not in depths:
            if place not in bases:  # in the middle of an entry
                raise _damaged(pack)
            chain.append(place)
            if len(chain) > MAX_CHAIN_LENGTH + 1:
                raise loose.too_large(repository, f"a delta chain in {pack.name}", None, MAX_CHAIN_LENGTH)
            place = bases[place]
        depth = -1 if place is None else depths[place]
        for passed in reversed(chain):
            depth += 1
            depths[passed] = depth
        if depths[start] > MAX_CHAIN_LENGTH:
            raise loose.too_large(repository, f"a delta chain in {pack.name}", None, MAX_CHAIN_LENGTH)


def object_ids(repository: Path) -> Iterator[str]:
    """Yields the id of every packed and loose object of a repository, without inflating any.

    Raises:
        IntegrityError: the index of a pack is damaged.
    """
    for index in sorted(Path(f"{repository}/objects/pack").glob("*.idx")):
        descriptor = _opened(index)
        try:
            with mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) as data:
                count = int.from_bytes(data[_NAMES - 4 : _NAMES], "big")
                if data[:_FAN_OUT] != _MAGIC or _NAMES + 28 * count > len(data):
                    raise _damaged(index)
                for place in range(count):
                    yield data[_NAMES + 20 * place : _NAMES + 20 * place + 20].hex()
        except ValueError:
            raise _damaged(index) from None
        finally:
            os.close(descriptor)
    for folder in sorted(Path(f"{repository}/objects").glob("[0-9a-f][0-9a-f]")):
        yield from (f"{folder.name}{path.name}" for path in sorted(folder.iterdir()))


def _follow(repository: Path, index: Path, offset: int) -> None:
    pack = index.with_suffix(".pack")
    for depth, size in enumerate(_sizes(repository, index, pack, offset)):
        if depth > MAX_CHAIN_LENGTH:
            raise loose.too_large(repository, f"a delta chain in {pack.name}", None, MAX_CHAIN_LENGTH)
        if size > MAX_BASE_SIZE:
            raise loose.too_large(repository, f"an object in {pack.name}", size, MAX_BASE_SIZE)


def _sizes(repository: Path, index: Path, pack: Path, offset: int) -> Iterator[int]:
    """Yields the size of an entry and of every base below it."""
    descriptor = _opened(pack)
    try:
        while True:
            data = os.pread(descriptor, _MAX_ENTRY_LENGTH, offset)
            kind, size, position = _entry(pack, data)
            yield size
            if kind == _OFFSET_DELTA:
                back = _back(pack, data, position)
                if not 0 < back <= offset:
                    raise _damaged(pack)
                offset -= back
            elif kind == _REF_DELTA:
                base = data[position : position + 20].hex()
                found = _find(index, base)
                if found is None:  # a loose object: its own header holds the size
                    yield (loose.read_size(repository, base) or (0, 0))[1]
                    return
                offset = found
            else:
                return
    finally:
        os.close(descriptor)


def _entry(pack: Path, data: bytes) -> tuple[int, int, int]:
    """Returns an entry's kind, its size, and where its header ends."""
    if not data:
        raise _damaged(pack)
    kind, size, shift, position = data[0] >> 4 & 7, data[0] & 15, 4, 1
    while data[position - 1] & 0x80:
        if position >= min(len(data), 10):
            raise _damaged(pack)
        size |= (data[position] & 0x7F) << shift
        shift += 7
        position += 1
    return kind, size, position


def _back(pack: Path, data: bytes, position: int) -> int:
    """Returns how many bytes before an entry its delta base starts."""
    if position >= len(data):
        raise _damaged(pack)
    value = data[position] & 0x7F
    while data[position] & 0x80:
        position += 1
        if position >= len(data):
            raise _damaged(pack)
        value = (value + 1) << 7 | data[position] & 0x7F
    return value


def _find(index: Path, identity: str) -> int | None:
    """Returns an object's offset in the pack of an index, or None."""
    descriptor = _opened(index)
    try:
        with mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) as data:
            return _looked_up(index, data, bytes.fromhex(identity))
    except (ValueError, IndexError):
        raise _damaged(index) from None
    finally:
        os.close(descriptor)


def _looked_up(index: Path, data: mmap.mmap, name: bytes) -> int | None:
    if data[:_FAN_OUT] != _MAGIC:
        raise IntegrityError(
            f"{index} is not a pack index of version 2", hint="in that repository: git repack -ad"
        )

    def number(position: int, length: int = 4) -> int:
        return int.from_bytes(data[position : position + length], "big")

    low = number(_FAN_OUT + 4 * (name[0] - 1)) if name[0] else 0
    high = number(_FAN_OUT + 4 * name[0])
    count = number(_NAMES - 4)
    if not low <= high <= count or _NAMES + 28 * count > len(data):
        raise _damaged(index)
    while low < high:
        middle = (low + high) // 2
        found = data[_NAMES + 20 * middle : _NAMES + 20 * middle + 20]
        if found == name:
            offset = number(_NAMES + 24 * count + 4 * middle)
            far = _NAMES + 28 * count + 8 * (offset & 0x7FFFFFFF)
            return number(far, 8) if offset & 0x80000000 else offset
        low, high = (middle + 1, high) if found < name else (low, middle)
    return None


def _opened(path: Path) -> int:
    try:
        return open_plain(path)
    except OSError as error:
        raise IntegrityError(f"{path} cannot be read: {error.strerror}", code="MAPP-0621") from None


def _damaged(path: Path) -> IntegrityError:
    return IntegrityError(f"{path} is damaged", hint="in that repository: git fsck")
