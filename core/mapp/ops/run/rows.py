"""Reads rows, one JSON object of arguments per line, from a stream of any length."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from mapp.model.values import MAX_TEXT_LENGTH, InvalidValue, JSONValue, parse

CHUNK: Final = 1 << 20
MARK: Final = b"\xef\xbb\xbf"
"""The byte order mark that some programs write at the start of a UTF-8 file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchRow:
    """One line: its number, from 1, and its bytes without the line break (None if it is too long)."""

    number: int
    data: bytes | None

    def arguments(self) -> dict[str, JSONValue]:
        """Returns the arguments in this row.

        Raises:
            InvalidValue: the row is not a JSON object.
        """
        if self.data is None:
            raise InvalidValue(f"the row is too large: more than {MAX_TEXT_LENGTH:,} bytes")
        if not self.data.strip():
            raise InvalidValue("the row is blank")
        try:
            text = self.data.decode()
        except UnicodeDecodeError as error:
            raise InvalidValue(f"the row is not UTF-8 text: byte {error.start}") from None
        value = parse(text, what="the row")
        if not isinstance(value, dict):
            raise InvalidValue("the row is not a JSON object of arguments")
        return value


@dataclass(frozen=True, kw_only=True, slots=True)
class Extent:
    """How many rows a file has, and the SHA-256 of its bytes."""

    rows: int
    digest: str


def read_rows(stream: BinaryIO) -> Iterator[BatchRow]:
    """Yields the rows of a stream, one in memory at a time."""
    number = 0
    while line := stream.readline(MAX_TEXT_LENGTH + 1):
        number += 1
        if len(line) > MAX_TEXT_LENGTH:
            yield BatchRow(number=number, data=None)
            while line and not line.endswith(b"\n"):
                line = stream.readline(CHUNK)
            continue
        start = len(MARK) if number == 1 and line.startswith(MARK) else 0
        yield BatchRow(number=number, data=line[start:].rstrip(b"\r\n"))


def measure(stream: BinaryIO) -> Extent:
    """Reads a stream to its end and returns the extent of what was left."""
    digest, rows, last = hashlib.sha256(), 0, b"\n"
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
        rows += chunk.count(b"\n")
        last = chunk[-1:]
    return Extent(rows=rows + (last != b"\n"), digest=digest.hexdigest())
