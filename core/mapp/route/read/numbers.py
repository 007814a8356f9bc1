"""Numbers as people write them: digits with separators, scales, powers and fractions, or plain English words.

Everything here is exact (`Decimal`); `number.json_number` makes the JSON value at the end.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from mapp.route.read.fractions import AND_PART, SIGNS, mixed_part
from mapp.route.read.lexicon import MONEY_SUFFIXES, SCALE_SUFFIXES, SCALE_WORDS
from mapp.route.read.number import MAX_EXPONENT, Number
from mapp.route.read.number_words import numbers_in_words
from mapp.route.read.separators import pieces, writes_decimal_commas
from mapp.route.read.tokens import Token
from mapp.route.read.units import unit_called

_SIGN = f"[{''.join(SIGNS)}]"
_RUN = re.compile(r"(?:\d|\.(?=\d))(?:[\d,.]|['’ʼ](?=\d{3}(?!\d)))*")
_ALONE = re.compile(_SIGN)
_EXPONENT = re.compile(r"[eE]([-+]?\d{1,3})(?![\w.])")
_POWER = re.compile(r"\s?(?:\^|\*\*)\s?([-−+]?\d{1,3})(?![\w.])")
_TIMES_TEN = re.compile(r"\s?[x×*]\s?10\s?(?:\^|\*\*)\s?([-−+]?\d{1,3})(?![\w.])")
_OVER = re.compile(r"(?:\s?/\s?|\u2044)(\d{1,6})(?![\w/]|[.,]\d)")
_OVER_UNIT = re.compile(r"/(\d{1,3})(?=[A-Za-z]{1,12}(?![A-Za-z0-9]))")
_MIXED = re.compile(r"[\s\u00a0](\d{1,3})[/\u2044](\d{1,3})(?![\w/]|[.,]\d)")
_HYPHENED = re.compile(r"-(\d{1,2})[/\u2044](2|4|8|16|32|64)(?![\w/]|[.,]\d)")
_MIXED_SIGN = re.compile(rf"[\s\u00a0\u202f-]?({_SIGN})(?![\d/])")
_SPACED = re.compile(r"(?:([\u00a0\u202f\u2009 ])\d{3})(?:\1\d{3})*(?:[.,]\d+)?(?!\w|[.,]\d|\1\d{3}(?!\d))")
_GLUED = re.compile(r"[A-Za-zµ°]+")
_SUFFIX = re.compile(r"([A-Za-z]{1,3})(?![A-Za-z0-9_])")
_SCALE = re.compile(
    r"[ -]?(hundred|thousand|(?-i:grand)|lakh|million|crore|billion|trillion|dozen)s?(?![a-z])", re.IGNORECASE
)
_ORDINAL = re.compile(r"(?:st|nd|rd|th)(?![A-Za-z0-9])", re.IGNORECASE)
_BY = re.compile(r"(?<=[\d'\"′″])[x×]$|(?<=\d )[x×]$")
_ESCAPED = re.compile(r"(?<!\d)[%&]$")
_MINUS_WORD = re.compile(r"\b(?:minus|negative)\s$", re.IGNORECASE)
_BEFORE_SIGN = " \t\n\r([{=,:;<>*^|\"'“‘`$€£¥@/"


def numbers(text: str, tokens: Sequence[Token]) -> list[Number]:
    """Returns every number of the text, in digits or in words, by place."""
    found = [*_in_digits(text), *_signs_alone(text), *numbers_in_words(text, tokens)]
    return sorted(found, key=lambda number: (number.start, number.end))


def _in_digits(text: str) -> Iterator[Number]:
    covered = 0
    commas = "," in text and writes_decimal_commas(text)
    for run in _RUN.finditer(text):
        if run.start() < covered or _inside_a_word(text, run.start()):
            continue
        found = list(pieces(text, run.group(), run.start(), commas=commas))
        last = max((piece.end for piece in found), default=0)
        for piece in found:
            plain = Number(piece.start, piece.end, piece.value, parts=piece.parts, loose=bool(piece.parts))
            number = _finished(text, plain) if piece.end == last else plain
            if number.parts and number.end > piece.end:
                plain = replace(plain, soft=_begins_a_word(text, plain.end))
                yield from _with_sign(text, plain, piece.start)
            else:
                covered = number.end
            yield from _with_sign(text, number, piece.start)


def _inside_a_word(text: str, start: int) -> bool:
    before = text[start - 1 : start]
    if not before or _BY.search(text[max(0, start - 3) : start]):
        return False
    if before in SIGNS or before.isalpha() or before in "_#^\\":
        return not _after_a_unit(text, start)
    return _ESCAPED.search(text[max(0, start - 2) : start]) is not None


_GLUED_UNIT = re.compile(r"(?<![\w.,])\d{1,4}(?:(?:hr?|min|m|kg|km|lb)(?=\d\d)|(?:ft|st)(?=\d{1,2}(?!\d)))")


def _after_a_unit(text: str, start: int) -> bool:
    """Returns whether the digits follow a number with its unit: the `30` of `1h30`, the `11` of `5ft11`."""
    return any(match.end() == start for match in _GLUED_UNIT.finditer(text, max(0, start - 9)))


def _signs_alone(text: str) -> Iterator[Number]:
    """Yields the fractions in one character that no digit precedes: `½ cup`."""
    for match in _ALONE.finditer(text):
        before = text[max(0, match.start() - 2) : match.start()]
        if re.search(r"\d[\s\u00a0\u202f-]?$", before) or before[-1:].isalpha():
            continue
        number = _scaled(text, Number(match.start(), match.end(), SIGNS[match.group()]))
        yield from _with_sign(text, number, match.start())


def _finished(text: str, bare: Number) -> Number:
    """Returns the number with its extensions: exponent, power, fraction, scale or ordinal ending."""
    start, end, value = bare.start, bare.end, bare.value
    if match := _EXPONENT.match(text, end):
        return Number(start, match.end(), value.scaleb(int(match.group(1))))
    if match := _TIMES_TEN.match(text, end):
        return Number(start, match.end(), value.scaleb(_integer(match.group(1))))
    if (match := _POWER.match(text, end)) and (power := _power(value, _integer(match.group(1)))) is not None:
        return Number(start, match.end(), power)
    if value == value.to_integral_value() and (fractional := _with_fraction(text, bare)) is not None:
        return fractional
    if (match := _ORDINAL.match(text, end)) and not _is_stones(value, match.group()):
        return Number(start, match.end(), value, ordinal=True)
    return _scaled(text, bare)


def _is_stones(value: Decimal, ending: str) -> bool:
    """Returns whether `st` is a weight and not an ordinal ending: `12st 4`."""
    return ending == "st" and (value % 10 != 1 or value % 100 == 11)


def _with_fraction(text: str, bare: Number) -> Number | None:
    """Returns a whole number with what makes it a fraction, a mixed number or a grouped one; else None."""
    start, end, value = bare.start, bare.end, bare.value
    if match := _MIXED_SIGN.match(text, end):
        return _scaled(text, Number(start, match.end(), value + SIGNS[match.group(1)]))
    over = _OVER.match(text, end) or _unit_over(text, end)
    if over and "/" not in text[max(0, start - 1) : start] and (below := Decimal(over.group(1))):
        return Number(start, over.end(), value / below, parts=((start, end), over.span(1)))
    mixed = _MIXED.match(text, end) or _HYPHENED.match(text, end)
    if mixed and (part := _proper(mixed)) is not None:
        return Number(start, mixed.end(), value + part, parts=((start, end), (mixed.start(1), mixed.end())))
    if value.adjusted() < 3 and (match := _SPACED.match(text, end)):
        return _grouped(bare, match)
    if (match := AND_PART.match(text, end)) and (part := mixed_part(match)) is not None:
        return _scaled(text, Number(start, match.end(), value + part))
    return None


def _unit_over(text: str, end: int) -> re.Match[str] | None:
    """Returns the match of `/2` when a unit follows at once: `1/2in`."""
    match = _OVER_UNIT.match(text, end)
    unit = _GLUED.match(text, match.end()) if match else None
    return match if unit and unit_called(unit.group()) is not None else None


def _proper(match: re.Match[str]) -> Decimal | None:
    above, below = Decimal(match.group(1)), Decimal(match.group(2))
    return above / below if below and above < below else None


def _grouped(bare: Number, match: re.Match[str]) -> Number:
    """Returns `1 234 567`; with plain spaces it can also be three numbers."""
    digits = re.sub(r"[^\d.]", "", match.group().replace(",", "."))
    value = Decimal(f"{int(bare.value)}{digits}")
    if match.group(1) != " ":
        return Number(bare.start, match.end(), value)
    groups = re.finditer(r"\d{3}", match.string[bare.end : match.end()].partition(".")[0].partition(",")[0])
    inner = [(bare.end + group.start(), bare.end + group.end()) for group in groups]
    return Number(bare.start, match.end(), value, parts=((bare.start, bare.end), *inner), loose=True)


def _scaled(text: str, number: Number) -> Number:
    start, end, value = number.start, number.end, number.value
    if match := _SCALE.match(text, end):
        return _scaled(text, Number(start, match.end(), value * SCALE_WORDS[match.group(1).lower()]))
    if match := _SUFFIX.match(text, end):
        suffix = match.group(1)
        money = text[max(0, start - 2) : start].strip(" -")[-1:] in "$€£¥₹"
        scale = SCALE_SUFFIXES.get(suffix) or (MONEY_SUFFIXES.get(suffix) if money and start else None)
        if scale is not None:
            return Number(start, match.end(), value * scale)
    return replace(number, soft=_begins_a_word(text, end))


def _begins_a_word(text: str, end: int) -> bool:
    """Returns whether letters other than a unit follow, so the digits may be part of a word: `4f2a`, `3d`."""
    match = _GLUED.match(text, end)
    return match is not None and match.group() not in ("x", "am", "pm") and unit_called(match.group()) is None


def _integer(text: str) -> int:
    return int(text.replace("−", "-"))


def _power(base: Decimal, exponent: int) -> Decimal | None:
    if not base or abs(exponent) * max(1, abs(base.adjusted()) + 1) > MAX_EXPONENT:
        return None
    return base**exponent


def _signed(text: str, start: int) -> int:
    """Returns where the number starts with its sign, if the character before is one and no dash between
    things.
    """
    if start and text[start - 1] in "-−+" and (start == 1 or text[start - 2] in _BEFORE_SIGN):
        return start - 1
    return start


def _with_sign(text: str, number: Number, digits: int) -> Iterator[Number]:
    """Yields the number with its sign; after the word `minus` with and without it, because the word may be a
    subtraction.
    """
    start = _signed(text, digits)
    minus = start < digits and text[start] in "-−"
    yield replace(number, start=start, value=-number.value if minus else number.value)
    near = text[max(0, digits - 10) : digits]
    worded = _MINUS_WORD.search(near)
    if worded and not text[: digits - len(worded.group())].rstrip()[-1:].isdigit():
        yield Number(digits - len(worded.group()), number.end, -abs(number.value))
