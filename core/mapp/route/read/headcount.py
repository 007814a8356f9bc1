"""How many people a group is that counts the speaker: `me and 3 friends`, `my wife and I and two kids`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from mapp.route.read.lexicon import UNITS_WORDS
from mapp.route.read.tokens import Token, word_set

_SELF = frozenset({"i", "me", "myself"})
_POSSESSIVES = frozenset({"my", "our", "the", "his", "her", "their", "a", "an", "one", "your"})
_SINGULAR: Final = word_set(
    "wife husband partner spouse girlfriend boyfriend fiance fiancé fiancée friend mate buddy pal brother "
    "sister sibling son daughter kid child baby mother father mum mom dad parent grandmother grandfather "
    "grandma grandpa colleague coworker roommate flatmate housemate neighbour neighbor boss cousin aunt "
    "uncle niece nephew guest date teammate classmate student client"
)
_PLURAL: Final = frozenset(f"{word}s" for word in _SINGULAR if word != "child") | word_set(
    "wives children babies buddies people persons folks others guys adults men women boys girls more "
    "co-workers coworkers relatives"
)
_KNOWN_PLURALS = {"parents": 2, "twins": 2}
_QUALIFIERS = word_set("other of best good old new close little young younger older elder work school and")
_JOINING = frozenset({"and", "&", "plus", "with", "+", ","})
_MAX = 1000
_MAX_MEMBERS = 20
"""How many members of a list are read."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of people in a text, and how many they are."""

    start: int
    end: int
    size: int


def groups(tokens: Sequence[Token]) -> list[Group]:
    """Returns the groups of people that count the speaker; the size is 0 if the text does not say it."""
    return [*_listed(tokens), *_of_us(tokens)]


def counts_people(tokens: Sequence[Token], place: int) -> bool:
    """Returns whether a number that ends before a token counts people: `3 friends`, `two other guests`."""
    while place < len(tokens) and tokens[place].lower in _QUALIFIERS - {"of", "and"}:
        place += 1
    return place < len(tokens) and tokens[place].lower in _PLURAL


def _listed(tokens: Sequence[Token]) -> Iterator[Group]:
    place = 0
    while place < len(tokens):
        members = list(islice(_members(tokens, place), _MAX_MEMBERS))
        own = sum(member.own for member in members)
        if own == 1 and len(members) > 1:
            said = all(member.size for member in members)
            size = sum(member.size for member in members) if said else 0
            if size <= _MAX:
                yield Group(tokens[place].start, tokens[members[-1].after - 1].end, size)
        place = members[-1].after if own else place + 1


@dataclass(frozen=True, slots=True)
class _Member:
    """One or several people of a list; `size` is 0 when it is not said how many."""

    size: int
    after: int
    own: bool = False


def _members(tokens: Sequence[Token], place: int) -> Iterator[_Member]:
    """Yields the members of the list that starts at a token."""
    first = True
    while (member := _member(tokens, place, first=first)) is not None:
        yield member
        place = _joined(tokens, member.after)
        if place == member.after or _is_total(tokens, place):
            return
        first = False


def _is_total(tokens: Sequence[Token], place: int) -> bool:
    """Returns whether a comma introduces how many there are in all: `me and my wife, 2 people`."""
    count, after = _count(tokens, place)
    if not count or tokens[place - 1].text != "," or after >= len(tokens):
        return False
    return tokens[after].lower in ("people", "persons", "of", "in")


def _joined(tokens: Sequence[Token], place: int) -> int:
    while place < len(tokens) and tokens[place].lower in _JOINING:
        place += 1
    return place


def _member(tokens: Sequence[Token], place: int, *, first: bool) -> _Member | None:
    if place >= len(tokens):
        return None
    word = tokens[place].lower
    if word in _SELF:
        return _Member(1, place + 1, own=True)
    at = place + (word in _POSSESSIVES)
    count, at = _count(tokens, at)
    while at < len(tokens) and tokens[at].lower in _QUALIFIERS - {"and"}:
        at += 1
    noun = tokens[at].lower if at < len(tokens) else ""
    if noun in _PLURAL:
        return _Member(count or _KNOWN_PLURALS.get(noun, 0), at + 1)
    if noun in _SINGULAR:
        known = count or (1 if word in _POSSESSIVES else 0)
        return _Member(known, at + 1) if known <= 1 else None
    if count and not first and at == place + 1 and _ends(tokens, at):
        return _Member(count, at)
    return _name(tokens, place, first=first)


def _count(tokens: Sequence[Token], place: int) -> tuple[int, int]:
    """Returns the number at a token and the place after it; 0 if there is none."""
    word = tokens[place].lower if place < len(tokens) else ""
    if word == "couple" and place + 1 < len(tokens) and tokens[place + 1].lower == "of":
        return 2, place + 2
    if word.isascii() and word.isdigit() and len(word) < 4:
        return int(word), place + 1
    return (UNITS_WORDS[word], place + 1) if UNITS_WORDS.get(word, 0) > 0 else (0, place)


def _ends(tokens: Sequence[Token], place: int) -> bool:
    """Returns whether a bare number counts people, and no thing after it: `me plus three, bill 80`."""
    return place >= len(tokens) or tokens[place].text in ",.;:?!"


def _name(tokens: Sequence[Token], place: int, *, first: bool) -> _Member | None:
    """Returns one person for a capitalised word: `Tom and I`."""
    token = tokens[place]
    if not token.text.istitle() or not token.text.isalpha() or len(token.text) < 2:
        return None
    following = tokens[place + 1].lower if place + 1 < len(tokens) else ""
    if (place == 0 or first) and following not in ("and", "&"):
        return None
    return _Member(1, place + 1)


def _of_us(tokens: Sequence[Token]) -> Iterator[Group]:
    """Yields `the two of us`, `both of us` and `us three`."""
    for place, token in enumerate(tokens[:-1]):
        size, after = (2, place + 1) if token.lower == "both" else _count(tokens, place)
        if size and [other.lower for other in tokens[after : after + 2]] == ["of", "us"]:
            yield Group(token.start, tokens[after + 1].end, size)
        elif token.lower == "us":
            size, after = (2, place + 2) if tokens[place + 1].lower == "both" else _count(tokens, place + 1)
            if size and _ends(tokens, after):
                yield Group(token.start, tokens[after - 1].end, size)
