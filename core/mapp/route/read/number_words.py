"""Numbers in plain English words: `twenty-one`, `a hundred and five`, `three and a half`, `two thirds`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from mapp.route.read.fractions import AND_PART, DENOMINATORS, fraction_in_words, mixed_part
from mapp.route.read.lexicon import (
    FRACTION_WORDS,
    NEGATIVE_WORDS,
    ORDINAL_WORDS,
    SCALE_WORDS,
    TENS_WORDS,
    UNITS_WORDS,
)
from mapp.route.read.number import Number
from mapp.route.read.tokens import Token, word_set

_TWO = frozenset({"couple", "pair"})
_TELLING = word_set("of off")
"""What shows that `a third` is a fraction and no place in an order."""


def numbers_in_words(text: str, tokens: Sequence[Token]) -> Iterator[Number]:
    """Yields every number in words; neighbours that do not make one number are separate."""
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
        if (fraction := fraction_in_words(self.tokens, self.place)) is not None:
            return self.part_of_one(*fraction)
        if lower in DENOMINATORS and self.word(1) == "off" and self.word(2):
            return self.done(Decimal(1) / DENOMINATORS[lower], self.place + 1, soft=False)
        if lower in ORDINAL_WORDS:
            return self.done(Decimal(ORDINAL_WORDS[lower]), self.place + 1, soft=True, ordinal=True)
        if lower in FRACTION_WORDS:
            return self.fraction(lower)
        if lower in _TWO or (lower in ("a", "the") and self.word(1) in _TWO):
            return self.couple(self.place + (1 if lower in _TWO else 2))
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

    def part_of_one(self, value: Decimal, after: int) -> tuple[Number, int]:
        """Returns a fraction; `a third` and `one quarter` are soft unless `of` or `off` follows."""
        follows = self.tokens[after].lower if after < len(self.tokens) else ""
        if follows in SCALE_WORDS:
            return self.done(value * SCALE_WORDS[follows], after + 1, soft=False)
        several = self.tokens[after - 1].lower.endswith("s")
        return self.done(value, after, soft=not several and follows not in _TELLING)

    def couple(self, after: int) -> tuple[Number, int] | None:
        """Returns two for `a couple` and `a pair`, with the `of` after it."""
        of = after < len(self.tokens) and self.tokens[after].lower == "of"
        return self.done(Decimal(2), after + of, soft=True) if of or self.word() == "a" else None

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
        if value == value.to_integral_value():
            value = self.with_half(value)
        soft = self.place == self.first + 1 and self.tokens[self.first].lower in ("one", "zero")
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
        match = AND_PART.match(self.text, self.tokens[self.place - 1].end)
        part = mixed_part(match) if match else None
        if match is None or part is None:
            return value
        while self.place < len(self.tokens) and self.tokens[self.place].end <= match.end():
            self.place += 1
        if self.word() in SCALE_WORDS:
            self.place += 1
            return (value + part) * SCALE_WORDS[self.tokens[self.place - 1].lower]
        return value + part
