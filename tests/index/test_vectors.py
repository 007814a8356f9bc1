"""The vector cache gives back what was put in, or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mapp.index.packed_vectors import read_codes, write_packed
from mapp.index.vectors import open_vectors
from support.embedders import HashedWords

TEXTS = ["sort these lines", "add 20 percent", "what day is it"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with open_vectors(tmp_path / "vectors.sqlite", HashedWords()) as cache:
        cache.put([("one", HashedWords().embed(TEXTS)), ("two", HashedWords().embed(TEXTS[:2]))])
    return tmp_path / "vectors.sqlite"


def test_what_is_read_is_what_was_computed_byte_for_byte(path: Path) -> None:
    with open_vectors(path, HashedWords()) as cache:
        found = cache.get("one")
    assert found is not None
    assert found.tobytes() == HashedWords().embed(TEXTS).tobytes()


def test_packed_vectors_are_stored_as_they_are(tmp_path: Path) -> None:
    vectors = HashedWords().embed(TEXTS)
    write_packed(tmp_path / "packed.npz", HashedWords(), {"one": vectors})
    with open_vectors(tmp_path / "other.sqlite", HashedWords()) as cache:
        cache.put_codes(read_codes(tmp_path / "packed.npz", HashedWords()))
        found = cache.get("one")
        cache.put_codes([("bad", np.zeros((1, HashedWords().dimensions), dtype=np.int8))])
        assert cache.get("bad") is None
    assert found is not None
    assert found.tobytes() == vectors.tobytes()


def test_vectors_off_the_grid_are_refused(path: Path) -> None:
    vectors = HashedWords().embed(TEXTS) * np.float32(0.999)
    with open_vectors(path, HashedWords()) as cache, pytest.raises(ValueError, match="grid"):
        cache.put([("three", vectors)])


DAMAGES: dict[str, Callable[[bytes], object]] = {
    "a flipped bit": lambda data: data[:40] + bytes([data[40] ^ 1]) + data[41:],
    "a flipped bit in the hash": lambda data: bytes([data[0] ^ 128]) + data[1:],
    "a row less": lambda data: data[:-64],
    "a row more": lambda data: data + data[-64:],
    "half a row": lambda data: data[:-3],
    "nothing": lambda data: b"",
    "less than the hash": lambda data: data[:7],
    "text": lambda data: "vectors",
    "a number": lambda data: 7,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_entry_counts_as_missing_and_is_replaced(path: Path, damage: str) -> None:
    with sqlite3.connect(path) as connection:
        (data,) = connection.execute("select data from vectors where blob = 'one'").fetchone()
        connection.execute("update vectors set data = ? where blob = 'one'", (DAMAGES[damage](data),))
    connection.close()
    vectors = HashedWords().embed(TEXTS)
    with open_vectors(path, HashedWords()) as cache:
        assert cache.get("one") is None
        cache.put([("one", vectors)])
        replaced = cache.get("one")
    assert replaced is not None
    assert replaced.tobytes() == vectors.tobytes()


@pytest.mark.parametrize(("column", "value"), [("blob", "three"), ("embedder", "another"), ("layout", 99)])
def test_an_entry_moved_to_another_key_counts_as_missing(path: Path, column: str, value: object) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("delete from vectors where blob = 'two'")
        connection.execute(f"update vectors set {column} = ?", (value,))
    connection.close()
    for digest in ("hashed-words-1", "another"):
        with open_vectors(path, HashedWords(digest=digest)) as cache:
            assert cache.get("three" if column == "blob" else "one") is None


def test_the_entry_of_other_texts_under_a_right_key_counts_as_missing(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        (data,) = connection.execute("select data from vectors where blob = 'two'").fetchone()
        connection.execute("update vectors set data = ? where blob = 'one'", (data,))
    connection.close()
    with open_vectors(path, HashedWords()) as cache:
        assert cache.get("one") is None
        assert cache.get("two") is not None


def test_a_cache_in_an_older_form_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "vectors.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("create table vectors (embedder text, other blob)")
        connection.execute("insert into vectors values ('hashed-words-1', x'00')")
    connection.close()
    with open_vectors(path, HashedWords()) as cache:
        assert cache.get("one") is None
        cache.put([("one", HashedWords().embed(TEXTS))])
    with open_vectors(path, HashedWords()) as cache:
        assert cache.get("one") is not None
