"""The weights of the sentence encoder are checked before they are used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mapp.errors import MappError
from mapp.index.sentences import MiniLM


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


def test_the_session_that_opens_fast_and_the_one_that_runs_fast_agree() -> None:
    quick, thorough = MiniLM(), MiniLM()
    thorough.embed(["warm up", "both at once"])
    text = "convert 3 miles to kilometres"
    assert np.allclose(quick.embed([text]), thorough.embed([text]), atol=1e-5)
