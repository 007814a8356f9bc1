"""Rows are read one at a time, whatever they contain."""

from __future__ import annotations

import io

import pytest

from mapp.model.values import MAX_TEXT_LENGTH, InvalidValue
from mapp.ops.run.rows import BatchRow, measure, read_rows


def rows(data: bytes) -> list[BatchRow]:
    return list(read_rows(io.BytesIO(data)))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", []),
        (b"\n", [b""]),
        (b"a\nb\n", [b"a", b"b"]),
        (b"a\nb", [b"a", b"b"]),
        (b"a\r\n\r\nb\r\n", [b"a", b"", b"b"]),
        (b"\xef\xbb\xbfa\n\xef\xbb\xbfb\n", [b"a", b"\xef\xbb\xbfb"]),
        (b"a\x00b\x0bc\x85\n", [b"a\x00b\x0bc\x85"]),
    ],
)
def test_a_row_is_a_line(data: bytes, expected: list[bytes]) -> None:
    assert [row.data for row in rows(data)] == expected
    assert [row.number for row in rows(data)] == [*range(1, len(expected) + 1)]
    assert measure(io.BytesIO(data)).rows == len(expected)


def test_a_row_that_is_too_long_is_skipped() -> None:
    found = rows(b"1\n" + b"x" * (MAX_TEXT_LENGTH + 5_000_000) + b"\n2\n")

    assert [row.data for row in found] == [b"1", None, b"2"]
    with pytest.raises(InvalidValue, match="too large"):
        found[1].arguments()


def test_a_row_is_an_object_of_arguments() -> None:
    assert BatchRow(number=1, data=b' {"a": 1} ').arguments() == {"a": 1}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "blank"),
        (b" \t", "blank"),
        (b"{", "not JSON"),
        (b"[1]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b'{"a": 1} {"a": 2}', "not JSON"),
        (b'{"a": 1, "a": 2}', "appears twice"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b'{"a": "\\ud800"}', "surrogate"),
    ],
)
def test_a_row_that_is_not_an_object_is_an_error(data: bytes, message: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        BatchRow(number=1, data=data).arguments()
    assert message in str(caught.value)


def test_different_files_have_different_extents() -> None:
    assert measure(io.BytesIO(b"a\nb\n")) == measure(io.BytesIO(b"a\nb\n"))
    assert measure(io.BytesIO(b"a\nb\n")).digest != measure(io.BytesIO(b"a\nb")).digest
