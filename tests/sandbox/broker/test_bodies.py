"""Bodies are decompressed completely, or refused before they grow too large."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mapp.sandbox.broker.bodies import as_text, read_body
from mapp.sandbox.broker.refusal import Refusal

LARGE = 1 << 20
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "bare": lambda body: zlib.compress(body, wbits=-15),
}


@settings(max_examples=300)
@given(
    st.lists(st.binary(max_size=40), max_size=6), st.sampled_from(["gzip", "deflate", "identity", "br", ""])
)
def test_a_body_is_read_or_refused(chunks: list[bytes], encoding: str) -> None:
    try:
        body = read_body(chunks, encoding, 100)
    except Refusal as refusal:
        assert refusal.fault.kind in ("protocol", "too_large")
        return
    assert len(body) <= 100
    assert as_text(body, "text/plain; charset=latin1")


@given(st.integers(0, 300_000), st.integers(1, 5000), st.sampled_from(list(PACKERS)))
@example(65_537, 5000, "bare")
@example(65_536, 5000, "gzip")
@example(131_072, 5000, "deflate")
def test_a_compressed_body_is_decoded_in_pieces_of_any_size(size: int, step: int, encoding: str) -> None:
    """Long runs: zlib may have taken in all of the packed bytes and still owe most of what they stand for."""
    body = bytes(size)
    packed = PACKERS[encoding](body)
    chunks = [packed[start : start + step] for start in range(0, len(packed), step)]
    assert read_body(chunks, "gzip" if encoding == "gzip" else "deflate", LARGE) == body


def test_a_compression_bomb_is_refused_before_it_takes_memory() -> None:
    bomb = gzip.compress(bytes(50 * LARGE))
    tracemalloc.start()
    try:
        with pytest.raises(Refusal):
            read_body([bomb], "gzip", LARGE)
        assert tracemalloc.get_traced_memory()[1] < 8 * LARGE
    finally:
        tracemalloc.stop()
