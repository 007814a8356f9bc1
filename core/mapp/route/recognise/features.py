"""Features of a request's wording and form, in addition to its sentence vector.

The sentence vectors of "what is VAT" and "what is 240 plus VAT" are almost equal. Words and pairs of words,
weighted by rarity, and yes-or-no questions about numbers, quotes and first words distinguish them.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from mapp.route.recognise import exact

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

WORD_FEATURES: Final = 512
_WORD_WEIGHT: Final = 0.5
_SHAPE_WEIGHT: Final = 0.2
_MAX_LENGTH: Final = 2_000
_RARITY_BITS: Final = 10
"""Rarities are multiples of 2**-10 below 2**7: their squares, and sums over a text's words, are exact."""
_HEAVIEST: Final = 127.0

_QUOTED: Final = re.compile(r"""(?<!\w)'[^']{2,}'(?!\w)|"[^"]{2,}"|“[^”]{2,}”|`[^`]+`""")
_NUMBER: Final = re.compile(r"\d[\d.,:/\-]*\d|\d")
_PLAIN_NUMBER: Final = re.compile(r"\d[\d.,]*")
_TOKEN: Final = re.compile(r"[^\W\d_]+|[#%$€£:?+*/=]")
_MONEY: Final = re.compile(r"[$€£]")
_YEAR: Final = re.compile(r"\d{4}")
_CODE: Final = re.compile(r"[0-9a-f]{6}|\w+[-_./]\w+")


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of a corpus and how rare each is.

    `known` are hashes in ascending order, `rarity` is the inverse document frequency of each, `once` whether
    only one text has it; `unknown` is the rarity of all other words.
    """

    known: NDArray[np.uint64]
    rarity: NDArray[np.float32]
    once: NDArray[np.bool_]
    unknown: float

    def features(self, texts: Sequence[str], *, held_out: bool = False) -> Floats:
        """Returns (texts, 531): the weighted words, projected by signs, then the shape; multiples of 2**-13.

        Args:
            texts: the requests.
            held_out: treat words that only one text has as unknown: so a text of the corpus looks as if it
                had not been part of it.
        """
        import numpy as np

        rows = [np.concatenate([self._words(text, held_out), _SHAPE_WEIGHT * shape(text)]) for text in texts]
        if not rows:
            return np.zeros((0, FEATURES))
        return exact.on_grid(np.stack(rows), exact.FEATURE_BITS, 1.0)

    def places(self, text: str) -> NDArray[np.int64]:
        """Returns where the words and pairs of words of a text are among the known ones, ascending."""
        import numpy as np

        marks = b"".join(_mark(gram)[:8] for gram in set(grams(text)))
        names = np.sort(np.frombuffer(marks, dtype=np.uint64))
        if not len(self.known):
            return np.zeros(0, dtype=np.int64)
        found = np.minimum(np.searchsorted(self.known, names), len(self.known) - 1)
        places: NDArray[np.int64] = found[self.known[found] == names].astype(np.int64)
        return places

    def _words(self, text: str, held_out: bool) -> Floats:
        import numpy as np

        counts = Counter(grams(text))
        if not counts or not len(self.known):
            return np.zeros(WORD_FEATURES)
        marks = b"".join(_mark(gram) for gram in counts)
        table = np.frombuffer(marks, dtype=np.uint8).reshape(len(counts), -1)
        names = table[:, :8].copy().view(np.uint64)[:, 0]
        places = np.minimum(np.searchsorted(self.known, names), len(self.known) - 1)
        seen = self.known[places] == names
        if held_out:
            seen &= ~self.once[places]
        weights = np.where(seen, self.rarity[places].astype(np.float64), self.unknown)
        weights *= 1 + exact.log(np.fromiter(counts.values(), dtype=np.float64, count=len(counts)))
        weights = exact.on_grid(weights, _RARITY_BITS, _HEAVIEST)
        length = math.sqrt(float((weights * weights).sum()))
        signs = np.unpackbits(table, axis=1).astype(np.float64) * 2 - 1
        projected: Floats = (weights * seen) @ signs
        return projected * (_WORD_WEIGHT / length / math.sqrt(WORD_FEATURES))


def learn_wording(texts: Iterable[str]) -> Wording:
    """Returns the words of a corpus."""
    import numpy as np

    frequency: Counter[str] = Counter()
    total = 0
    for text in texts:
        frequency.update(set(grams(text)))
        total += 1
    marks = b"".join(_mark(gram)[:8] for gram in frequency)
    names = np.frombuffer(marks, dtype=np.uint64)
    counts = np.fromiter(frequency.values(), dtype=np.float64, count=len(frequency))
    order = np.argsort(names, kind="stable")
    rarity = _on_grid(exact.log((total + 1) / (counts + 1)) + 1)
    return Wording(
        known=names[order],
        rarity=rarity[order].astype(np.float32),
        once=(counts == 1)[order],
        unknown=float(_on_grid(exact.log(total + 1.0) + 1)),
    )


def _on_grid(rarity: Floats) -> Floats:
    return exact.on_grid(rarity, _RARITY_BITS, _HEAVIEST)


def grams(text: str) -> list[str]:
    """Returns words and pairs of words; numbers and quoted texts are replaced by their kind.

    >>> grams("Add 19% to 'a b'")
    ['add', '#', '%', 'to', 'qtext', '^ add', 'add #', '# %', '% to', 'to qtext', 'qtext $']
    """
    plain = _NUMBER.sub("#", _QUOTED.sub(" qtext ", text[:_MAX_LENGTH].lower()))
    words = _TOKEN.findall(plain)
    pairs = zip(["^", *words], [*words, "$"], strict=True)
    return words + [f"{one} {two}" for one, two in pairs] if words else []


def shape(text: str) -> Floats:
    """Returns the answers, 1 or 0, to questions about the form of a request."""
    import numpy as np

    text = text[:_MAX_LENGTH]
    lowered = text.lower()
    words = lowered.split()
    first = words[0] if words else ""
    numbers = len(_PLAIN_NUMBER.findall(text))
    quotes = len(_QUOTED.findall(text))
    answers = (
        numbers == 0,
        numbers == 1,
        numbers == 2,
        numbers > 2,
        quotes > 0,
        quotes > 1,
        ":" in text,
        "?" in text,
        "%" in text,
        _MONEY.search(text) is not None,
        first in ("what", "whats", "what's"),
        first in ("who", "why", "when", "where"),
        first == "how",
        first in ("is", "are", "does", "do", "can"),
        _YEAR.search(text) is not None,
        _CODE.search(lowered) is not None,
        len(words) <= 3,
        len(words) > 12,
        "\n" in text,
    )
    return np.array(answers, dtype=np.float64)


SHAPE_FEATURES: Final = 19
FEATURES: Final = WORD_FEATURES + SHAPE_FEATURES


@lru_cache(maxsize=200_000)
def _mark(gram: str) -> bytes:
    """Returns 512 bits: the first 64 identify the gram, and all of them are its signs."""
    return hashlib.blake2b(gram.encode("utf-8", "surrogatepass"), digest_size=WORD_FEATURES // 8).digest()
