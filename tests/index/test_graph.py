"""The graph is opened only if it has all its rows; a child process tries a doubtful one."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mapp.index import graph

DIMENSIONS = 8


@pytest.fixture
def rows() -> NDArray[np.float32]:
    matrix = np.random.default_rng(1).normal(size=(5, DIMENSIONS)).astype(np.float32)
    unit: NDArray[np.float32] = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    return unit


def test_a_graph_with_another_number_of_rows_is_refused(tmp_path: Path, rows: NDArray[np.float32]) -> None:
    graph.write_graph(tmp_path, rows)
    assert graph.open_graph(tmp_path, 5).count() == 5
    with pytest.raises(ValueError, match="5 rows instead of 6"):
        graph.open_graph(tmp_path, 6)


def test_a_missing_graph_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be opened"):
        graph.open_graph(tmp_path, 0)


def test_rows_are_numbered_on_from_batch_to_batch(
    tmp_path: Path, rows: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph, "_BATCH", 2)
    graph.write_graph(tmp_path, rows)
    store = graph.open_graph(tmp_path, 5)
    assert [store.nearest(row, 1)[0][0] for row in rows] == [0, 1, 2, 3, 4]


def test_a_child_opens_a_whole_graph_and_reports_another(tmp_path: Path, rows: NDArray[np.float32]) -> None:
    graph.write_graph(tmp_path, rows)
    copy = shutil.copytree(tmp_path / graph.FOLDER, tmp_path / "copy" / graph.FOLDER).parent
    assert graph.probe(copy, 5, DIMENSIONS)
    assert not graph.probe(copy, 4, DIMENSIONS)
    assert not graph.probe(copy, 5, DIMENSIONS + 1)


@pytest.mark.parametrize("error", [OSError("no such program"), subprocess.TimeoutExpired("python", 60)])
def test_a_child_that_does_not_start_or_end_counts_as_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def run(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(subprocess, "run", run)
    assert not graph.probe(tmp_path, 5, DIMENSIONS)
