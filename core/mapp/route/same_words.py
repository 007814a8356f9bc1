"""Recognises the same request in another spelling: other capitals, spaces or final punctuation.

Where a spelling can matter, it must be the same: in a value (`reverse ABC`) and in a unit (`5 Mb`, `5 MB`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

from mapp.model.decision import Arguments
from mapp.model.values import JSONValue

_ENDING: Final = " .?!…"
LONGEST_SYMBOL: Final = 3
"""A word of so many letters after a number may be a unit, in which capitals count."""


def words_key(text: str) -> str:
    """Returns a text that is equal for all spellings of a request; empty for a request without words.

    >>> words_key(" What's  240 plus VAT? ")
    "what's 240 plus vat"
    """
    joined = " ".join(unicodedata.normalize("NFC", text).split())
    return joined.rstrip(_ENDING).casefold()


def same_words(stated: str, typed: str) -> bool:
    """Returns whether two requests differ in nothing but harmless capitals, spaces and final punctuation."""
    first, second = _words(stated), _words(typed)
    if len(first) != len(second):
        return False
    after_number = False
    for one, other in zip(first, second, strict=True):
        if one.casefold() != other.casefold():
            return False
        has_digit = any(character.isdigit() for character in one)
        exact = has_digit or (after_number and len(one) <= LONGEST_SYMBOL)
        if exact and one != other:
            return False
        after_number = one[-1].isdigit()
    return True


def keeps_values(stated: str, typed: str, arguments: Arguments) -> bool:
    """Returns whether each text that the stated request gives an argument stands in the typed one too."""
    return all(text in typed for _, value in arguments for text in _texts(value) if text in stated)


def _words(text: str) -> list[str]:
    words = unicodedata.normalize("NFC", text).split()
    while words and not (words[-1].rstrip(_ENDING)):
        words.pop()
    return [*words[:-1], words[-1].rstrip(_ENDING)] if words else []


def _texts(value: JSONValue) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for inner in value:
                yield from _texts(inner)
        case dict():
            for inner in value.values():
                yield from _texts(inner)
