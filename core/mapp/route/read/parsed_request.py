"""A parsed request: its tokens, its mentions, and the words around them."""

import datetime
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from mapp.route.read.extract import mentions
from mapp.route.read.mention import NUMERIC, Mention, outermost
from mapp.route.read.qualifiers.find import qualifiers
from mapp.route.read.qualifiers.phrase import Qualifier
from mapp.route.read.tokens import Token, form, tokenise

MIN_ALIKE_LENGTH = 5
"""How many letters two stems must share to count as forms of one word."""


@dataclass(slots=True)
class ParsedRequest:
    """The tokens and mentions of a request, and lookup tables for them."""

    text: str
    attachment: str | None
    tokens: tuple[Token, ...]
    mentions: tuple[Mention, ...]
    numeric: list[Mention] = field(default_factory=list)
    quoted: list[Mention] = field(default_factory=list)
    wholes: list[Mention] = field(default_factory=list)
    """Identifiers and JSON documents, which a text does not cut."""
    words: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()
    qualifiers: tuple[Qualifier, ...] = ()
    starts: list[int] = field(default_factory=list)
    """Where each token starts."""
    places: dict[str, list[int]] = field(default_factory=dict)
    """The places of each stem's tokens."""
    clipped: dict[str, list[str]] = field(default_factory=dict)
    """Stems shortened by up to three letters, with the full stems: `music` finds `musical`."""


@lru_cache(maxsize=8)  # the filler reads a request for several apps, and the vetoes read it again
def read(text: str, attachment: str | None = None, today: datetime.date | None = None) -> ParsedRequest:
    """Returns the request with its tokens and mentions; the result is shared and must not be changed.

    Dates such as `next Friday` have no value if `today` is None: the app may not know what day it is.
    """
    tokens = tokenise(text)
    found = mentions(text, tokens, today)
    reading = ParsedRequest(text, attachment, tokens, found)
    reading.quoted = outermost(found, frozenset({"quoted"}))
    reading.numeric = [
        mention
        for mention in outermost(found, NUMERIC)
        if not mention.soft and not within(mention.span, reading.quoted)
    ]
    reading.wholes = [
        mention
        for mention in found
        if mention.kind == "identifier" or (mention.kind == "json" and len(mention.text) > 2)
    ]
    reading.words = frozenset(_free_words(reading))
    free = (token for token in tokens if not within((token.start, token.end), reading.quoted))
    reading.forms = frozenset(form(token.lower) for token in free if token.text[0].isalpha())
    solid = [*reading.quoted, *(mention for mention in found if mention.kind == "json")]
    reading.qualifiers = qualifiers(
        [None if within((token.start, token.end), solid) else token for token in tokens]
    )
    reading.starts = [token.start for token in tokens]
    for place, token in enumerate(tokens):
        reading.places.setdefault(token.stem, []).append(place)
    for word in reading.places:
        for length in range(max(MIN_ALIKE_LENGTH, len(word) - 3), len(word)):
            reading.clipped.setdefault(word[:length], []).append(word)
    return reading


def within(span: tuple[int, int], found: Sequence[Mention]) -> bool:
    """Returns whether one of the mentions contains the span."""
    return any(mention.start <= span[0] and span[1] <= mention.end for mention in found)


def _free_words(reading: ParsedRequest) -> Iterator[str]:
    """Yields the stems of the request outside quotes, with numbers as `#` and pairs of neighbours joined."""
    before = "^"
    for token in reading.tokens:
        if within((token.start, token.end), reading.quoted):
            word = f'"{_shape(token.text)}'
        else:
            word = "#" if token.text[0].isdigit() else token.stem
        yield word
        yield f"{before} {word}"
        before = word
    yield f"{before} $"
    for quoted in reading.quoted:
        yield f"shape {text_shape(str(quoted.value))}"
    if reading.attachment is not None:
        yield f"attached {text_shape(reading.attachment)}"


def text_shape(text: str) -> str:
    """Returns the kinds of characters in a text: `a`, `A` letters, `1` digits, ` ` spaces, `.` marks."""
    text = text[:200]
    found = ("a", re.search(r"[a-z]", text)), ("A", re.search(r"[A-Z]", text)), ("1", re.search(r"\d", text))
    more = (
        (" ", re.search(r"\s", text)),
        ("\\", re.search(r"[\\^$*+|{}]", text)),
        (".", re.search(r"[-.,;:!?=&%_/<>#]", text)),
    )
    return "".join(mark for mark, match in (*found, *more) if match)


def _shape(text: str) -> str:
    return (
        "a" if text[0].isalpha() else "#" if text[0].isdigit() else text[0] if text[0] in ".-_%=&<>" else "!"
    )


def around(reading: ParsedRequest, span: tuple[int, int]) -> tuple[list[Token], list[Token]]:
    """Returns up to four tokens before the span, nearest first, and up to four after it."""
    first, last = place_at(reading, span[0]), place_at(reading, span[1])
    return list(reversed(reading.tokens[max(0, first - 4) : first])), list(reading.tokens[last : last + 4])


def place_at(reading: ParsedRequest, start: int) -> int:
    """Returns the place of the first token at or after a character."""
    return bisect_left(reading.starts, start)


def context(key: str, before: Sequence[Token], after: Sequence[Token]) -> list[str]:
    """Returns features of the words around a span; their weights are learned from the app's requests."""
    b = [masked(token) for token in before] + ["^", "^", "^"]
    a = [masked(token) for token in after] + ["$", "$"]
    return [
        f"{key}|p1|{b[0]}", f"{key}|p2|{b[1]} {b[0]}", f"{key}|n1|{a[0]}", f"{key}|n2|{a[0]} {a[1]}",
        f"{key}|pn|{b[0]} {a[0]}", f"{key}|p3|{b[2]} {b[1]} {b[0]}",
        *(f"{key}|in|{masked(token)}" for token in reach(before)[:4]),
        *(f"{key}|by|{masked(token)}" for token in after[:3]),
    ]  # fmt: skip


def masked(token: Token) -> str:
    """Returns the stem of the token, or `#` for a number."""
    return "#" if token.text[0].isdigit() else token.stem


def reach(before: Sequence[Token]) -> list[Token]:
    """Returns the tokens before a span that can describe it: back to a number or the end of a sentence."""
    reach: list[Token] = []
    for token in before:
        if token.text[0].isdigit() or token.text in ";.?!" or (reach and token.text == ","):
            break
        reach.append(token)
    return reach
