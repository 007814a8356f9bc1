"""Fractions as people write them: `½`, `1/2`, `half`, `two thirds`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from mapp.route.read.lexicon import UNITS_WORDS
from mapp.route.read.tokens import Token

_SIGNS = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"


def _of_sign(sign: str) -> Decimal:
    """Returns the value of a fraction that is one character, from its decomposition (`1⁄2`)."""
    above, below = unicodedata.normalize("NFKD", sign).split("\u2044")
    return Decimal(above) / Decimal(below)


SIGNS: Final = {sign: _of_sign(sign) for sign in _SIGNS}
"""The characters that are a fraction, with their values."""

DENOMINATORS: Final = {
    "half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "twelfth": 12, "sixteenth": 16, "twentieth": 20, "hundredth": 100,
}  # fmt: skip
_PLURALS = {"halves": 2} | {f"{word}s": below for word, below in DENOMINATORS.items() if word != "half"}
_ONE = ("a", "an", "one")

_COUNT = "an?|" + "|".join(word for word, value in UNITS_WORDS.items() if 1 <= value <= 9)
_PART = "|".join((*_PLURALS, *DENOMINATORS))
AND_PART: Final = re.compile(
    rf"\s(?:and|&)\s(?:(?P<count>{_COUNT})[\s-])?(?P<part>{_PART})(?![a-z])(?!\s(?:of|off)\b)", re.IGNORECASE
)
"""What makes a whole number a mixed one: ` and a half`, ` and three quarters`."""


def mixed_part(match: re.Match[str]) -> Decimal | None:
    """Returns the fraction in a match of `AND_PART`, or None if the words do not make one."""
    count, part = (match["count"] or "").lower(), match["part"].lower()
    if not count:
        return Decimal("0.5") if part == "half" else None
    return _counted(1 if count in _ONE else UNITS_WORDS[count], part)


def fraction_in_words(tokens: Sequence[Token], place: int) -> tuple[Decimal, int] | None:
    """Returns the fraction that starts at a token and the place after it: `a third`, `two thirds`,
    `three-quarters`; None if none does.
    """
    count = tokens[place].lower
    if count not in _ONE and not 1 < UNITS_WORDS.get(count, 0) < 20:
        return None
    after = place + 1
    if after < len(tokens) and tokens[after].text == "-":
        after += 1
    if after >= len(tokens):
        return None
    value = _counted(1 if count in _ONE else UNITS_WORDS[count], tokens[after].lower)
    return None if value is None else (value, after + 1)


def _counted(count: int, part: str) -> Decimal | None:
    below = DENOMINATORS.get(part) if count == 1 or part == "quarter" else _PLURALS.get(part)
    return None if below is None or count >= below * 4 else Decimal(count) / Decimal(below)
