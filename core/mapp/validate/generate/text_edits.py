"""Texts close to a given one: its numbers, dates, separators, words, lines and letters changed."""

from __future__ import annotations

import datetime
import itertools
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar, cast

T = TypeVar("T")

_NUMBER: Final = re.compile(r"\d+")
_AMOUNT: Final = re.compile(r"\d+(?:\.\d+)?")
_DATE: Final = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_SEPARATOR: Final = re.compile(r"[^\w]|_")
_WORD: Final = re.compile(r"\w+")
_QUOTED: Final = re.compile(r'"[^"]*"')
_PAIR: Final = re.compile(r"""("[^"]*"\s*:\s*)("[^"]*"|[^\s,{}\[\]]+)""")
_GROUP: Final = re.compile(r"\[[^\[\]]+\]|\([^()]+\)|\{+[^{}]+\}+|<[^<>]+>|\"[^\"]+\"|'[^']+'")
_FIELD: Final = re.compile(r"[^\s,;:=&|(){}\[\]<>\"']+")
_AFFIX: Final = re.compile(r"(?<=\w)[._/-]\w+")
_MARKS: Final = (" ; ", " # ", ", ", "=", ": ", " // ", " | ")
"""Marks that separate the parts of a text; within quotes or brackets they separate nothing."""
_FEW: Final = 4
"""How many numbers, separators or words of a text are changed."""
_OTHER: Final = {
    "-": "/",
    "/": "-",
    ".": ",",
    ",": ";",
    ";": ",",
    ":": ".",
    "_": "-",
    " ": "\t",
    "\n": "\r\n",
}
_BRACKETS: Final = {"[": "]", "(": ")", "{": "}"}
_DECIMALS: Final = (
    *("1.005", "0.29", "1234.56", "4.35", "8.575", "2.675", "0.003", "0.4", "0.07"),
    *("1.5", "98765.43", "2.5", "0.1", "0.125"),
)
"""Numbers that rounding, cutting off, and sums of binary fractions do not agree on."""
_SPACES: Final = (" ", "\t", "\n", "\u00a0")
_UNUSUAL: Final = ("ß", "ı", "İ", "ǆ", "ſ", "é", "e\u0301", "😀", "Σ")
"""Letters that change their length or their meaning with their case, or have two spellings."""
_KNOWN_DATES: Final = (
    *((1900, 2, 28), (1900, 3, 1), (2000, 2, 28), (2000, 2, 29), (2000, 3, 1), (2100, 2, 28), (2100, 3, 1)),
    *((9999, 12, 31), (1, 1, 1), (1970, 1, 1), (1969, 12, 31), (2099, 12, 31), (1600, 2, 29), (100, 1, 1)),
)
"""Days at the ends of centuries, of the calendar, and of counts of seconds."""


def text_edits(text: str) -> tuple[tuple[str, ...], ...]:
    """Returns texts close to one, in families: those of one family show the same kind of mistake.

    The first of each family are the most usual. A text may be in several families, and may be the given one.
    """
    families: tuple[Callable[[str], Iterator[str]], ...] = (
        _dates,
        _numbers,
        _ends,
        _amounts,
        _separators,
        _parts,
        _cases,
        _letters,
        _enclosed,
        _spellings,
    )
    return tuple(tuple(family(text)) for family in families)


def with_constants(text: str, texts: tuple[str, ...], numbers: tuple[int, ...]) -> Iterator[str]:
    """Yields a text with one of its numbers or words replaced by a constant, or with a constant beside it.

    Each constant is placed once before any is placed in another way.
    """
    digits = list(_NUMBER.finditer(text))[:2]
    words = list(_WORD.finditer(text))[:2]
    walks = [_placed(text, constant, words) for constant in texts]
    walks += [_counted(text, digits, number) for number in numbers]
    yield from taking_turns(walks)


def taking_turns(walks: Iterable[Iterator[T]]) -> Iterator[T]:
    """Yields one value of each walk, then another of each, until all have ended."""
    nothing = object()
    left = list(walks)
    while left:
        for walk in list(left):
            found = next(walk, nothing)
            if found is nothing:
                left.remove(walk)
            else:
                yield cast("T", found)


def _counted(text: str, digits: list[re.Match[str]], number: int) -> Iterator[str]:
    for found in digits:
        yield _put(text, found, str(number).zfill(len(found[0])) if number >= 0 else str(number))


def _placed(text: str, constant: str, words: list[re.Match[str]]) -> Iterator[str]:
    """Yields a text with a constant: a character between two others, a longer one in place of a word."""
    inside = words[0].start() + len(words[0][0]) // 2 if words else len(text) // 2
    if len(constant) == 1:
        yield f"{text[:inside]}{constant}{text[inside:]}"
    yield from (_put(text, word, constant) for word in words[:1])
    others = [other for other in (constant.capitalize(), constant.upper()) if other != constant]
    if len(constant) > 1:
        yield from (_put(text, word, other) for other in others[:1] for word in words[1:])
    yield from (constant, f"{text}{constant}", f"{constant}{text}")
    if (quoted := _QUOTED.search(text)) is not None:
        escaped = json.dumps(constant, ensure_ascii=False)[1:-1]
        yield f"{text[: quoted.end() - 1]}{escaped}{text[quoted.end() - 1 :]}"
    yield from (_put(text, word, constant) for word in words[1:])
    if len(constant) > 1:
        yield f"{text[:inside]}{constant}{text[inside:]}"
        yield from (*others, f"{text} {constant}")
        yield from (_put(text, word, other) for other in others[1:] for word in words[1:])


def _put(text: str, found: re.Match[str], other: str) -> str:
    return f"{text[: found.start()]}{other}{text[found.end() :]}"


def _numbers(text: str) -> Iterator[str]:
    """Yields a text with one number off by one, at the ends of its length, longer, shorter or signed."""
    matches = list(_NUMBER.finditer(text))
    chosen = [*matches[: _FEW - 1], *matches[_FEW - 1 :][-1:]]
    for found in chosen:
        number = int(found[0])
        for other in (number + 1, number - 1):
            if other >= 0:
                yield _put(text, found, str(other).zfill(len(found[0])))
    for found in chosen:
        width = len(found[0])
        for other_text in (
            "9" * width,
            f"1{'0' * width}",
            "9" * (width - 1) + "8",
            f"0{found[0]}",
            "0" * width,
            "0",
        ):
            yield _put(text, found, other_text)
        for other_text in (
            f"1{'0' * (width - 1)}",
            found[0][:-1],
            f"{found[0]}0",
            f"-{found[0]}",
            f"+{found[0]}",
        ):
            yield _put(text, found, other_text)
        if width == 4:
            yield from (_put(text, found, str(year)) for year in (2099, 2100, 1900, 2000, 9999))
        yield from (_put(text, found, other) for other in (f"{found[0]}.5", f"{found[0]}e1", "٣"))


def _amounts(text: str) -> Iterator[str]:
    """Yields a text with a decimal in place of a number, with two at once, and with all its digits equal."""
    chosen = list(_AMOUNT.finditer(text))[:_FEW]
    if not chosen:
        return
    yield re.sub(r"\d", "0", text)
    for at in range(len(_DECIMALS)):
        for step in range(1, 4 if len(chosen) > 1 else 1):
            yield _with_decimals(text, at, step)
        yield _put(text, chosen[at % len(chosen)], _DECIMALS[at])
    yield from (re.sub(r"\d", digit, text) for digit in "19")


def _with_decimals(text: str, at: int, step: int) -> str:
    """Returns a text with all its numbers replaced by decimals: the one at a place, and so on in steps."""
    places = itertools.count(at, step)
    return _AMOUNT.sub(lambda _: _DECIMALS[next(places) % len(_DECIMALS)], text)


def _dates(text: str) -> Iterator[str]:
    """Yields a text with a date moved across the ends of months and years, leap days and centuries."""
    for found in list(_DATE.finditer(text))[:2]:
        year, month, day = (int(part) for part in found.groups())
        for days in (1, -1, 7, -7, 2):
            if (moved := _moved(year, month, day, days)) is not None:
                yield _put(text, found, moved)
        nearby = [*_near_date(year, month, day), *_KNOWN_DATES]
        yield from (_put(text, found, _written(*parts)) for parts in nearby if 1 <= parts[0] <= 9999)
        yield _put(text, found, _written(year, 2, 30))
        yield _put(text, found, _written(year, 13, 1))


def _near_date(year: int, month: int, day: int) -> Iterator[tuple[int, int, int]]:
    """Yields the first and last days of a date's month and year, leap days, and the next month and year."""
    yield from ((year, month, 1), (year, month, _last(year, month)), (year, 1, 1), (year, 12, 31))
    yield from ((year, 2, 28), (year, 2, _last(year, 2)), (year, 3, 1), (year - year % 4, 2, 29))
    yield from ((other, month, min(day, 28)) for other in (year + 1, year - 1))
    yield year, month % 12 + 1, min(day, 28)
    if day <= 12:
        yield year, day, month


def _moved(year: int, month: int, day: int, days: int) -> str | None:
    try:
        return (datetime.date(year, month, day) + datetime.timedelta(days=days)).isoformat()
    except (ValueError, OverflowError):
        return None


def _last(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[(month - 1) % 12]


def _written(year: int, month: int, day: int) -> str:
    return f"{year:04}-{month:02}-{day:02}"


def _ends(text: str) -> Iterator[str]:
    """Yields a text with something more or less at one of its ends, and very short ones."""
    yield from (f"{text} ", f" {text}", text[1:], text[:-1], "", text[:1], text[-1:])
    yield from (f"{text}\n", f"\n{text}", f"\t{text}", f"{text}\t", f" {text} ", f"{text}\u00a0", " ", "\n")
    yield from (text + text[-1:], text[:1] + text, text + text, f"{text} {text}", text[::-1])
    yield from (
        f"-{text}",
        f"+{text}",
        f"{text}-",
        f"{text}.",
        f"{text},",
        f"{text}1",
        f"{text}a",
        f"0{text}",
    )
    middle = len(text) // 2
    yield from (
        text[:middle],
        text[middle:],
        text[:middle] + text[middle + 1 :],
        f"{text[:middle]} {text[middle:]}",
    )


def _separators(text: str) -> Iterator[str]:
    """Yields a text with space or a sign beside a separator, or with it doubled, dropped or replaced."""
    matches = list(_SEPARATOR.finditer(text))
    kinds = list({found[0]: found for found in reversed(matches)}.values())[::-1][:_FEW]
    last = list({found[0]: found for found in matches}.values())[:_FEW]
    chosen = list({found.start(): found for found in [*kinds, *matches[:2], *last]}.values())
    for found in chosen:
        mark = found[0]
        yield _put(text, found, mark * 2)
        yield _put(text, found, "")
        yield from (_put(text, found, other) for other in (f"{mark} ", f" {mark}", f" {mark} ", f"{mark}\t"))
        yield from (_put(text, found, f"{mark}{sign}") for sign in ("-", "+") if sign != mark)
        if mark == "\r":
            yield _put(text, found, "\n")
        if mark in _OTHER:
            yield _put(text, found, _OTHER[mark])
        if mark == "\n":
            yield _put(text, found, "\r")
    for found in kinds:
        mark = found[0]
        yield text.replace(mark, "")
        yield f"{text}{mark}"
        yield f"{mark}{text}"
        yield from (text.replace(mark, other) for other in (" ", _OTHER.get(mark, "-")) if other != mark)


def _parts(text: str) -> Iterator[str]:
    """Yields a text with a line, a word or a field doubled, dropped, emptied or swapped."""
    marks = [mark for mark in ("\n", ",", ";", "&", "|", " ", "\t", ".", "/", ":", "-") if mark in text]
    for mark in marks[:_FEW]:
        parts = text.split(mark)
        last = len(parts) - 1
        orders = (
            [parts[0], *parts],
            [*parts, parts[-1]],
            parts[1:],
            parts[:-1],
            [parts[1], parts[0], *parts[2:]],
            parts[::-1],
            [*parts, parts[0]],
            [parts[0], "", *parts[1:]],
            [*parts[:last], "", parts[last]],
            [part.swapcase() if at == 0 else part for at, part in enumerate(parts)],
            [*parts, parts[0].swapcase()],
            [parts[0], *parts[2:]],
            [*parts, *parts],
        )
        yield from (mark.join(order) for order in orders)
    if (found := _PAIR.search(text)) is not None:
        yield _put(text, found, f"{found[0]},{found[0]}")  # the same key twice, also with another value
        yield _put(text, found, f"{found[1]}0,{found[0]}")
    if text[:1] in _BRACKETS:
        opening, closing = text[0], _BRACKETS[text[0]]
        yield from (f"{opening * depth}{text}{closing * depth}" for depth in (1, 2, 30, 99, 100, 101, 300))
        yield from (f"[{text}]", f"[{text},{text}]", f"{opening}{closing}")


def _cases(text: str) -> Iterator[str]:
    """Yields a text in upper case, in lower case, capitalised, and with one letter in the other case."""
    yield from (text.upper(), text.lower(), text.swapcase(), text[:1].swapcase() + text[1:], text.title())
    yield from (text[:-1] + text[-1:].swapcase(), text.lower().title(), text[:1].lower() + text[1:].upper())


def _letters(text: str) -> Iterator[str]:
    """Yields a text with an unusual letter added, or in place of its first or last letter."""
    letters = [at for at, character in enumerate(text) if character.isalpha()]
    for unusual in _UNUSUAL:
        yield text + unusual
        if letters:
            yield text[: letters[0]] + unusual + text[letters[0] + 1 :]
            yield text[: letters[-1]] + unusual + text[letters[-1] + 1 :]
        else:
            yield unusual + text
    for at in letters[:2]:
        character = text[at]
        yield from (text[:at] + other + text[at + 1 :] for other in _next(character))
        yield text[:at] + character + text[at:]
        yield text[:at] + text[at + 1 :]
        yield text[:at] + "5" + text[at + 1 :]


def _next(character: str) -> Iterator[str]:
    code = ord(character)
    for other in (code + 1, code - 1):
        if 0 <= other <= 0x10FFFF and not 0xD800 <= other < 0xE000:
            yield chr(other)


def _enclosed(text: str) -> Iterator[str]:
    """Yields a text with a part in quotes, and with what quotes or brackets enclose changed."""
    groups, fields, affixes = (list(shape.finditer(text)) for shape in (_GROUP, _FIELD, _AFFIX))
    yield from (_put(text, found, "") for found in [*affixes[:2], *affixes[2:][-1:]])
    for found in [*groups[:1], *groups[1:][-1:]]:
        opening = len(found[0]) - len(found[0].lstrip("{"))
        at = max(opening, 1)
        first, inner, last = found[0][:at], found[0][at:-at], found[0][-at:]
        yield from (_put(text, found, f"{first}{other}{last}") for other in (f" {inner} ", inner.strip(), ""))
        yield from (_put(text, found, f"{first}{inner}{mark}{inner}{last}") for mark in _MARKS)
        yield from (
            _put(text, found, other) for other in (f"{first}{found[0]}{last}", inner, f"{first}{inner}")
        )
    for found in [*fields[-1:], *fields[:2], *fields[-2:-1]]:
        yield from (_put(text, found, f"{quote}{found[0]}{quote}") for quote in ('"', "'"))
    yield from (f'"{text}"', f"'{text}'")


def with_parts_of(text: str, origin: str) -> Iterator[str]:
    """Yields a text with an enclosed part, or a word, of another one in place of a word."""
    parts = [found[0] for shape in (_GROUP, _FIELD) for found in shape.finditer(origin)]
    places = list(_WORD.finditer(text))[-_FEW:]
    yield from (_put(text, place, part) for part in dict.fromkeys(parts[:_FEW]) for place in places[::-1])


def _spellings(text: str) -> Iterator[str]:
    """Yields a text in other normal forms, with other spaces, and with invisible characters."""
    yield from (unicodedata.normalize(form, text) for form in ("NFD", "NFC", "NFKC"))
    if " " in text:
        yield from (text.replace(" ", space) for space in _SPACES if space != " ")
        yield text.replace(" ", "  ")
    yield from (text.replace("\n", "\r\n"), text.replace("\r\n", "\n"), text.replace("\n", "\n\n"))
    yield from (text.replace("\r\n", "\r"), text.replace("\n", "\r"))
    middle = len(text) // 2
    yield from (
        f"\ufeff{text}",
        f"{text[:middle]}\u200b{text[middle:]}",
        f"{text[:middle]}\u0301{text[middle:]}",
    )
    yield text.translate({ord("0") + digit: chr(0xFF10 + digit) for digit in range(10)})
