"""Decompresses the bodies of answers piece by piece within limits, and decodes those that are text."""

from __future__ import annotations

import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator
from typing import Final

from mapp.sandbox.broker.refusal import Refusal

_PIECE: Final = 64 * 1024
_GZIP, _ZLIB, _RAW = 31, 15, -15  # zlib's `wbits`
_NINE_BITS: Final = ("iso-8859-1", "latin1", "windows-1252")


def read_body(chunks: Iterable[bytes], encoding: str, most: int) -> bytes:
    """Returns a decompressed body of at most `most` bytes, both as sent and decompressed.

    Raises:
        Refusal: `too_large`, or `protocol` if the compression is unknown or the data damaged.
    """
    match encoding.strip().lower():
        case "" | "identity":
            return _join(_limited(chunks, most), most)
        case "gzip" | "x-gzip" | "deflate" as name:
            return _join(_decompressed(_limited(chunks, most), name), most)
        case _:
            raise Refusal(
                "protocol", f"the answer has the encoding {encoding[:60]!a}, which was not requested"
            )


def as_text(body: bytes, content_type: str) -> tuple[str, bool]:
    """Returns a body as text and False, or as base64 and True if it is not text.

    A body is text if it is valid UTF-8 (a byte order mark is dropped), or if the answer declares Latin-1.
    """
    try:
        return body.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        pass
    charset = content_type.lower().partition("charset=")[2].partition(";")[0].strip(" \"'")
    if charset in _NINE_BITS:
        try:
            return body.decode("windows-1252"), False  # browsers decode all three names like this
        except UnicodeDecodeError:
            pass
    return b64encode(body).decode("ascii"), True


def _limited(chunks: Iterable[bytes], most: int) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise Refusal("too_large", f"the answer is larger than {most // 1024} KiB")
        if chunk:
            yield chunk


def _join(chunks: Iterable[bytes], most: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > most:
            raise Refusal("too_large", f"the decompressed answer is larger than {most // 1024} KiB")
    return bytes(body)


def _decompressed(chunks: Iterator[bytes], name: str) -> Iterator[bytes]:
    """Yields at most 64 KiB at a time, so that a compression bomb is stopped early."""
    data = next(chunks, b"")
    if not data:
        return  # no body at all, as for HEAD
    unpacker = zlib.decompressobj(_window(name, data))
    while data:
        yield from _pieces(unpacker, data, name)
        data = unpacker.unused_data or next(chunks, b"")
        if data and unpacker.eof:
            unpacker = _next_member(name)
    if not unpacker.eof:
        raise Refusal("protocol", f"the answer ends in the middle of its {name} data")


def _pieces(unpacker: zlib._Decompress, data: bytes, name: str) -> Iterator[bytes]:
    """Yields the decompressed pieces of `data`, up to its end or the end of the compressed stream."""
    while True:
        try:
            piece = unpacker.decompress(data, _PIECE)
        except zlib.error:
            raise Refusal("protocol", f"the answer is not valid {name} data, as it claims") from None
        yield piece
        data = unpacker.unconsumed_tail
        if unpacker.eof or (not data and len(piece) < _PIECE):
            return


def _window(name: str, data: bytes) -> int:
    """Returns zlib's `wbits` for a body.

    `deflate` means zlib data by the standard, but some servers send raw deflate. The first byte tells which
    (RFC 1950, 2.2).
    """
    if name != "deflate":
        return _GZIP
    return _ZLIB if data[0] & 0x0F == 8 and data[0] >> 4 <= 7 else _RAW


def _next_member(name: str) -> zlib._Decompress:
    if name == "deflate":
        raise Refusal("protocol", "the answer has data after the end of its deflate data")
    return zlib.decompressobj(_GZIP)
