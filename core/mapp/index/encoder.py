"""The forward pass of all-MiniLM-L6-v2 in arithmetic that gives the same bits on every machine.

A floating-point sum depends on the order of its terms, and the order depends on the processor, the linear
algebra library, the number of threads and the number of texts. Here no sum depends on it:

- Every sum adds integers so small that no partial sum, in any order, needs more bits than its type has: 24
  for float32, 53 for float64. Such sums are exact, with or without fused multiplication.
- Everything else works on single numbers with +, -, *, /, square root, rounding and comparison, which IEEE
  754 defines to the last bit. The exponential and the error function are tables made with these operations.
- A text's numbers never depend on its neighbours: scales are per token.

The sums and their bounds:

=====================  ===========================================  ======================================
sum                    terms                                        bound of any partial sum
=====================  ===========================================  ======================================
linear layers          tokens' values, rounded to +-960, times      960 * 17,216 < 2**24: no column of 384
(float32)              int8 weights; 384 terms at a time            weights has a larger sum of sizes
layer norm: values     384 times at most 2**22                      2**31 < 2**53
layer norm: squares    384 times at most 2**44                      2**52.6 < 2**53
attention: scores      32 products of numbers of at most 2**22      2**49 < 2**53
attention: weights     128 times at most 2**20                      2**27 < 2**53
attention: values      128 products of 2**20 and 2**22              2**49 < 2**53
the text's vector      128 times at most 2**22                      2**29 < 2**53
=====================  ===========================================  ======================================

The weights are the published ones (int8, a scale for each column). What the graph computes in float32,
this computes to a cosine of 0.9999 (docs/design/index.md has the figures).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mapp.index.weights import Tensors

    Floats = NDArray[np.float32]
    Doubles = NDArray[np.float64]

WIDTH: Final = 384
MAX_LENGTH: Final = 128
"""The largest number of tokens in a text."""
LEVELS: Final = 960
"""Before a linear layer a token's values are rounded to this many steps on each side of zero."""
COLUMN: Final = 17_216
"""The largest sum of absolute values in a column of 384 weights."""
LIMIT: Final = 2.0**22
"""The largest integer in a float64 sum."""

_LAYERS: Final = 6
_HEADS: Final = 12
_EPSILON: Final = 1e-12
# Steps of the grids, chosen so that the values stay well below LIMIT: a layer's sums reach 225, the
# embeddings 2, queries, keys and values 10, the final states 7.
_FINE: Final = 2.0**18
_MEDIUM: Final = 2.0**16
_COARSE: Final = 2.0**13
# OpenBLAS computes a product of at most 2**18 multiplications in the calling thread. For such small
# products threads wait longer than they work, on a busy machine forty times as long. Its kernels are slow
# with an odd number of rows.
_ROWS: Final = 8
_COLUMNS: Final = 64
_FEW_ROWS: Final = 16
_FEW_COLUMNS: Final = 32
_STEP: Final = 4
_QUERIES: Final = 64
_TABLE_STEP: Final = 1024
_WEIGHT_UNIT: Final = 2.0**20


@dataclass(frozen=True, kw_only=True, slots=True)
class _Linear:
    """One layer, or several that read the same values, side by side."""

    columns: tuple[tuple[NDArray[np.int8], ...], ...]
    """The weights in squares of 384: for each 384 columns, those from top to bottom."""
    scales: Floats
    bias: Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class _Norm:
    gain: Floats
    bias: Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class _Layer:
    inputs: _Linear
    mix: _Linear
    mix_norm: _Norm
    expand: _Linear
    contract: _Linear
    norm: _Norm


class Encoder:
    """Turns tokens into vectors, in groups of texts to save memory."""

    def __init__(self, tensors: Tensors) -> None:
        """Takes the tensors of the published model; raises KeyError if one is missing."""
        import numpy as np

        word, position = "inner.embeddings.word_embeddings", "inner.embeddings.position_embeddings"
        self._words = tensors[f"{word}.weight_q"]
        self._word_scales = tensors[f"{word}.weight_scale"]
        positions = tensors[f"{position}.weight_q"][:MAX_LENGTH].astype(np.float32)
        positions *= tensors[f"{position}.weight_scale"][:MAX_LENGTH]
        self._positions = positions + tensors["inner.embeddings.token_type_embeddings.weight"][0]
        self._norm = _norm(tensors, "inner.embeddings.LayerNorm")
        self._layers = _layers(tensors)
        self._attention = _attention_table()
        self._tails = _tail_table()

    def encode(self, texts: Sequence[Sequence[int]]) -> Doubles:
        """Returns float64 (texts, 384): the sum of each text's token states, in whole steps of 2**-16.

        Args:
            texts: 2 to 128 tokens each; neighbouring texts of equal length are computed together.
        """
        import numpy as np

        tokens = np.concatenate([np.asarray(text) for text in texts])
        places = np.concatenate([np.arange(len(text)) for text in texts])
        states = self._words[tokens].astype(np.float32)
        states *= self._word_scales[tokens]
        states += self._positions[places]
        groups = _groups(texts)
        states = _normed(states, self._norm, _FINE)
        room = np.empty((WIDTH, WIDTH), dtype=np.float32)
        for layer in self._layers:
            states = self._pass(layer, states, groups, room)
        whole = _whole(states, _MEDIUM)
        sums = np.empty((len(texts), WIDTH))
        done = 0
        for start, count, length in groups:
            block = whole[start : start + count * length].reshape(count, length, WIDTH)
            block.sum(axis=1, out=sums[done : done + count])
            done += count
        return sums

    def _pass(
        self, layer: _Layer, states: Floats, groups: Sequence[tuple[int, int, int]], room: Floats
    ) -> Floats:
        import numpy as np

        inputs = _whole(_linear(_rounded(states), layer.inputs, room), _MEDIUM)
        mixed = np.empty_like(states)
        for start, count, length in groups:
            rows = slice(start, start + count * length)
            shape = (count, length, _HEADS, WIDTH // _HEADS)
            asked, known, values = inputs[rows].reshape(count, length, 3, *shape[2:]).transpose(2, 0, 3, 1, 4)
            target = mixed[rows].reshape(shape).swapaxes(1, 2)
            for first in range(0, length, _QUERIES):
                some = slice(first, first + _QUERIES)
                target[:, :, some] = self._attend(asked[:, :, some], known, values)
        mixed = _linear(_rounded(mixed), layer.mix, room)
        mixed += states
        states = _normed(mixed, layer.mix_norm, _COARSE)
        inner = _linear(_rounded(states), layer.expand, room)
        inner = _linear(_rounded(self._gelu(inner)), layer.contract, room)
        inner += states
        return _normed(inner, layer.norm, _COARSE)

    def _attend(self, query: Doubles, key: Doubles, value: Doubles) -> Doubles:
        """Softmax of the scores times the values; whole numbers of (texts, heads, tokens, 32)."""
        import numpy as np

        scores = query @ key.swapaxes(-1, -2)
        below = scores.max(axis=-1, keepdims=True) - scores
        below *= _TABLE_STEP / (_MEDIUM * _MEDIUM) / np.sqrt(np.float64(WIDTH // _HEADS))
        np.minimum(below, len(self._attention) - 1, out=below)
        weights = self._attention.take(below.astype(np.int32), mode="clip")
        mixed: Doubles = weights @ value
        mixed /= weights.sum(axis=-1, keepdims=True) * _MEDIUM
        return mixed

    def _gelu(self, values: Floats) -> Floats:
        """The activation x * Phi(x): max(x, 0) minus a tail that depends only on the size of x."""
        import numpy as np

        size = np.abs(values)
        size *= _TABLE_STEP
        np.minimum(size, len(self._tails) - 1, out=size)
        tails = self._tails.take(size.astype(np.int32), mode="clip")
        np.maximum(values, 0, out=values)
        values -= tails
        return values


def _linear(rounded: tuple[Floats, Floats], layer: _Linear, room: Floats) -> Floats:
    """Multiplies whole numbers by int8 weights, exactly, then applies the scales and the bias.

    The weights are converted to float32 in `room`, 384 rows and columns at a time. That fits into the
    processor's cache and is faster than reading float32 from memory.
    """
    import numpy as np

    whole, steps = rounded
    padded = np.empty((len(whole), WIDTH * len(layer.columns)), dtype=np.float32)
    part = np.empty((len(whole), WIDTH), dtype=np.float32)
    for number, squares in enumerate(layer.columns):
        target = padded[:, WIDTH * number : WIDTH * (number + 1)]
        for place, square in enumerate(squares):
            room[...] = square
            _multiply(whole[:, WIDTH * place : WIDTH * (place + 1)], room, target if place == 0 else part)
            if place > 0:
                target += part
    sums = padded[: len(steps)]
    sums *= steps
    sums *= layer.scales
    sums += layer.bias
    return sums


def _multiply(rows: Floats, room: Floats, target: Floats) -> None:
    """Writes rows times the weights in `room` into `target`, a few rows and columns at a time."""
    import numpy as np

    few = len(rows) != _ROWS and len(rows) <= _FEW_ROWS
    usual, width = (len(rows), _FEW_COLUMNS) if few else (_ROWS, _COLUMNS)
    columns = room.reshape(WIDTH, -1, width).swapaxes(0, 1)
    whole = len(rows) - len(rows) % usual
    for start, end, height in ((0, whole, usual), (whole, len(rows), len(rows) - whole)):
        if start < end:
            pieces = target[start:end].reshape(-1, height, len(columns), width).swapaxes(1, 2)
            np.matmul(rows[start:end].reshape(-1, 1, height, WIDTH), columns, out=pieces)


def _rounded(values: Floats) -> tuple[Floats, Floats]:
    """Returns each row as whole numbers from -LEVELS to LEVELS, and the value of one step.

    The whole numbers get rows of zeros up to a multiple of four.
    """
    import numpy as np

    largest = np.maximum(values.max(axis=1, keepdims=True), -values.min(axis=1, keepdims=True))
    np.maximum(largest, np.float32(2.0**-20), out=largest)
    whole = np.empty((len(values) + -len(values) % _STEP, values.shape[1]), dtype=np.float32)
    whole[len(values) :] = 0
    filled = whole[: len(values)]
    np.multiply(values, np.float32(LEVELS) / largest, out=filled)
    np.rint(filled, out=filled)
    return whole, largest / np.float32(LEVELS)


def _whole(values: Floats, grid: float) -> Doubles:
    """Returns the values in whole steps of 1 / grid, at most LIMIT of them."""
    import numpy as np

    whole: Doubles = np.multiply(values, grid, dtype=np.float64)
    np.rint(whole, out=whole)
    np.minimum(whole, LIMIT, out=whole)
    np.maximum(whole, -LIMIT, out=whole)
    return whole


def _normed(values: Floats, norm: _Norm, grid: float) -> Floats:
    """Layer normalisation (https://onnx.ai/onnx/operators/onnx__LayerNormalization.html)."""
    import numpy as np

    whole = _whole(values, grid)
    mean = whole.sum(axis=1, keepdims=True) / WIDTH
    spread = np.einsum("ij,ij->i", whole, whole)[:, None] / WIDTH - mean * mean
    whole -= mean
    whole /= np.sqrt(np.maximum(spread, 0.0) + _EPSILON * grid * grid)
    states = whole.astype(np.float32)
    states *= norm.gain
    states += norm.bias
    return states


def _groups(texts: Sequence[Sequence[int]]) -> list[tuple[int, int, int]]:
    """Returns (first token, texts, tokens a text) of each run of texts of one length."""
    found, start = [], 0
    for length, run in groupby(map(len, texts)):
        count = len(list(run))
        found.append((start, count, length))
        start += count * length
    return found


def _attention_table() -> Doubles:
    """Returns exp(-i / 1024) in whole steps of 2**-20; the last entry is zero and covers all larger i."""
    import numpy as np

    table: Doubles = np.rint(_exp_minus(np.arange(16 * _TABLE_STEP) / _TABLE_STEP) * _WEIGHT_UNIT)
    return table


def _tail_table() -> Floats:
    """Returns x * Phi(-x) in the middle of each step of 1 / 1024 up to 8, beyond which it is below 1e-14.

    The error function is formula 7.1.26 of Abramowitz and Stegun, off by at most 1.5e-7.
    """
    import numpy as np

    x = (np.arange(8 * _TABLE_STEP) + 0.5) / _TABLE_STEP
    t = 1 / (1 + 0.3275911 * (x / np.sqrt(2.0)))
    polynomial = np.zeros_like(x)
    for factor in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592):
        polynomial = (polynomial + factor) * t
    tails: Floats = (0.5 * x * polynomial * _exp_minus(x * x / 2)).astype(np.float32)
    tails[-1] = 0
    return tails


def _exp_minus(x: Doubles) -> Doubles:
    """Returns exp(-x) for x from 0 to 64, by a series within a quarter and powers of exp(-1/4)."""
    import numpy as np

    powers = [1.0]
    for _ in range(4 * 64):
        powers.append(powers[-1] * 0.7788007830714049)
    quarters = np.floor(x * 4)
    rest = x - quarters / 4
    series = np.ones_like(x)
    for term in range(14, 0, -1):
        series = 1 - rest * series / term
    result: Doubles = np.array(powers)[quarters.astype(np.int32)] * series
    return result


def _layers(tensors: Tensors) -> tuple[_Layer, ...]:
    import numpy as np

    # The matrices' names say nothing; the file has them in the order of the graph.
    names = [name.removesuffix("_q") for name in tensors if name.startswith("val_") and name.endswith("_q")]
    found = []
    for number in range(_LAYERS):
        matrices = iter(names[6 * number : 6 * number + 6])
        prefix = f"inner.encoder.layer.{number}"

        def linear(*names: str, matrices: Any = matrices, prefix: str = prefix) -> _Linear:
            weights = list(islice(matrices, len(names)))
            return _Linear(
                columns=tuple(column for name in weights for column in _squares(tensors[f"{name}_q"])),
                scales=np.concatenate([tensors[f"{name}_scale"] for name in weights], axis=-1),
                bias=np.concatenate([tensors[f"{prefix}.{name}.bias"] for name in names]),
            )

        found.append(
            _Layer(
                inputs=linear("attention.self.query", "attention.self.key", "attention.self.value"),
                mix=linear("attention.output.dense"),
                mix_norm=_norm(tensors, f"{prefix}.attention.output.LayerNorm"),
                expand=linear("intermediate.dense"),
                contract=linear("output.dense"),
                norm=_norm(tensors, f"{prefix}.output.LayerNorm"),
            )
        )
    return tuple(found)


def _squares(weights: NDArray[np.int8]) -> Iterator[tuple[NDArray[np.int8], ...]]:
    height, width = weights.shape
    for left in range(0, width, WIDTH):
        yield tuple(weights[top : top + WIDTH, left : left + WIDTH] for top in range(0, height, WIDTH))


def _norm(tensors: Tensors, name: str) -> _Norm:
    return _Norm(gain=tensors[f"{name}.weight"], bias=tensors[f"{name}.bias"])
