"""What is asked for: `how many months`, `the volume of`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mapp.route.read.qualifiers import words
from mapp.route.read.qualifiers.phrase import NO_CONTENT, Line, Qualifier, Sort, at, head_after, unit_name
from mapp.route.read.tokens import Token, word_set

_BOUNDS: Final = word_set("between until in since till")
_COMPLEMENTS: Final = word_set("of for in between from until is ? if when and") | {""}
_DEMANDS: Final = word_set(
    "what what's whats which find get calculate compute give is are was were me know want and"
)


def asked(line: Line, place: int, token: Token, opening: int | None) -> Iterator[Qualifier]:
    """Yields the noun that a word of the request asks for, or introduces as asked for."""
    before, after = at(line, place - 1), at(line, place + 1)
    if token.lower in ("many", "much") and before is not None and before.lower == "how":
        if after is not None and head_after(line, place + 1) is after:
            yield _counted(token, after) if token.lower == "many" else _of("amount", "get", token, after)
    elif token.lower == "which" and after is not None and after.stem in words.QUANTITIES:
        yield _of("noun", "which", token, after)
    elif token.stem not in words.VAGUE and token.lower not in NO_CONTENT and token.text[0].isalpha():
        opens = opening in (place, place - 1)
        complement = after.lower if after is not None else "" if place + 1 == len(line) else '"'
        form = complement == "in" and (bound := at(line, place + 2)) and bound.stem in words.RESULT_FORMS
        if opens and complement in _BOUNDS and not form and token.lower.endswith("s") and _is_counted(token):
            yield _counted(token, token)
        elif (opens or _demanded(line, place)) and complement in _COMPLEMENTS:
            if token.stem in words.QUANTITIES:
                yield _of("noun", "get", token, token)
            elif complement not in ("is", "and", "") and not (_labels(line, place) or unit_name(token)):
                yield _of("asked", "get", token, token)


def _labels(line: Line, place: int) -> bool:
    """Returns whether a noun only names the value after it: `a bill of 80`, `a price of $80`."""
    following = at(line, place + 2)
    return following is not None and not following.text[0].isalpha()


def _of(sort: Sort, family: str, marker: Token, head: Token) -> Qualifier:
    return Qualifier(sort, f"{family} {head.stem}", marker, head)


def _counted(marker: Token, head: Token) -> Qualifier:
    sort: Sort = "counted-unit" if _is_counted(head) else "counted"
    return Qualifier(sort, f"as {unit_name(head) or head.stem}", marker, head)


def _is_counted(token: Token) -> bool:
    return bool(unit_name(token)) or token.stem in words.COUNTED


def _demanded(line: Line, place: int) -> bool:
    """Returns whether a noun is what a question or an order asks for: `what was the original price`."""
    for back in (1, 2, 3):
        before = at(line, place - back)
        if before is None:
            return back > 1 and place - back < 0
        if before.lower in _DEMANDS:
            return True
        if before.lower in NO_CONTENT - {"the"} or not before.text[0].isalpha():
            return False
        if back == 2 and before.lower != "the":
            return False
    return False
