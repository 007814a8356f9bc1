"""What all rules for qualifiers share: the value itself, and how to find words in a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from mapp.route.read.lexicon import (
    CURRENCY_CODES,
    CURRENCY_WORDS,
    FUNCTION_WORDS,
    UNITS_WORDS,
    WEAK_CURRENCY_WORDS,
)
from mapp.route.read.tokens import Token
from mapp.route.read.units import unit_called

Sort: TypeAlias = Literal[
    "not", "narrated-not", "exclude", "include", "only", "each", "part", "form", "direction", "unit",
    "currency", "place", "rounding", "opening", "done", "also", "verb", "tell",
    "counted", "counted-unit", "amount", "noun", "asked", "asking", "yes-or-no", "format",
    "variant", "method", "authority", "obeyed", "trailing",
]  # fmt: skip
Line: TypeAlias = Sequence[Token | None]
"""The tokens of a text, None for those inside a quotation."""

NO_CONTENT: Final = FUNCTION_WORDS | frozenset(UNITS_WORDS)
_REACH: Final = 6
"""How many tokens after a marker its noun is sought."""


@dataclass(frozen=True, slots=True)
class Qualifier:
    """One phrase: its sort, its key, the word that introduces it, and the word that it is about."""

    sort: Sort
    key: str
    marker: Token
    head: Token | None


def at(line: Line, place: int) -> Token | None:
    """Returns the token at a place, or None where there is none or a quotation."""
    return line[place] if 0 <= place < len(line) else None


def head_after(line: Line, place: int) -> Token | None:
    """Returns the first content word from here on, or None at the end of the phrase."""
    for token in line[place : place + _REACH]:
        if token is None or token.text in ",;.?!:":
            return None
        if token.text[0].isalpha() and (token.lower not in FUNCTION_WORDS or token.text == "US"):
            return token
    return None


def unit_name(token: Token) -> str:
    """Returns the name of the unit that a word spells out, or an empty text."""
    unit = unit_called(token.text) if len(token.text) > 1 else None
    return unit.name if unit else ""


def is_currency(token: Token) -> bool:
    """Returns whether a word is the name or the code of a currency."""
    named = token.lower in CURRENCY_WORDS and token.lower not in WEAK_CURRENCY_WORDS
    return named or token.text in CURRENCY_CODES
