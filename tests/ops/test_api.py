"""The Python API: a library as an object."""

from __future__ import annotations

from pathlib import Path

import pytest

from mapp import open_library
from mapp.errors import NotFound
from mapp.model.outcome import Value
from support.apps import app


def test_a_folder_is_added_and_its_app_runs(tmp_path: Path) -> None:
    app("double").write(tmp_path / "double")
    with open_library() as library:
        added = library.add(tmp_path / "double", force=True)
        assert added.committed is not None
        assert library.apps() == ("double",)
        assert library.app("double").manifest.description == "Doubles a number."
        assert library.exec("double", {"number": 4}).outcome == Value(output=8)


def test_rows_are_mapped_from_file_to_file(tmp_path: Path) -> None:
    app("double").write(tmp_path / "double")
    (tmp_path / "rows.jsonl").write_text('{"number": 1}\n{"number": 2}\n')
    with open_library() as library:
        library.add(tmp_path / "double", force=True)
        mapped = library.map("double", tmp_path / "rows.jsonl", tmp_path / "out.jsonl", jobs=1)
    assert (mapped.rows, mapped.failed) == (2, 0)
    assert (tmp_path / "out.jsonl").read_text().count('"outcome":"ok"') == 2


def test_a_library_at_another_path_is_a_library_of_its_own(tmp_path: Path) -> None:
    app("double").write(tmp_path / "double")
    with open_library(tmp_path / "one") as one, open_library(tmp_path / "other") as other:
        one.add(tmp_path / "double", force=True)
        assert (one.apps(), other.apps()) == (("double",), ())
        with pytest.raises(NotFound):
            other.exec("double", {"number": 4})
