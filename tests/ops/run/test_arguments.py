"""Arguments from `key=value` words and from the JSON of `--input`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mapp.errors import InvalidArguments, NotFound
from mapp.model.manifest import Manifest
from mapp.model.values import MAX_TEXT_LENGTH, InvalidValue, JSONValue
from mapp.ops.run.arguments import arguments_from, decode_attachment, parse_pairs, read_attachment
from support.apps import app

INPUT: dict[str, dict[str, Any]] = {
    "text": {"type": "string", "maxLength": 100, "attachment": True},
    "unit": {"enum": ["km", "mi"]},
    "names": {"type": "array", "items": {"type": "string", "maxLength": 9}, "maxItems": 9},
    "counts": {"type": "array", "items": {"type": "integer"}, "maxItems": 9},
}


@pytest.fixture
def manifest() -> Manifest:
    return app("double").taking(**INPUT).read().manifest


@pytest.mark.parametrize(
    ("pair", "value"),
    [
        ("number=2.5", 2.5),
        ("text=2.5", "2.5"),
        ("text=a=b", "a=b"),
        ("unit=km", "km"),
        ("names=a, b", ["a", "b"]),
        ("names=", []),
        ("counts=1,2", [1, 2]),
        ("counts=[1,2]", [1, 2]),
    ],
)
def test_the_schema_says_how_a_value_is_read(manifest: Manifest, pair: str, value: JSONValue) -> None:
    assert list(parse_pairs(manifest, [pair]).values()) == [value]


def test_an_at_sign_reads_a_file(manifest: Manifest) -> None:
    pairs = ["text=@notes.txt", "number=@number.txt"]
    files = {"notes.txt": "some notes", "number.txt": "7"}
    assert parse_pairs(manifest, pairs, read=files.__getitem__) == {"text": "some notes", "number": 7}


def test_all_wrong_words_are_named_in_one_error(manifest: Manifest) -> None:
    words = ["number", "colour=red", "unit=km", "unit=mi", "counts=1,x"]
    with pytest.raises(InvalidArguments) as caught:
        parse_pairs(manifest, words)
    assert [problem.path for problem in caught.value.problems] == ["number", "colour", "unit", "counts"]


def test_the_input_is_a_json_object_of_arguments(manifest: Manifest) -> None:
    assert arguments_from(manifest, '{"number": 2}') == {"number": 2}


@pytest.mark.parametrize("text", ["[1]", "some text"])
def test_a_text_as_input_is_refused_with_the_way_to_attach_it(manifest: Manifest, text: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        arguments_from(manifest, text)
    assert "mapp exec double text=@FILE" in caught.value.hint


def test_an_attachment_is_utf_8_with_or_without_a_mark(tmp_path: Path) -> None:
    for data in (b"caf\xc3\xa9", b"\xef\xbb\xbfcaf\xc3\xa9"):
        (tmp_path / "file").write_bytes(data)
        assert read_attachment(tmp_path / "file") == "café"


def test_an_attachment_that_is_not_utf_8_names_the_byte() -> None:
    with pytest.raises(InvalidValue, match="byte 2 is 0xff"):
        decode_attachment(b"ab\xff", "the input")


def test_an_attachment_that_is_too_large_is_refused() -> None:
    with pytest.raises(InvalidValue, match="too large"):
        decode_attachment(b"a" * (MAX_TEXT_LENGTH + 1), "the input")


def test_a_missing_attachment_is_reported(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no file"):
        read_attachment(tmp_path / "none")
