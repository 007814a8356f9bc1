"""Numbers as people write them: digits with separators, scales, powers and fractions, or plain English words.

Everything here is exact (`Decimal`); `json_number` makes the JSON value at the end.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mapp.route.read.lexicon import (
    FRACTION_WORDS,
    MONEY_SUFFIXES,
    NEGATIVE_WORDS,
    ORDINAL_WORDS,
    SCALE_SUFFIXES,
    SCALE_WORDS,
    TENS_WORDS,
    UNITS_WORDS,
)
from mapp.route.read.tokens import Token
from mapp.route.read.units import unit_called

MAX_DIGITS = 40
SAFE_INTEGER = 2**53 - 1
_MAX_EXPONENT = 300

_RUN = re.compile(r"(?:\d|\.(?=\d))[\d,.]*")
_PLAIN = re.compile(r"\d+(?:\.\d+)?|\.\d+")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?")
_EUROPEAN = re.compile(r"\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}")
_EXPONENT = re.compile(r"[eE]([-+]?\d{1,3})(?![\w.])")
_POWER = re.compile(r"\s?(?:\^|\*\*)\s?([-−+]?\d{1,3})(?![\w.])")
_TIMES_TEN = re.compile(r"\s?[x×*]\s?10\s?(?:\^|\*\*)\s?([-−+]?\d{1,3})(?![\w.])")
_OVER = re.compile(r"\s?/\s?(\d{1,6})(?![\w./,])")
_MIXED = re.compile(r"\s(\d{1,3})/(\d{1,3})(?![\w./])")
_SPACED = re.compile(r"(?:[\u00a0\u202f ]\d{3})+(?![\d,.\w])")
_GLUED = re.compile(r"[A-Za-zµ°]+")
_PARTED = re.compile(r"[\u00a0\u202f /]+\d.*")
_SUFFIX = re.compile(r"([A-Za-z]{1,3})(?![A-Za-z0-9_])")
_SCALE = re.compile(
    r"[ -]?(hundred|thousand|(?-i:grand)|lakh|million|crore|billion|trillion|dozen)s?(?![a-z])", re.IGNORECASE
)
_ORDINAL = re.compile(r"(?:st|nd|rd|th)(?![A-Za-z0-9])", re.IGNORECASE)
_BY = re.compile(r"(?<=\d)[x×]$|(?<=\d )[x×]$")
_ESCAPED = re.compile(r"(?<!\d)[%&]$")
_MINUS_WORD = re.compile(r"\b(?:minus|negative)\s$", re.IGNORECASE)
_BEFORE_SIGN = " \t\n\r([{=,:;<>*^|\"'“‘`$€£¥@/"


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text; `soft` when the words may mean something else (`one`, `second`, `a`)."""

    start: int
    end: int
    value: Decimal
    soft: bool = False
    ordinal: bool = False


def json_number(value: Decimal) -> int | float | None:
    """Returns the JSON number nearest to the value: an integer if it is whole, None if out of range."""
    if not value.is_finite() or value.adjusted() > _MAX_EXPONENT:
        return None
    if value == value.to_integral_value() and abs(value) <= SAFE_INTEGER:
        return int(value)
    return float(value)


def numbers(text: str, tokens: Sequence[Token]) -> list[Number]:
    """Returns every number of the text, in digits or in words, by place."""
    found = [*_in_digits(text), *_in_words(text, tokens)]
    return sorted(found, key=lambda number: (number.start, number.end))


def _in_digits(text: str) -> Iterator[Number]:
    covered = 0
    for run in _RUN.finditer(text):
        if run.start() < covered:
            continue
        before = text[run.start() - 1 : run.start()]
        if (
            before
            and (
                before.isalpha()
                or before in "_#^\\"
                or _ESCAPED.search(text[max(0, run.start() - 2) : run.start()])
            )
            and not _BY.search(text[max(0, run.start() - 3) : run.start()])
        ):
            continue
        pieces = list(_pieces(run.group(), run.start()))
        for place, (start, end, value) in enumerate(pieces):
            last = place == len(pieces) - 1
            number = _finished(text, start, end, value) if last else Number(start, end, value)
            if number.end > end and _PARTED.fullmatch(text, end, number.end):
                yield from _with_sign(text, Number(start, end, value), start)
            else:
                covered = number.end
            yield from _with_sign(text, number, start)


def _pieces(run: str, offset: int) -> Iterator[tuple[int, int, Decimal]]:
    """Yields the numbers of one run of digits, commas and dots: one grouped number, or several after one
    another.
    """
    bare = run.rstrip(".,")
    if len(bare) > MAX_DIGITS * 8:
        return
    if _GROUPED.fullmatch(bare):
        yield offset, offset + len(bare), Decimal(bare.replace(",", ""))
    elif _EUROPEAN.fullmatch(bare):
        yield offset, offset + len(bare), Decimal(bare.replace(".", "").replace(",", "."))
    else:
        for piece in re.finditer(r"[^,]+", bare):
            if _PLAIN.fullmatch(piece.group()) and len(piece.group()) <= MAX_DIGITS:
                yield offset + piece.start(), offset + piece.end(), Decimal(piece.group())


def _finished(text: str, start: int, end: int, value: Decimal) -> Number:
    """Returns the number with its extensions: exponent, power, fraction, scale or ordinal ending."""
    if match := _EXPONENT.match(text, end):
        return Number(start, match.end(), value.scaleb(int(match.group(1))))
    if match := _TIMES_TEN.match(text, end):
        return Number(start, match.end(), value.scaleb(_integer(match.group(1))))
    if (match := _POWER.match(text, end)) and (power := _power(value, _integer(match.group(1)))) is not None:
        return Number(start, match.end(), power)
    if (match := _OVER.match(text, end)) and "/" not in text[max(0, start - 1) : start]:
        return _divided(start, end, match, value)
    if match := _MIXED.match(text, end):
        return _mixed(start, end, match, value)
    if value.adjusted() < 3 and (match := _SPACED.match(text, end)) and value == value.to_integral_value():
        grouped = Decimal(str(int(value)) + re.sub(r"\D", "", match.group()))
        return Number(start, match.end(), grouped)
    if match := _ORDINAL.match(text, end):
        return Number(start, match.end(), value, ordinal=True)
    return _scaled(text, start, end, value)


def _scaled(text: str, start: int, end: int, value: Decimal) -> Number:
    if match := _SCALE.match(text, end):
        scaled = value * SCALE_WORDS[match.group(1).lower()]
        return _scaled(text, start, match.end(), scaled)
    if match := _SUFFIX.match(text, end):
        suffix = match.group(1)
        money = text[max(0, start - 2) : start].strip(" -")[-1:] in "$€£¥₹"
        scale = SCALE_SUFFIXES.get(suffix) or (MONEY_SUFFIXES.get(suffix) if money and start else None)
        if scale is not None:
            return Number(start, match.end(), value * scale)
    return Number(start, end, value, soft=_begins_a_word(text, end))


def _begins_a_word(text: str, end: int) -> bool:
    """Returns whether letters other than a unit follow, so the digits may be part of a word: `4f2a`, `3d`."""
    match = _GLUED.match(text, end)
    return match is not None and match.group() not in ("x", "am", "pm") and unit_called(match.group()) is None


def _integer(text: str) -> int:
    return int(text.replace("−", "-"))


def _power(base: Decimal, exponent: int) -> Decimal | None:
    if not base or abs(exponent) * max(1, abs(base.adjusted()) + 1) > _MAX_EXPONENT:
        return None
    return base**exponent


def _divided(start: int, end: int, match: re.Match[str], value: Decimal) -> Number:
    below = Decimal(match.group(1))
    if not below or value != value.to_integral_value():
        return Number(start, end, value)
    return Number(start, match.end(), value / below)


def _mixed(start: int, end: int, match: re.Match[str], value: Decimal) -> Number:
    above, below = Decimal(match.group(1)), Decimal(match.group(2))
    if not below or above >= below or value != value.to_integral_value():
        return Number(start, end, value)
    return Number(start, match.end(), value + above / below)


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
    yield Number(start, number.end, -number.value if minus else number.value, number.soft, number.ordinal)
    near = text[max(0, digits - 10) : digits]
    worded = _MINUS_WORD.search(near)
    if worded and not text[: digits - len(worded.group())].rstrip()[-1:].isdigit():
        yield Number(digits - len(worded.group()), number.end, -abs(number.value))


# Numbers in words


def _in_words(text: str, tokens: Sequence[Token]) -> Iterator[Number]:
    place = 0
    while place < len(tokens):
        read = _Reader(text, tokens, place).read()
        if read is None:
            place += 1
        else:
            number, place = read
            yield number


class _Reader:
    """Parses one number in words, starting at a token."""

    def __init__(self, text: str, tokens: Sequence[Token], place: int) -> None:
        self.text, self.tokens, self.first, self.place = text, tokens, place, place
        self.total, self.part, self.last_size, self.words = Decimal(0), Decimal(0), 10**9, 0

    def read(self) -> tuple[Number, int] | None:
        """Returns the number and the place after it, or None if no number starts here."""
        lower = self.word()
        if lower in NEGATIVE_WORDS:
            return self.negative()
        if lower in ORDINAL_WORDS:
            return self.done(Decimal(ORDINAL_WORDS[lower]), self.place + 1, soft=True, ordinal=True)
        if lower in FRACTION_WORDS:
            return self.fraction(lower)
        if lower in ("a", "an"):
            return self.article()
        return self.cardinal()

    def negative(self) -> tuple[Number, int] | None:
        if self.word(1) in NEGATIVE_WORDS or not self.word(1):
            return None
        read = _Reader(self.text, self.tokens, self.first + 1).read()
        if read is None:
            return None
        number, after = read
        return Number(self.tokens[self.first].start, number.end, -number.value, number.soft), after

    def word(self, ahead: int = 0) -> str:
        place = self.place + ahead
        return self.tokens[place].lower if place < len(self.tokens) else ""

    def done(self, value: Decimal, after: int, *, soft: bool, ordinal: bool = False) -> tuple[Number, int]:
        start, end = self.tokens[self.first].start, self.tokens[after - 1].end
        return Number(start, end, value, soft, ordinal), after

    def fraction(self, lower: str) -> tuple[Number, int]:
        scale = self.word(1) if self.word(1) in SCALE_WORDS else self.word(2) if self.word(1) == "a" else ""
        if scale in SCALE_WORDS:
            after = self.place + (2 if self.word(1) == scale else 3)
            return self.done(Decimal(FRACTION_WORDS[lower]) * SCALE_WORDS[scale], after, soft=False)
        return self.done(Decimal(FRACTION_WORDS[lower]), self.place + 1, soft=True)

    def article(self) -> tuple[Number, int] | None:
        if self.word(1) not in SCALE_WORDS or self.word(1) == "grand":
            return None
        self.place += 1
        self.part = Decimal(1)
        return self.cardinal()

    def cardinal(self) -> tuple[Number, int] | None:
        while self.take():
            pass
        if not self.words:
            return None
        if self.ends_in_ordinal():
            return self.done(self.total + self.part, self.place, soft=False, ordinal=True)
        value = self.with_point(self.total + self.part)
        value = self.with_half(value)
        soft = self.words == 1 and self.tokens[self.first].lower in ("one", "zero")
        return self.done(value, self.place, soft=soft)

    def take(self) -> bool:
        """Reads one more word of the number, with the `and` or the hyphen before it; False when there is
        none.
        """
        skip = 1 if self.words and self.word() in ("and", "-") and self.word(1) else 0
        lower = self.word(skip)
        if skip and self.word() == "and" and not self.continues_after_and(lower):
            return False
        if lower in UNITS_WORDS and self.room_for(UNITS_WORDS[lower]):
            self.part += UNITS_WORDS[lower]
            self.last_size = 1
        elif lower in TENS_WORDS and self.last_size > 10:
            self.part += TENS_WORDS[lower]
            self.last_size = 10
        elif lower.removesuffix("s") in SCALE_WORDS and not skip and (self.words or self.part):
            self.scale(SCALE_WORDS[lower.removesuffix("s")])
        else:
            return False
        self.place += skip + 1
        self.words += 1
        return True

    def continues_after_and(self, lower: str) -> bool:
        """Returns whether `and` continues a number: `hundred and five`, but not `twenty and thirty`."""
        return self.last_size >= 100 and (lower in UNITS_WORDS or lower in TENS_WORDS) and self.words > 0

    def room_for(self, value: int) -> bool:
        return self.last_size > 10 or (self.last_size == 10 and 0 < value < 10)

    def scale(self, size: int) -> None:
        self.part = (self.part or Decimal(1)) * size
        if size >= 1000:
            self.total, self.part = self.total + self.part, Decimal(0)
        self.last_size = size

    def ends_in_ordinal(self) -> bool:
        skip = 1 if self.word() in ("-", "and") else 0
        value = ORDINAL_WORDS.get(self.word(skip), 0)
        if (
            not 0 < value < 10
            or self.last_size < 10
            or (skip and self.word() == "and" and self.last_size < 100)
        ):
            return False
        self.part += value
        self.place += skip + 1
        return True

    def with_point(self, value: Decimal) -> Decimal:
        """Returns the value with the digits after `point`: `three point one four`."""
        if self.word() != "point" or UNITS_WORDS.get(self.word(1), 10) > 9:
            return value
        self.place += 1
        digits = ""
        while UNITS_WORDS.get(self.word(), 10) <= 9:
            digits += str(UNITS_WORDS[self.word()])
            self.place += 1
        return value + Decimal(f"0.{digits}")

    def with_half(self, value: Decimal) -> Decimal:
        """Returns the value with `and a half` or `and a quarter` added; `two and a half million` is scaled
        whole.
        """
        ahead = (
            2
            if self.word() == "and" and self.word(1) in ("a", "one", "three")
            else 1
            if self.word() == "and"
            else 0
        )
        if not ahead or self.word(ahead) not in FRACTION_WORDS:
            return value
        count = 3 if self.word(1) == "three" else 1
        value += Decimal(FRACTION_WORDS[self.word(ahead)]) * count
        self.place += ahead + 1
        if self.word() in SCALE_WORDS:
            value *= SCALE_WORDS[self.word()]
            self.place += 1
        return value
