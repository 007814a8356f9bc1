"""Objects and packs written byte by byte, and a child whose memory is measured."""

from __future__ import annotations

import hashlib
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

KINDS = {b"commit": 1, b"tree": 2, b"blob": 3, b"tag": 4}
WHO = b"Nobody <nobody@example.com> 1700000000 +0000"


def write_huge(repository: Path, kind: bytes, start: bytes, filler: int) -> str:
    """Returns the id of a loose object of `start` and many spaces; this process never holds it whole."""
    identity = hashlib.sha1()
    deflating = zlib.compressobj(9)
    target = repository / "objects" / "new"
    with target.open("wb") as file:
        for part in _parts(kind + b" %d\0" % (len(start) + filler) + start, filler):
            identity.update(part)
            file.write(deflating.compress(part))
        file.write(deflating.flush())
    name = identity.hexdigest()
    place = repository / "objects" / name[:2] / name[2:]
    place.parent.mkdir(exist_ok=True)
    target.rename(place)
    return name


def _parts(start: bytes, filler: int) -> Iterator[bytes]:
    yield start
    block = b" " * 2**20
    for done in range(0, filler, len(block)):
        yield block[: filler - done]


def write_pack(repository: Path, kind: bytes, start: bytes, filler: int, end: bytes) -> tuple[str, str]:
    """Writes a pack of a huge object and one of a few bytes, `end`, as a difference to it; returns their ids.

    The difference copies nothing: git's `gitformat-pack(5)` lets it consist of new bytes alone.
    """
    size = len(start) + filler
    base_id, small_id = hashlib.sha1(kind + b" %d\0" % size), hashlib.sha1(kind + b" %d\0" % len(end) + end)
    deflating, base = zlib.compressobj(9), b""
    for part in _parts(start, filler):
        base_id.update(part)
        base += deflating.compress(part)
    base += deflating.flush()
    difference = _number(size) + _number(len(end)) + bytes([len(end)]) + end
    first = _header(KINDS[kind], size) + base
    second = _header(6, len(difference)) + _back(len(first)) + zlib.compress(difference)
    body = b"PACK" + struct.pack(">II", 2, 2) + first + second
    data = body + hashlib.sha1(body).digest()
    folder = repository / "objects" / "pack"
    folder.mkdir(exist_ok=True)
    rows = sorted(
        [(base_id.digest(), 12, zlib.crc32(first)), (small_id.digest(), 12 + len(first), zlib.crc32(second))]
    )
    name = f"pack-{hashlib.sha1(data).hexdigest()}"
    (folder / f"{name}.pack").write_bytes(data)
    (folder / f"{name}.idx").write_bytes(_index(rows, data[-20:]))
    return base_id.hexdigest(), small_id.hexdigest()


def write_delta_cycle(repository: Path, one: bytes, other: bytes) -> None:
    """Writes a pack of two objects, each a difference to the other; their names (20 bytes) are made up."""
    body, rows = b"PACK" + struct.pack(">II", 2, 2), []
    difference = _number(4) + _number(4) + b"\x90\x04"  # copies the four bytes of its base
    for name, base in ((one, other), (other, one)):
        entry = _header(7, len(difference)) + base + zlib.compress(difference)
        rows.append((name, len(body), zlib.crc32(entry)))
        body += entry
    data = body + hashlib.sha1(body).digest()
    folder = repository / "objects" / "pack"
    folder.mkdir(exist_ok=True)
    name_of_pack = f"pack-{hashlib.sha1(data).hexdigest()}"
    (folder / f"{name_of_pack}.pack").write_bytes(data)
    (folder / f"{name_of_pack}.idx").write_bytes(_index(sorted(rows), data[-20:]))


def _header(kind: int, size: int) -> bytes:
    first, size = kind << 4 | size & 15, size >> 4
    found = bytearray([first])
    while size:
        found[-1] |= 0x80
        found.append(size & 0x7F)
        size >>= 7
    return bytes(found)


def _number(value: int) -> bytes:
    found = bytearray([value & 0x7F])
    while value := value >> 7:
        found[-1] |= 0x80
        found.append(value & 0x7F)
    return bytes(found)


def _back(value: int) -> bytes:
    found = [value & 0x7F]
    while value := value >> 7:
        value -= 1
        found.append(0x80 | value & 0x7F)
    return bytes(reversed(found))


def _index(rows: list[tuple[bytes, int, int]], pack: bytes) -> bytes:
    body = b"\377tOc" + struct.pack(">I", 2)
    body += b"".join(struct.pack(">I", sum(row[0][0] <= byte for row in rows)) for byte in range(256))
    body += b"".join(row[0] for row in rows)
    body += b"".join(struct.pack(">I", row[2]) for row in rows)
    body += b"".join(struct.pack(">I", row[1]) for row in rows) + pack
    return body + hashlib.sha1(body).digest()


MEASURED = """
import sys
from mapp_cli.main import cli
code = 0
try:
    cli.main(sys.argv[1:])
except SystemExit as ended:
    code = ended.code
with open("/proc/self/status") as status:
    peak = next(line.split()[1] for line in status if line.startswith("VmHWM"))
print("measured", code, peak, file=sys.stderr)
"""


def measured(*words: str, seconds: float = 30) -> tuple[int, int, str]:
    """Runs a command in a child: its exit code, its peak memory in MiB, and what it said. Linux alone."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *words], capture_output=True, text=True, timeout=seconds, check=True
    )
    *said, last = done.stderr.strip().splitlines()
    word, code, peak = last.split()
    assert word == "measured", done.stderr
    return int(code), int(peak) // 1024, done.stdout + "\n".join(said)
