"""Word vectors are averaged from the data files of a package."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from mapp.errors import MappError
from mapp.index.grid import rounded
from mapp.index.wordvectors import _TOKENIZER, _WEIGHTS, WordVectors

WORDS = {"[UNK]": 0, "sort": 1, "lines": 2, "tax": 3}


def table() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(len(WORDS), 256)).astype(np.float16)


def write(folder: Path, numbers: np.ndarray, *, kind: str = "F16") -> Path:
    """Writes the two files of the package with a vocabulary of four words."""
    data = numbers.tobytes()
    tensor = {"dtype": kind, "shape": list(numbers.shape), "data_offsets": [0, len(data)]}
    header = json.dumps({"embedding.weight": tensor}).encode()
    tokenizer = Tokenizer(WordLevel(WORDS, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    for path, content in {
        _WEIGHTS: len(header).to_bytes(8, "little") + header + data,
        _TOKENIZER: tokenizer.to_str().encode(),
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def test_a_text_has_the_direction_of_the_sum_of_its_words(tmp_path: Path) -> None:
    numbers = table().astype(np.float64)
    found = WordVectors(folder=write(tmp_path, table())).embed(["sort lines", "lines sort", "tax", ""])
    wanted = rounded(np.stack([numbers[1] + numbers[2]] * 2 + [numbers[3], numbers[0]]))
    assert found.tobytes() == wanted.tobytes()
    assert np.linalg.norm(found, axis=1) == pytest.approx(1)


def test_no_texts_have_no_rows(tmp_path: Path) -> None:
    assert WordVectors(folder=write(tmp_path, table())).embed([]).shape == (0, 256)


def test_only_the_start_of_a_long_text_counts(tmp_path: Path) -> None:
    embedder = WordVectors(folder=write(tmp_path, table()))
    start = "sort " * 3276 + "    "
    found = embedder.embed(["sort", start + "tax " * 5000])
    assert found[0].tobytes() == found[1].tobytes()


def test_a_number_out_of_range_is_cut_to_the_range(tmp_path: Path) -> None:
    numbers = table()
    numbers[1, :2] = (np.inf, -60000)
    found = WordVectors(folder=write(tmp_path, numbers)).embed(["sort"])[0]
    assert np.isfinite(found).all()
    assert found[0] == -found[1] == found.max()


def test_the_digest_changes_with_the_weights(tmp_path: Path) -> None:
    one = WordVectors(folder=write(tmp_path / "one", table())).digest
    assert one == WordVectors(folder=write(tmp_path / "same", table())).digest
    assert one != WordVectors(folder=write(tmp_path / "other", table() * 2)).digest


@pytest.mark.parametrize("fault", ["missing", "other numbers"])
def test_unusable_weights_are_refused_with_what_to_do(tmp_path: Path, fault: str) -> None:
    if fault == "other numbers":
        write(tmp_path, table().astype(np.float32), kind="F32")
    with pytest.raises(MappError, match="cannot be used") as caught:
        WordVectors(folder=tmp_path).embed(["sort"])
    assert "pip install" in caught.value.hint
    assert caught.value.code == "MAPP-0321"
