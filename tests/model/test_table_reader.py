from __future__ import annotations

from typing import Any

import pytest

from mapp.errors import Problem
from mapp.model.table_reader import TableReader


def _reader(document: Any) -> TableReader:
    return TableReader(document, "file", [])


def test_a_document_that_is_not_a_table_is_a_problem_and_reads_as_empty() -> None:
    reader = _reader([1])

    assert reader.get("a", int, 7) == 7
    assert [str(row) for row in reader.problems] == ["file: must be a table"]


@pytest.mark.parametrize(
    ("value", "message"),
    [("x", "must be a whole number"), (True, "must be a whole number"), (1.5, "must be a whole number")],
)
def test_a_value_of_another_type_is_a_problem(value: object, message: str) -> None:
    reader = _reader({"a": value})

    assert reader.get("a", int, 7) == 7
    assert reader.problems == [Problem(path="file.a", message=message)]


def test_paths_name_tables_and_rows() -> None:
    reader = _reader({"outer": {"rows": [{"a": 1}, {"b": 2}]}})

    for row in reader.inner("outer").rows("rows", 5):
        row.only("a")

    assert [str(row) for row in reader.problems] == ["file.outer.rows[1].b: is not a known key: a"]


def test_a_list_that_is_too_long_is_not_read() -> None:
    reader = _reader({"rows": [{}, {}, {}]})

    assert list(reader.rows("rows", 2)) == []
    assert [str(row) for row in reader.problems] == ["file.rows: has more than 2 entries"]


@pytest.mark.parametrize("text", ["", " ", "a\nb", "a" * 11, "\x1b[2J"])
def test_a_line_is_short_printable_and_not_empty(text: str) -> None:
    reader = _reader({"a": text})

    reader.line("a", 10)

    assert reader.problems


def test_a_number_must_be_within_bounds() -> None:
    reader = _reader({"a": 9})

    reader.number("a", 1, 8)

    assert [str(row) for row in reader.problems] == ["file.a: must be between 1 and 8"]
