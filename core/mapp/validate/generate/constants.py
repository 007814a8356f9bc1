"""Reads the constants of a source: the numbers and texts that it compares with, or looks for.

Mistakes sit where a program changes its mind, and programs write down where that is.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, TypeVar

from mapp.syntax import Node, tree_of

Constant = TypeVar("Constant")

MAX_CONSTANTS: Final = 400
"""At most this many numbers, and this many texts, are read."""
MAX_USED: Final = 60
"""How many of each are used, besides fresh ones: a table of a thousand words is not worth more."""
MAX_LENGTH: Final = 60
"""Longer texts are messages or data."""
_FOLDED: Final[Mapping[str, Callable[[float, float], float]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
}
_ESCAPE: Final = re.compile(r"\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_CONTROLS: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_CLASS: Final = re.compile(r"\[\^?((?:\\.|[^\]\\])+)\]|\\(.)|([^\\^$*+?.()|{}\[\]])", re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Constants:
    """The different numbers and texts of a source, in its order; of two sources, the `fresh` ones first.

    `pairs` are numbers that stand next to each other in one condition, as in `price === 5 && rate === 7`;
    `fresh` is how many numbers and texts only one of two sources has.
    """

    numbers: tuple[float, ...] = ()
    texts: tuple[str, ...] = ()
    pairs: tuple[tuple[float, float], ...] = ()
    fresh: int = 0

    def beyond(self, other: Constants) -> Constants:
        """Returns the constants of both sources, with the `fresh` ones that only one of them has first."""
        numbers, texts = _fresh(self.numbers, other.numbers), _fresh(self.texts, other.texts)
        return Constants(
            numbers=tuple(dict.fromkeys([*numbers, *self.numbers])),
            texts=tuple(dict.fromkeys([*texts, *self.texts])),
            pairs=tuple(dict.fromkeys([*self.pairs, *other.pairs])),
            fresh=len(numbers) + len(texts),
        )

    @property
    def used(self) -> Constants:
        """Returns the first constants: the fresh ones and some more."""
        most = MAX_USED + min(self.fresh, MAX_USED)
        return replace(
            self, numbers=self.numbers[:most], texts=self.texts[:most], pairs=self.pairs[:MAX_USED]
        )

    @property
    def derived(self) -> tuple[float, ...]:
        """Returns numbers for which a calculation reaches a constant: its root, parts and multiples."""
        found: dict[float, None] = {}
        for number in self.numbers:
            if number > 1:
                found.setdefault(math.sqrt(number))
            found.update(dict.fromkeys((number / 100, number * 100, number / 10, number / 2, -number)))
            found.update(dict.fromkeys((1000 + number, 1_000_000 + number, number * 1000)))
        scales = [number for number in self.numbers if number not in (0, 1)][:8]
        found.update(dict.fromkeys(one / other for one in scales for other in scales if one > other))
        known = set(self.numbers)
        return tuple(number for number in found if number not in known and math.isfinite(number))


def constants_of(source: str) -> Constants:
    """Returns the constants of a source; none if it does not parse.

    >>> constants_of("const main = ({ x }) => (x * x <= 25 * 4 ? 'in' : 'out');")
    Constants(numbers=(100.0, 25.0, 4.0), texts=('in', 'out'), pairs=(), fresh=0)
    """
    tree = tree_of(source)
    if tree is None:
        return Constants()
    numbers: dict[float, None] = {}
    texts: dict[str, None] = {}
    pairs: dict[tuple[float, float], None] = {}
    for node in tree.walk():
        number = _number(node) if node.kind in ("number", "binary_expression", "unary_expression") else None
        if number is not None and math.isfinite(number):
            numbers.setdefault(number)
        elif node.kind == "binary_expression":
            pairs.update(dict.fromkeys(_pairs(node)))
        else:
            texts.update(dict.fromkeys(_texts(node)))
    return Constants(
        numbers=tuple(numbers)[:MAX_CONSTANTS],
        texts=tuple(text for text in texts if 0 < len(text) <= MAX_LENGTH)[:MAX_CONSTANTS],
        pairs=tuple(pairs)[:MAX_CONSTANTS],
    )


def _fresh(own: tuple[Constant, ...], other: tuple[Constant, ...]) -> tuple[Constant, ...]:
    """Returns the constants that only one of two sources has, those of the first source first."""
    here, there = set(own), set(other)
    return (*(row for row in own if row not in there), *(row for row in other if row not in here))


def _number(node: Node) -> float | None:
    """Returns the value of a number, or of a calculation with numbers alone."""
    if node.kind == "number":
        return _literal(node.text)
    if node.kind == "parenthesized_expression" and len(node.parts) == 1:
        return _number(node.parts[0])
    token = node.part("operator")
    if token is None or node.kind not in ("unary_expression", "binary_expression"):
        return None
    sides = [node.part(name) for name in ("argument", "left", "right")]
    values = [_number(side) for side in sides if side is not None]
    if any(value is None for value in values):
        return None
    known = [value for value in values if value is not None]
    if len(known) == 1:
        return -known[0] if token.text == "-" else None
    return _calculated(token.text, *known)


def _calculated(name: str, one: float, other: float) -> float | None:
    if name not in _FOLDED or (name == "**" and abs(other) > 64):
        return None
    try:
        value = _FOLDED[name](one, other)
    except ArithmeticError:
        return None
    return value if isinstance(value, float) else None


def _literal(text: str) -> float | None:
    plain = text.replace("_", "")
    try:
        return float(int(plain, 0))
    except (ValueError, OverflowError):
        pass
    try:
        return float(plain)
    except ValueError:
        return None  # a BigInt


def _pairs(node: Node) -> Iterator[tuple[float, float]]:
    """Yields the numbers of neighbouring comparisons of one `&&`."""
    token = node.part("operator")
    if token is None or token.text != "&&":
        return
    found = [
        value for part in node.walk() if part.kind == "number" and (value := _literal(part.text)) is not None
    ]
    yield from pairwise(found[:8])


def _texts(node: Node) -> Iterator[str]:
    if node.kind == "string":
        yield _unescaped(node.text[1:-1])
    elif node.kind == "string_fragment" and node.parent is not None and node.parent.kind == "template_string":
        yield _unescaped(node.text)
    elif node.kind == "property_identifier" and node.parent is not None and node.parent.kind == "pair":
        yield node.text
    elif node.kind == "regex_pattern":
        yield from _characters(node.text)


def _characters(pattern: str) -> Iterator[str]:
    """Yields the characters that a regular expression names, each alone."""
    for found in _CLASS.finditer(pattern):
        listed, escaped, plain = found.groups()
        if listed is not None:
            yield from (_unescaped(part) for part in re.findall(r"\\.|[^\\-]", listed, re.DOTALL)[:8])
        elif escaped is not None and not escaped.isalnum():
            yield escaped
        elif plain is not None:
            yield plain


def _unescaped(text: str) -> str:
    def meant(found: re.Match[str]) -> str:
        code = found[1] or found[2] or found[3]
        if code is None:
            return _CONTROLS.get(found[4], found[4])
        number = int(code, 16)
        return chr(number) if number <= 0x10FFFF and not 0xD800 <= number < 0xE000 else ""

    return _ESCAPE.sub(meant, text)
