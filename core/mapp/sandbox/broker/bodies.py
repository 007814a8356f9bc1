"""Bodies of answers: unpacked piece by piece within bounds, and turned into text where they are text."""

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
    """Returns a body unpacked; neither as it travels nor unpacked may it have more than `most` bytes.

    Raises:
        Refusal: `too_large`, or `protocol` if it is packed in another way or damaged.
    """
    match encoding.strip().lower():
        case "" | "identity":
            return _gathered(_bounded(chunks, most), most)
        case "gzip" | "x-gzip" | "deflate" as name:
            return _gathered(_unpacked(_bounded(chunks, most), name), most)
        case _:
            raise Refusal("protocol", f"the answer is packed as {encoding[:60]!a}, which was not asked for")


def as_text(body: bytes, content_type: str) -> tuple[str, bool]:
    """Returns a body as text and False, or as base64 and True if it is not text.

    Text is what is UTF-8, with a byte order mark dropped; or Latin if the answer says so.
    """
    try:
        return body.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        pass
    charset = content_type.lower().partition("charset=")[2].partition(";")[0].strip(" \"'")
    if charset in _NINE_BITS:
        try:
            return body.decode("windows-1252"), False  # as browsers read all three
        except UnicodeDecodeError:
            pass
    return b64encode(body).decode("ascii"), True


def _bounded(chunks: Iterable[bytes], most: int) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise Refusal("too_large", f"the answer is larger than {most // 1024} KiB")
        if chunk:
            yield chunk


def _gathered(chunks: Iterable[bytes], most: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > most:
            raise Refusal("too_large", f"the answer is larger than {most // 1024} KiB when unpacked")
    return bytes(body)


def _unpacked(chunks: Iterator[bytes], name: str) -> Iterator[bytes]:
    """Yields at most 64 KiB at a time, so that a bomb is noticed before it goes off."""
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
        raise Refusal("protocol", f"the answer breaks off in the midst of its {name}")


def _pieces(unpacker: zlib._Decompress, data: bytes, name: str) -> Iterator[bytes]:
    """Yields what is in `data`, up to the end of it or of what was packed."""
    while True:
        try:
            piece = unpacker.decompress(data, _PIECE)
        except zlib.error:
            raise Refusal("protocol", f"the answer is not {name}, as it claims") from None
        yield piece
        data = unpacker.unconsumed_tail
        if unpacker.eof or (not data and len(piece) < _PIECE):
            return


def _window(name: str, data: bytes) -> int:
    """`deflate` is zlib by the standard and bare by custom; the first byte tells (RFC 1950, 2.2)."""
    if name != "deflate":
        return _GZIP
    return _ZLIB if data[0] & 0x0F == 8 and data[0] >> 4 <= 7 else _RAW


def _next_member(name: str) -> zlib._Decompress:
    if name == "deflate":
        raise Refusal("protocol", "the answer goes on after its end")
    return zlib.decompressobj(_GZIP)
