"""Words that name a format, a method or an authority wherever they are: `yaml`, `weighted`, `US`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mapp.route.read.lexicon import FUNCTION_WORDS
from mapp.route.read.qualifiers import words
from mapp.route.read.qualifiers.phrase import Line, Qualifier, at, is_currency
from mapp.route.read.tokens import Token, stem_set

_RATES: Final = stem_set("rate interest return yield")
"""What is annual unless it says otherwise."""
_DAYS: Final = stem_set("day hour week time month calendar")
_AUTHORITIES: Final = frozenset({"US", "UK", "EU", "ISO", "DIN", "ANSI", "BS", "JIS"})


def _number_of(line: Line, place: int) -> str:
    """Returns the number that belongs to a name: `base32`, `sha-512`, `rot 47`; else an empty text."""
    after, next_one = at(line, place + 1), at(line, place + 2)
    if after is not None and after.text == "-":
        after = next_one
    return after.text if after is not None and after.text.isdigit() else ""


def named(line: Line, place: int, token: Token) -> Iterator[Qualifier]:
    """Yields what a word names: a format, a method, the place whose rules hold."""
    after = at(line, place + 1)
    if token.lower in words.NUMBERED and (number := _number_of(line, place)):
        yield Qualifier("variant", f"variant {token.lower}{number}", token, token)
    elif token.stem in words.FORMS:
        yield Qualifier("format", f"format {token.stem}", token, token)
    noun = after is not None and after.text[0].isalpha() and after.lower not in FUNCTION_WORDS
    rate = token.lower in ("annual", "yearly") and after is not None and after.stem in _RATES
    fitting = (
        not rate
        and noun
        and after is not None
        and (token.lower not in words.DAY_KINDS or after.stem in _DAYS)
    )
    if token.lower in words.METHODS and (fitting or place + 1 == len(line)):
        yield Qualifier("method", f"method {token.stem}", token, token)
    named = token.lower in words.PLACES or token.text in _AUTHORITIES or (place == 0 and token.lower == "us")
    if named and noun and after is not None and not is_currency(after):
        yield Qualifier("authority", f"place {token.lower}", token, token)
