"""Operations: `sort …`, `… squared`, `… and reverse it`; and questions that are none of the program's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mapp.route.read.qualifiers import words
from mapp.route.read.qualifiers.phrase import Line, Qualifier, at, head_after
from mapp.route.read.tokens import Token, word_set

_COURTESIES: Final = word_set(
    "please can could would will you kindly i want need to like just also d i'd let lets let's us now help "
    "me hi hello hey so ok okay"
)
_GREETINGS: Final = word_set("hi hello hey so ok okay please and , !")
_OBJECTS: Final = word_set(
    "it them the this that these those all each every everything a an its me result my"
)
_JOINING: Final = frozenset({"and", "then", "&"})
_MORE: Final = word_set("how what which give show convert possible")


def opening_of(line: Line) -> int | None:
    """Returns the place of the first word that is not a courtesy."""
    for place, token in enumerate(line):
        if token is None:
            return None
        if token.text[0].isalnum() and token.lower not in _COURTESIES:
            return place
    return None


def opened(line: Line, opening: int | None) -> Iterator[Qualifier]:
    """Yields what the first word of a request asks for: a job, a fact, yes or no."""
    token = at(line, opening) if opening is not None else None
    if token is None:
        return
    noun = token.stem in words.NOUN_VERBS and not _takes_object(line, (opening or 0) + 1)
    if token.stem in words.OPERATIONS and not noun and not token.lower.endswith(("ed", "ing")):
        yield Qualifier("opening", f"do {token.stem}", token, token)
    first = all(before is not None and before.lower in _GREETINGS for before in line[:opening])
    if first and _asks_more(line[(opening or 0) + 1 :]):
        first = False
    if first and token.lower in words.ASKING:
        yield Qualifier("asking", f"ask {token.lower}", token, token)
    after = at(line, (opening or 0) + 1)
    if first and token.lower in words.YES_OR_NO and not (after is not None and after.lower == "you"):
        yield Qualifier("yes-or-no", "ask yes-or-no", token, token)


def _asks_more(rest: Line) -> bool:
    """Returns whether a request goes on to say what it wants: `does 40 have a numeral, which one`."""
    said = {token.lower for token in rest if token is not None}
    questions = [place for place, token in enumerate(rest) if token is not None and token.text == "?"]
    return not _MORE.isdisjoint(said) or any(place + 1 < len(rest) for place in questions)


def _takes_object(line: Line, place: int) -> bool:
    """Returns whether an object follows a verb: `email it`, but not `email template`."""
    if place >= len(line):
        return True
    token = line[place]
    return token is None or token.lower in _OBJECTS or not token.text[0].isalpha()


def further(line: Line, place: int, token: Token) -> Iterator[Qualifier]:
    """Yields one more operation on the result, and a second order after `and`."""
    if token.lower in words.DONE:
        yield Qualifier("done", f"do {token.stem}", token, token)
    before, after = at(line, place - 1), at(line, place + 1)
    if before is None or before.lower not in _JOINING or token.stem not in words.FURTHER:
        return
    if token.lower.endswith(("ed", "ing", "s")):
        return
    ends = place + 1 == len(line) or (after is not None and after.text in ".?!;")
    if token.lower in ("tell", "show", "give", "say") and after is not None:
        head = head_after(line, place + 1)
        told = [token for token in line[place + 1 : place + 3] if token is not None]
        if any(token.lower in ("if", "whether") for token in told):
            return
        yield Qualifier("tell", f"tell {head.stem if head else '$'}", token, head)
    elif ends or (after is not None and after.lower in _OBJECTS):
        yield Qualifier("verb", f"do {token.stem}", token, token)
