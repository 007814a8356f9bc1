"""Packed vectors are read back byte for byte, and only by the embedder that made them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mapp.index import packed_vectors
from mapp.index.packed_vectors import read_one, read_packed, write_packed
from support.embedders import HashedWords

TEXTS = ["sort these lines", "add 20 percent", "what day is it"]


def test_what_is_shipped_is_what_was_computed_byte_for_byte(tmp_path: Path) -> None:
    vectors = HashedWords().embed(TEXTS)
    write_packed(tmp_path / "packed.npz", HashedWords(), {"one": vectors})
    ((blob, found),) = read_packed(tmp_path / "packed.npz", HashedWords())
    assert (blob, found.tobytes()) == ("one", vectors.tobytes())


def test_shipped_vectors_of_another_embedder_are_left_alone(tmp_path: Path) -> None:
    write_packed(tmp_path / "packed.npz", HashedWords(), {"one": HashedWords().embed(TEXTS)})
    assert list(read_packed(tmp_path / "packed.npz", HashedWords(digest="another"))) == []


def test_the_vectors_of_one_hash_are_read_without_the_others(tmp_path: Path) -> None:
    one, two = HashedWords().embed(TEXTS), HashedWords().embed(TEXTS[:1])
    path = tmp_path / "packed.npz"
    assert read_one(path, HashedWords(), "two") is None
    write_packed(path, HashedWords(), {"one": one, "two": two})
    found = read_one(path, HashedWords(), "two")
    assert found is not None and found.tobytes() == two.tobytes()
    assert read_one(path, HashedWords(), "three") is None
    assert read_one(path, HashedWords(digest="another"), "two") is None


def test_the_file_has_the_same_bytes_in_whatever_order_the_apps_come(tmp_path: Path) -> None:
    one, two = HashedWords().embed(TEXTS), HashedWords().embed(TEXTS[:1])
    write_packed(tmp_path / "first.npz", HashedWords(), {"one": one, "two": two})
    write_packed(tmp_path / "second.npz", HashedWords(), {"two": two, "one": one})
    assert (tmp_path / "first.npz").read_bytes() == (tmp_path / "second.npz").read_bytes()
    found = dict(read_packed(tmp_path / "second.npz", HashedWords()))
    assert {blob: len(rows) for blob, rows in found.items()} == {"one": 3, "two": 1}


def test_a_number_takes_one_byte(tmp_path: Path) -> None:
    write_packed(tmp_path / "packed.npz", HashedWords(), {"one": HashedWords().embed(TEXTS)})
    with np.load(tmp_path / "packed.npz", allow_pickle=False) as archive:
        assert archive["one.rows"].nbytes == len(TEXTS) * HashedWords.dimensions


def test_a_file_in_an_older_form_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_packed(tmp_path / "packed.npz", HashedWords(), {"one": HashedWords().embed(TEXTS)})
    monkeypatch.setattr(packed_vectors, "_FORM", 99)
    assert list(read_packed(tmp_path / "packed.npz", HashedWords())) == []


def test_a_missing_file_has_no_vectors(tmp_path: Path) -> None:
    assert list(read_packed(tmp_path / "none.npz", HashedWords())) == []
