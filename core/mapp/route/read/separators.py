"""What commas, dots, apostrophes and spaces between digits mean: groups of thousands, decimals, or a list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from mapp.route.read.lexicon import CURRENCY_CODES, CURRENCY_SYMBOLS, CURRENCY_WORDS
from mapp.route.read.units import unit_called

MAX_DIGITS = 40

_PLAIN = re.compile(r"\d+(?:\.\d+)?|\.\d+")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?|[1-9]\d?(?:,\d{2})+,\d{3}(?:\.\d+)?")
_POINTED = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+\.\d+")
_EUROPEAN = re.compile(r"\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}")
_DOTTED = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_APOSTROPHES = re.compile(r"\d{1,3}(?:['’ʼ]\d{3})+(?:[.,]\d+)?")
_DECIMAL_COMMA = re.compile(r"\d+,\d+")
_RUN = re.compile(r"(?<![\w.,])\d[\d.,'’]*(?<=\d)(?![\w'’])|(?<![\w.,])\d[\d.,'’]*(?<=\d)(?=[A-Za-zµ°])")
_SIGNS = "".join(CURRENCY_SYMBOLS)
_AFTER = re.compile(rf"\s?([{_SIGNS}%‰°])|[\s-]?([A-Za-zµμ]+(?:[²³]|\^?[23](?!\d))?(?:/[a-z]+)?)")
_BEFORE = re.compile(rf"(?:[{_SIGNS}]|(?<![A-Za-z])([A-Z]{{3}}))\s?[-−]?$")


@dataclass(frozen=True, slots=True)
class Piece:
    """A number of a run of digits and marks; `parts` are the numbers that it may be instead."""

    start: int
    end: int
    value: Decimal
    parts: tuple[tuple[int, int], ...] = ()


def pieces(text: str, run: str, start: int, *, commas: bool) -> Iterator[Piece]:
    """Yields the numbers of one run: one number, or several one after another, or both readings.

    Args:
        text: the whole text.
        run: the run, digits with commas, dots and apostrophes.
        start: where the run starts.
        commas: whether the text writes its decimals with a comma.
    """
    bare = run.rstrip(".,'’ʼ")
    end = start + len(bare)
    if len(bare) > MAX_DIGITS * 8:
        return
    if _APOSTROPHES.fullmatch(bare):
        yield Piece(start, end, Decimal(re.sub(r"['’ʼ]", "", bare).replace(",", ".")))
    elif _GROUPED.fullmatch(bare):
        yield Piece(start, end, Decimal(bare.replace(",", "")))
    elif _EUROPEAN.fullmatch(bare) or (commas and _DOTTED.fullmatch(bare)):
        yield Piece(start, end, Decimal(bare.replace(".", "").replace(",", ".")))
    elif _DECIMAL_COMMA.fullmatch(bare) and len(bare) <= MAX_DIGITS and not _bracketed(text, start, end):
        value = Decimal(bare.replace(",", "."))
        if commas or _is_marked(text, start, end):
            yield Piece(start, end, value)
        else:
            parts = list(_separate(bare, start))
            yield Piece(start, end, value, tuple((part.start, part.end) for part in parts))
            yield from parts
    else:
        yield from _separate(bare, start)


def _separate(bare: str, start: int) -> Iterator[Piece]:
    for piece in re.finditer(r"[^,'’ʼ]+", bare):
        if _PLAIN.fullmatch(piece.group()) and len(piece.group()) <= MAX_DIGITS:
            yield Piece(start + piece.start(), start + piece.end(), Decimal(piece.group()))


def writes_decimal_commas(text: str) -> bool:
    """Returns whether the text writes decimals with a comma: `12,50 €`, `1.234,56`, `7,5; 8,25`."""
    bare = [match for match in _RUN.finditer(text) if "," in match.group() or "." in match.group()]
    if any(_POINTED.fullmatch(match.group()) for match in bare):
        return False
    single = [
        match
        for match in bare
        if _DECIMAL_COMMA.fullmatch(match.group())
        and not _GROUPED.fullmatch(match.group())
        and not _bracketed(text, match.start(), match.end())
    ]
    if any(_is_marked(text, *match.span()) for match in single):
        return True
    if any("," in match.group() and _EUROPEAN.fullmatch(match.group()) for match in bare):
        return True
    listed = any(match.group().count(",") > 1 for match in bare) or re.search(r"\d,\s", text)
    pointed = any(re.fullmatch(r"\d+\.\d+", match.group()) for match in bare)
    return len(single) > 1 and not listed and not pointed


def may_be_thousands(text: str) -> Decimal | None:
    """Returns what a number with three digits after its only dot is as whole thousands; None for others.

    >>> may_be_thousands("1.250"), may_be_thousands("0.250"), may_be_thousands("1.25")
    (Decimal('1250'), None, None)
    """
    return Decimal(text.replace(".", "")) if _DOTTED.fullmatch(text) else None


def may_be_decimal(text: str) -> Decimal | None:
    """Returns what a number with one group of thousands is as a decimal: 1.25 for `1,250`; else None."""
    return Decimal(text.replace(",", ".")) if re.fullmatch(r"[1-9]\d{0,2},\d{3}", text) else None


def _bracketed(text: str, start: int, end: int) -> bool:
    """Returns whether the run is alone in brackets, like a point: `(1,2)`."""
    return text[start - 1 : start] in ("(", "[", "{") and text[end : end + 1] in (")", "]", "}")


def _is_marked(text: str, start: int, end: int) -> bool:
    """Returns whether a percent sign, a currency or a unit next to the run shows that it is one number."""
    before = _BEFORE.search(text[max(0, start - 6) : start])
    if before and (before.group(1) is None or before.group(1) in CURRENCY_CODES):
        return True
    after = _AFTER.match(text, end)
    if after is None:
        return False
    sign, word = after.groups()
    if sign:
        return True
    lower = word.lower()
    if lower in CURRENCY_WORDS or word in CURRENCY_CODES or lower in ("percent", "per", "pct"):
        return True
    return lower not in ("in", "a", "at", "to", "x") and unit_called(word) is not None
