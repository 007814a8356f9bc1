"""The form of the result: `in hex`, `as a table`, `to two decimals`, `in Russia`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mapp.route.read.lexicon import MONTHS, UNITS_WORDS
from mapp.route.read.qualifiers import words
from mapp.route.read.qualifiers.phrase import (
    NO_CONTENT,
    Line,
    Qualifier,
    at,
    head_after,
    is_currency,
    unit_name,
)
from mapp.route.read.tokens import Token, word_set

_INTO: Final = frozenset({"in", "into", "as", "to", ">", "→"})
_THERE: Final = word_set("for under by")
_CLOSING: Final = word_set(". ? ! , ;")
_PLACES_OF_NUMBERS: Final = word_set("decimal decimals dp sf place places digit digits significant")
_TRAILERS: Final = word_set("with in by under")
_LONGEST: Final = 3


def results(line: Line, place: int, token: Token) -> Iterator[Qualifier]:
    """Yields the form of the result, or the place whose rules hold, that a word introduces."""
    if (token.stem == "round" and at(line, place + 1) is not None) or token.lower == "nearest":
        after = at(line, place + 1)
        if token.lower != "round" or (after and after.lower in ("to", "up", "down", "it", "the", "off")):
            yield Qualifier("rounding", "round", token, token)
    if token.lower not in _INTO and token.lower not in _THERE:
        return
    following = at(line, place + 1)
    number = following is not None and (following.text[0].isdigit() or following.lower in UNITS_WORDS)
    head = head_after(line, place + 2 if number else place + 1)
    if head is None:
        return
    if token.lower in _THERE:
        if (named := _place_name(line, place, head)) is not None and _ends(line, named):
            yield Qualifier("place", f"place {named.lower}", token, named)
        return
    if number and head.lower in _PLACES_OF_NUMBERS:
        yield Qualifier("rounding", "round", token, head)
        return
    pointed = following is not None and following.lower in ("this", "that", "these", "those", "the", "my")
    if head.stem in words.RESULT_FORMS and not pointed:
        towards = token.lower in ("to", ">", "→") and head.stem in words.FORMS
        yield Qualifier("direction" if towards else "form", f"as {head.stem}", token, head)
    elif (named := _place_name(line, place, head)) is not None:
        yield Qualifier("place", f"place {named.lower}", token, named)
    elif head is following and is_currency(head):
        yield Qualifier("currency", f"money {head.stem}", token, head)
    elif head is following and (unit := unit_name(head)):
        yield Qualifier("unit", f"as {unit}", token, head)


def _place_name(line: Line, place: int, head: Token) -> Token | None:
    """Returns the last word of the place that a word starts to name; `in Oslo` needs no list."""
    if head.lower in words.PLACES or head.text in ("US", "UK", "EU"):
        return head
    if head.lower in words.TWO_WORD_PLACES:
        after = next((token for token in line if token is not None and token.start > head.end), None)
        return after if after is not None and after.text[0].isupper() else None
    marker = line[place]
    proper = head.text[0].isupper() and not head.text.isupper() and head.lower not in MONTHS
    return head if proper and marker is not None and marker.text == "in" else None


def _ends(line: Line, token: Token) -> bool:
    after = next((other for other in line if other is not None and other.start >= token.end), None)
    return after is None or after.text in _CLOSING


def trailing(line: Line) -> Iterator[Qualifier]:
    """Yields what follows the last preposition of a request, if it has no article: `with leading zeros`."""
    said = [token for token in line if token is None or token.text not in ".?!"]
    for length in range(1, _LONGEST + 1):
        if len(said) < length + 2:
            return
        marker, head = said[-length - 1], said[-1]
        phrase = said[-length:]
        if any(token is None or not token.text[0].isalpha() for token in phrase) or marker is None:
            return
        if any(token is None or token.lower in NO_CONTENT for token in phrase) or head is None:
            return
        if marker.lower in _TRAILERS and head.lower not in MONTHS:
            yield Qualifier("trailing", f"{marker.lower} {head.stem}", marker, head)
            return
