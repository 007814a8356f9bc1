"""The weights of the sentence encoder are checked before they are used."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from mapp.errors import MappError
from mapp.index.sentences import MiniLM, _installed_weights


def test_changed_weights_are_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"not a model")
    with pytest.raises(MappError, match="hash") as caught:
        MiniLM(weights=path).embed(["hello"])
    assert "pip install" in caught.value.hint


def test_missing_weights_are_told(tmp_path: Path) -> None:
    with pytest.raises(MappError, match="cannot be used"):
        MiniLM(weights=tmp_path / "none.onnx").embed(["hello"])


def test_making_an_embedder_reads_nothing(tmp_path: Path) -> None:
    MiniLM(weights=tmp_path / "none.onnx")


def test_weights_copied_to_another_place_give_the_same_vectors(tmp_path: Path) -> None:
    copy = shutil.copy(_installed_weights(), tmp_path / "copy.onnx")
    text = "convert 3 miles to kilometres"
    assert np.array_equal(MiniLM(weights=Path(copy)).embed([text]), MiniLM().embed([text]))


def test_without_a_record_the_file_itself_is_hashed(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (record,) = package.parents[1].glob("*.dist-info/RECORD")
    record.unlink()
    monkeypatch.setattr("mapp.index.sentences._installed_weights", lambda: package)
    MiniLM().embed(["hello"])
    _flip_a_byte(package)
    with pytest.raises(MappError, match="hash"):
        MiniLM().embed(["hello"])


def test_a_damaged_byte_is_found_before_vectors_that_are_kept(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _flip_a_byte(package)
    monkeypatch.setattr("mapp.index.sentences._installed_weights", lambda: package)
    embedder = MiniLM()
    embedder.embed(["hello"])
    with pytest.raises(MappError, match="hash"):
        embedder.embed([f"text {number}" for number in range(20)])


def _flip_a_byte(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(12_345_678)
        byte = file.read(1)
        file.seek(12_345_678)
        file.write(bytes([byte[0] ^ 1]))
