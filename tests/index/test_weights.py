"""Tensors are read in place from a model file, and the installed file is recognised."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mapp.index.sentences import _installed_weights
from mapp.index.weights import hashes_right, is_installed_right, read_tensors


def number(value: int) -> bytes:
    """Returns a number in base 128, as protocol buffers write it."""
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + number(value >> 7)


def part(field: int, content: bytes) -> bytes:
    """Returns a field with a length."""
    return number(field << 3 | 2) + number(len(content)) + content


def tensor(name: str, kind: int, shape: bytes, data: bytes) -> bytes:
    """Returns a model's graph with one tensor."""
    fields = shape + number(2 << 3) + number(kind) + part(8, name.encode()) + part(9, data)
    return part(7, part(5, fields))


def dims(*sizes: int) -> bytes:
    """Returns a shape, one field for each size."""
    return b"".join(number(1 << 3) + number(size) for size in sizes)


def test_the_installed_weights_are_those_that_mapp_was_built_with() -> None:
    assert is_installed_right(_installed_weights())
    assert hashes_right(_installed_weights())


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


def test_tensors_are_read_with_their_names_shapes_and_numbers(tmp_path: Path) -> None:
    floats = np.arange(300, dtype="<f4").reshape(150, 2)
    whole = np.array([[-128, 0, 127]], dtype=np.int8)
    path = tmp_path / "model.onnx"
    path.write_bytes(
        number(1 << 3)  # the version of the format, which is passed over
        + number(300)
        + number(20 << 3 | 1)  # fields of eight and of four bytes
        + bytes(8)
        + number(21 << 3 | 5)
        + bytes(4)
        + tensor("floats", 1, dims(150, 2), floats.tobytes())
        + tensor("whole", 3, part(1, number(1) + number(3)), whole.tobytes())
    )
    found = read_tensors(path)
    assert list(found) == ["floats", "whole"]
    assert np.array_equal(found["floats"], floats) and found["floats"].flags.aligned
    assert np.array_equal(found["whole"], whole) and found["whole"].dtype == np.int8


def test_tensors_of_other_types_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(tensor("counts", 7, dims(1), bytes(8)) + tensor("kept", 3, dims(2), b"ab"))
    assert list(read_tensors(path)) == ["kept"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (part(7, bytes(40))[:-1], "longer than its message"),
        (number(7 << 3 | 3), "unknown kind 3"),
        (tensor("cut", 1, dims(3), bytes(8)), "reshape"),
        (b"", "empty"),
    ],
)
def test_a_damaged_model_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=why):
        read_tensors(path)


@pytest.mark.parametrize("end", [b"\xff", b"\xff" * 20])
def test_a_model_that_ends_inside_a_number_is_damaged(tmp_path: Path, end: bytes) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(end)

    with pytest.raises(ValueError, match="does not end"):
        read_tensors(path)
