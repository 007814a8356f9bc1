"""Phrases with a marker: `without …`, `including …`, `only …`, `per …`, `not …`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from mapp.route.read.lexicon import (
    FUNCTION_WORDS,
    HARMLESS_NEGATIONS,
    NEGATED_AUXILIARIES,
    NEGATING_ORDERS,
    UNITS_WORDS,
)
from mapp.route.read.qualifiers import words as classes
from mapp.route.read.qualifiers.phrase import Line, Qualifier, Sort, at, head_after
from mapp.route.read.tokens import Token, word_set


def _phrases() -> dict[str, list[tuple[tuple[str, ...], Sort]]]:
    table: dict[str, list[tuple[tuple[str, ...], Sort]]] = {}
    sorts: tuple[tuple[Iterable[str], Sort], ...] = (
        (classes.EXCLUDING, "exclude"),
        (classes.INCLUDING, "include"),
        (classes.LIMITING, "only"),
        (classes.EACH, "each"),
        (classes.PART, "part"),
        (classes.ADDING, "also"),
        (classes.OBEYING, "obeyed"),
    )
    for phrases, sort in sorts:
        for phrase in phrases:
            words = tuple(phrase.split())
            table.setdefault(words[0], []).append((words, sort))
    for rows in table.values():
        rows.sort(key=lambda row: -len(row[0]))
    return table


_MARKERS: Final = _phrases()
_ORDERS: Final = classes.FURTHER | {"return"}
"""Verbs between `only` and its noun: `only return the vowels`."""
_TRAILING: Final = frozenset({"included", "inclusive", "incl", "excl", "excluded", "count", "out"})
"""Words of markers that can stand after their noun: `tip included`, `weekends don't count`."""


def _plain(text: str) -> str:
    return text.replace("'", "")


_HARMLESS: Final = frozenset(_plain(pair) for pair in HARMLESS_NEGATIONS)
_TELLERS: Final = word_set("i we they he she must should may could would")
"""Words before a negation that tells why somebody asks: `I don't trust it`, `it must not run`."""


def marked(line: Line) -> Iterator[Qualifier]:
    """Yields the phrases with a marker, and the negations that are part of none."""
    place = 0
    while place < len(line):
        token = line[place]
        for words, sort in _MARKERS.get(token.lower, ()) if token else ():
            after = place + len(words)
            if token is None or not _says(line, place, words) or _harmless(line, place, after, words):
                continue
            following = at(line, after)
            if words == ("only",) and following is not None and following.stem in _ORDERS:
                after += 1
            head = _noun_of(line, place, after, words)
            about = "end" if sort == "include" and _both(line, place, after) else head.stem if head else "$"
            yield Qualifier(sort, f"{sort} {about}", token, head)
            place = after - 1
            break
        else:
            if token is not None:
                yield from _negated(line, place, token)
        place += 1


def _noun_of(line: Line, place: int, after: int, words: Sequence[str]) -> Token | None:
    if not _TRAILING.intersection(words):
        return head_after(line, after)
    if len(words) == 1 and words[0] in ("included", "inclusive"):
        return _before(line, place) or head_after(line, after)
    stop = at(line, after)
    if words[0] in ("incl", "excl") and stop is not None and stop.text == ".":
        after += 1
    return head_after(line, after) or _before(line, place)


def _both(line: Line, place: int, after: int) -> bool:
    """Returns whether both ends of a span are meant: `including both`, `both days included`."""
    near = line[max(0, place - 3) : after + 4]
    return any(token is not None and token.lower == "both" for token in near)


def _before(line: Line, place: int) -> Token | None:
    token = at(line, place - 1)
    if token is not None and token.text == "-":
        token = at(line, place - 2)
    content = token is not None and token.text[0].isalpha() and token.lower not in FUNCTION_WORDS
    return token if content else None


def _says(line: Line, place: int, words: Sequence[str]) -> bool:
    said = line[place : place + len(words)]
    return len(said) == len(words) and all(
        token is not None and token.lower == word for token, word in zip(said, words, strict=True)
    )


def _harmless(line: Line, place: int, after: int, words: Sequence[str]) -> bool:
    """Returns whether the words of a marker mean something else here: `minus 5`, `per cent`, `only takes`."""
    following = at(line, after)
    word = following.lower if following else ""
    match words[0]:
        case "minus" | "less" if len(words) == 1:
            return following is None or not word.isalpha() or word in FUNCTION_WORDS or word in UNITS_WORDS
        case "per":
            rate = any(token and token.lower in ("%", "percent", "pct") for token in line[place - 2 : place])
            return word in ("cent", "se") or (rate and word in ("year", "annum"))
        case "only":
            before = at(line, place - 1)
            return word in classes.ONLY_VERBS or (before is not None and before.lower == "not")
        case "as" | "together" | "along":
            return following is None or not word.isalpha()
    return False


def _negated(line: Line, place: int, token: Token) -> Iterator[Qualifier]:
    auxiliary = token.lower in NEGATED_AUXILIARIES
    before, after = at(line, place - 1), at(line, place + 1)
    if not (auxiliary or token.lower in NEGATING_ORDERS) or (
        before is not None and before.lower in ("or", "/")
    ):
        return
    if after is not None and _plain(f"{token.lower} {after.lower}") in _HARMLESS:
        return
    if token.lower == "no" and (after is None or not after.text[0].isalpha() or after.lower in ("of", "for")):
        return  # the abbreviation of “number”
    head = head_after(line, place + 1)
    if head is not None and head.lower == "way":
        return
    told = auxiliary or (before is not None and before.lower in _TELLERS)
    yield Qualifier("narrated-not" if told else "not", f"not {head.stem if head else '$'}", token, head)
