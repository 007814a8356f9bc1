"""Draws texts that match a regular expression by walking it; nothing is ever matched here.

Reads the common syntax of ECMAScript and the Rust `regex` crate. Ignores what matters only to a matcher
(anchors, word boundaries, laziness, flags): the caller checks each text afterwards.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Final, NamedTuple

from mapp.validate.generate.choices import Choices, Drawer, NothingFits, length, pick
from mapp.validate.generate.texts import MAX_LENGTH, any_character

USUAL: Final = 2000
"""The approximate length limit for texts if the pattern sets none."""
_MAX_DEPTH: Final = 50
_LARGEST: Final = 0x10FFFF

Ranges = tuple[tuple[int, int], ...]
_DIGITS: Final[Ranges] = ((48, 57),)
_WORD: Final[Ranges] = ((48, 57), (65, 90), (95, 95), (97, 122))
_SPACE: Final[Ranges] = (
    (9, 13),
    (32, 32),
    (0xA0, 0xA0),
    (0x1680, 0x1680),
    (0x2000, 0x200A),
    (0xFEFF, 0xFEFF),
)
_CONTROLS: Final = {"n": 10, "t": 9, "r": 13, "f": 12, "v": 11, "a": 7, "0": 0, "e": 27}
_SAMPLED: Final = (*range(0x590), *range(0xE00, 0xE40), *range(0x1E00, 0x2100), *range(0x4E00, 0x4E40))

_CATEGORIES: Final = {
    "Letter": "L",
    "Alphabetic": "L",
    "Uppercase": "Lu",
    "Lowercase": "Ll",
    "Number": "N",
    "Punctuation": "P",
    "Symbol": "S",
    "Separator": "Z",
    "White_Space": "Z",
    "Emoji": "So",
}


class PatternNode(NamedTuple):
    """A part of a pattern: how to draw a text for it, and the minimum and maximum length of that text."""

    draw: Drawer
    least: int
    most: int


def matching(pattern: str) -> Drawer:
    """Returns a drawer of texts that most likely match a pattern, anchored or not.

    Raises:
        NothingFits: the pattern cannot be read, or its shortest text is too long.
    """
    node = _Reader(pattern).whole()
    if node.least > MAX_LENGTH:
        raise NothingFits(
            f"the pattern demands {node.least:,} characters, and at most {MAX_LENGTH:,} are drawn"
        )
    open_start, open_end = not pattern.startswith(("^", "\\A")), not pattern.endswith(("$", "\\z"))
    if not open_start and not open_end:
        return node.draw

    def drawn(choices: Choices) -> str:
        before = any_character(choices) if open_start and choices.below(3) == 2 else ""
        return (
            before
            + str(node.draw(choices))
            + (any_character(choices) if open_end and choices.below(3) == 2 else "")
        )

    return drawn


class _Reader:
    """Reads one pattern from left to right, in time linear in its length."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.depth = 0

    def whole(self) -> PatternNode:
        node = self.alternatives()
        if self.at < len(self.pattern):
            raise self.unread()
        return node

    def alternatives(self) -> PatternNode:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise self.unread()
        options = [self.sequence()]
        while self.take("|"):
            options.append(self.sequence())
        self.depth -= 1
        if len(options) == 1:
            return options[0]
        drawers = [option.draw for option in options]
        least, most = min(option.least for option in options), max(option.most for option in options)
        return PatternNode(lambda choices: pick(choices, drawers)(choices), least, most)

    def sequence(self) -> PatternNode:
        parts: list[PatternNode] = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            part = self.piece()
            if part is not None:
                parts.append(part)
        if len(parts) == 1:
            return parts[0]
        drawers = [part.draw for part in parts]
        draw = _joined(drawers)
        return PatternNode(draw, sum(part.least for part in parts), sum(part.most for part in parts))

    def piece(self) -> PatternNode | None:
        character = self.next()
        if character in "^$" or (character == "\\" and self.peek() in ("b", "B", "A", "z")):
            self.at += character == "\\"
            return None
        if character == "(":
            return self.repeated(self.group())
        if character == "[":
            return self.repeated(_one_of(self.set()))
        if character == ".":
            return self.repeated(_one_of(_without(((10, 10), (13, 13), (0x2028, 0x2029)))))
        if character == "\\":
            return self.repeated(_one_of(self.escape()))
        return self.repeated(_one_of(((ord(character), ord(character)),)))

    def group(self) -> PatternNode:
        if self.take("?"):
            # (?: …), (?P<name> …), (?<name> …), and flags: (?i) or (?i: …)
            start = self.at
            while self.at < len(self.pattern) and self.pattern[self.at] not in ":>)":
                self.at += 1
            if self.take(")"):
                return PatternNode(lambda _: "", 0, 0)
            if not (self.take(":") or self.take(">")) or self.pattern[start] in "=!":
                raise self.unread()
        node = self.alternatives()
        if not self.take(")"):
            raise self.unread()
        return node

    def repeated(self, node: PatternNode) -> PatternNode:
        """Returns the node repeated as its quantifiers say, if it has any."""
        while (found := self.quantifier()) is not None:
            low, high = found
            if not self.take("?"):
                self.take("+")
            room = max(low, USUAL // max(1, node.most))
            most = room if high is None else min(high, room)
            node = PatternNode(_times(node.draw, low, most), low * node.least, max(1, most) * node.most)
            if node.least > MAX_LENGTH:
                break  # `matching` reports it; reading on could only make it longer
        return node

    def quantifier(self) -> tuple[int, int | None] | None:
        for sign, found in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self.take(sign):
                return found
        end = self.pattern.find("}", self.at)
        if self.peek() != "{" or end < 0:
            return None
        low, comma, high = self.pattern[self.at + 1 : end].partition(",")
        if not low.isdecimal() or (high and not high.isdecimal()):
            return None  # a literal brace
        self.at = end + 1
        return int(low), int(high) if high else None if comma else int(low)

    def set(self) -> Ranges:
        negated = self.take("^")
        found: list[tuple[int, int]] = []
        first = True
        while first or self.peek() != "]":
            first = False
            found += self.member()
        self.at += 1
        return _without(found) if negated else tuple(found)

    def member(self) -> Ranges:
        if self.pattern[self.at : self.at + 2] in ("&&", "--", "~~") or self.peek() == "[":
            raise self.unread()  # sets of sets
        low = self.single()
        if len(low) != 1 or low[0][0] != low[0][1] or self.pattern[self.at : self.at + 1] != "-":
            return low
        if self.pattern[self.at + 1 : self.at + 2] in ("]", ""):
            return low
        self.at += 1
        high = self.single()
        return ((low[0][0], high[-1][1]),)

    def single(self) -> Ranges:
        character = self.next()
        return self.escape() if character == "\\" else ((ord(character), ord(character)),)

    def escape(self) -> Ranges:
        letter = self.next()
        known: dict[str, Ranges] = {"d": _DIGITS, "w": _WORD, "s": _SPACE}
        if letter.lower() in known:
            ranges = known[letter.lower()]
            return ranges if letter.islower() else _without(ranges)
        if letter in "pP":
            ranges = _category(self.name())
            return ranges if letter == "p" else _without(ranges)
        if letter in "xuU":
            code = self.code({"x": 2, "u": 4, "U": 8}[letter])
        elif letter == "c":
            code = ord(self.next()) % 32
        else:
            code = _CONTROLS.get(letter, ord(letter))
        return ((code, code),)

    def name(self) -> str:
        if not self.take("{"):
            return self.next()
        end = self.pattern.find("}", self.at)
        name = self.pattern[self.at : end]
        self.at = end + 1
        return name

    def code(self, digits: int) -> int:
        text = self.name() if self.peek() == "{" else self.pattern[self.at : self.at + digits]
        if not self.pattern[self.at - 1 :].startswith("}"):
            self.at += digits
        try:
            return min(int(text, 16), _LARGEST)
        except ValueError:
            raise self.unread() from None

    def next(self) -> str:
        if self.at >= len(self.pattern):
            raise self.unread()
        self.at += 1
        return self.pattern[self.at - 1]

    def peek(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def take(self, sign: str) -> bool:
        found = self.pattern.startswith(sign, self.at)
        self.at += len(sign) if found else 0
        return found

    def unread(self) -> NothingFits:
        return NothingFits(
            f"the pattern cannot be drawn from: it is not understood at character {self.at + 1}"
        )


def _joined(drawers: list[Drawer]) -> Drawer:
    return lambda choices: "".join([draw(choices) for draw in drawers])


def _times(draw: Drawer, low: int, high: int) -> Drawer:
    return lambda choices: "".join([draw(choices) for _ in range(length(choices, low, high))])


def _one_of(ranges: Ranges) -> PatternNode:
    """Returns a node of one character: often the first or last of a range, mostly a printable one."""
    if not ranges:
        raise NothingFits("the pattern holds a set of no characters")
    if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
        only = chr(ranges[0][0])
        return PatternNode(lambda _: only, 1, 1)
    printable = tuple((max(low, 32), min(high, 126)) for low, high in ranges if low <= 126 and high >= 32)
    wide = sum(high - low + 1 for low, high in ranges) > 200

    def drawn(choices: Choices) -> str:
        usual = printable and (not wide or choices.below(4) < 3)
        low, high = pick(choices, printable if usual else ranges)
        way = choices.below(6)
        code = low + choices.below(high - low + 1) if way < 4 else low if way == 4 else high
        return chr(code) if not 0xD800 <= code < 0xE000 else chr(low)

    return PatternNode(drawn, 1, 1)


def _without(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Returns the complement of some ranges among all characters except surrogates."""
    left: list[tuple[int, int]] = []
    start = 0
    for low, high in sorted([*ranges, (0xD800, 0xDFFF)]):
        if start < low:
            left.append((start, low - 1))
        start = max(start, high + 1)
    return (*left, (start, _LARGEST)) if start <= _LARGEST else tuple(left)


def _category(name: str) -> Ranges:
    """Returns a sample of the characters of a general category such as `L`, `Lu` or `Letter`."""
    short = _CATEGORIES.get(name, name)
    found = tuple((code, code) for code in _SAMPLED if unicodedata.category(chr(code)).startswith(short))
    if not found:
        raise NothingFits(f"the pattern cannot be drawn from: {name!r} is not a general category")
    return found
