"""The light embedder: averaged word vectors from the package `wordllama` (optional).

It is thirty times as fast as the sentence encoder and a little less accurate. Only the package's data files
are read: importing the package would configure the process's logging, and its loader may use the network.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mapp.errors import MappError

if TYPE_CHECKING:
    from mapp.index.embed import Vectors

REQUIREMENT: Final = "wordllama>=0.4.0"
_WEIGHTS: Final = Path("weights") / "l2_supercat_256.safetensors"
_TOKENIZER: Final = Path("tokenizers") / "l2_supercat_tokenizer_config.json"
_METHOD: Final = "mean-exact-v2"
_MAX_TEXT_LENGTH: Final = 16_384
_LARGEST: Final = 64.0


class WordVectors:
    """Averages word vectors of 256 numbers."""

    name = "wordllama"
    dimensions = 256

    def __init__(self, *, folder: Path | None = None) -> None:
        """Reads from `folder`, by default from the installed package."""
        self._given = folder
        self._digest = ""
        self._table: Any = None
        self._tokenizer: Any = None

    @property
    def digest(self) -> str:
        """Hash of weights, tokeniser and method; reads the files once."""
        if not self._digest:
            parts = [hashlib.sha256(self._read(path)).hexdigest() for path in (_WEIGHTS, _TOKENIZER)]
            self._digest = hashlib.sha256(" ".join([*parts, _METHOD]).encode()).hexdigest()
        return self._digest

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Returns float32 (texts, 256) of unit rows; raises MappError if the package is missing.

        The numbers of the table are multiples of 2**-24 below 64, and a text has at most 2**16 words: their
        sum needs 46 bits, so float64 adds them exactly in any order.
        """
        import numpy as np

        from mapp.index.grid import rounded

        self._load()
        sums = np.zeros((len(texts), self.dimensions))
        cut = [text[:_MAX_TEXT_LENGTH] for text in texts]
        for row, encoded in enumerate(self._tokenizer.encode_batch(cut, add_special_tokens=False)):
            # A text without words gets the vector of the unknown token: every row has length one.
            words = self._table[encoded.ids or [0]].astype(np.float64)
            sums[row] = np.clip(words, -_LARGEST, _LARGEST).sum(axis=0)
        return rounded(sums)

    def _load(self) -> None:
        if self._tokenizer is not None:
            return
        from tokenizers import Tokenizer

        self._table = _half_floats(self._read(_WEIGHTS), "embedding.weight")
        tokenizer = Tokenizer.from_str(self._read(_TOKENIZER).decode("utf-8"))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._tokenizer = tokenizer

    def _read(self, path: Path) -> bytes:
        folder = self._given or _installed_folder()
        try:
            return (folder / path).read_bytes()
        except OSError as error:
            raise _missing(str(error)) from error


def _half_floats(content: bytes, name: str) -> Any:
    """Returns one float16 tensor of a safetensors file: a length, a JSON header, then the numbers."""
    import numpy as np

    start = 8 + int.from_bytes(content[:8], "little")
    tensor = json.loads(content[8:start])[name]
    if tensor["dtype"] != "F16":
        raise _missing(f"the weights are {tensor['dtype']}, not F16")
    first, last = tensor["data_offsets"]
    return np.frombuffer(content[start + first : start + last], dtype=np.float16).reshape(tensor["shape"])


def _installed_folder() -> Path:
    found = importlib.util.find_spec("wordllama")
    if found is None or found.origin is None:
        raise _missing("the package wordllama is not installed")
    return Path(found.origin).parent


def _missing(why: str) -> MappError:
    return MappError(
        f"the word vectors cannot be used: {why}",
        hint=f"Run pip install '{REQUIREMENT}', or set `embedder` back to minilm.",
        code="MAPP-0321",
    )
