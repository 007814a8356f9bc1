"""Draws values close to a given one: a number off by one, one more character, a missing member."""

from __future__ import annotations

import math
from typing import Any

from mapp.model.values import MAX_INTEGER
from mapp.validate.generate.choices import Choices, pick
from mapp.validate.generate.texts import character

MAX_LENGTH = 20_000
"""Longer texts are not changed."""


def neighbour(choices: Choices, value: Any) -> Any:
    """Returns a value of the same type that differs in one place; it may not fit the schema."""
    match value:
        case bool():
            return not value
        case int():
            return _whole(choices, value)
        case float():
            return _double(choices, value)
        case str():
            return _text(choices, value) if len(value) <= MAX_LENGTH else value
        case list():
            return _list(choices, value)
        case dict():
            return _record(choices, value)
        case _:
            return value


def _whole(choices: Choices, number: int) -> int:
    options = (
        number + 1,
        number - 1,
        -number,
        number * 10,
        number // 10,
        number * 2,
        number + choices.below(100),
        0,
    )
    found = pick(choices, options)
    return found if abs(found) <= MAX_INTEGER else number


def _double(choices: Choices, number: float) -> float:
    up, down = math.nextafter(number, math.inf), math.nextafter(number, -math.inf)
    options = (number + 1, number - 1, -number, number * 10, number / 10, up, down, float(round(number, 1)))
    found = pick(choices, options)
    return found if math.isfinite(found) else number


def _text(choices: Choices, text: str) -> str:
    start = choices.below(len(text) + 1)
    end = min(len(text), start + 1 + choices.below(2))
    before, middle, after = text[:start], text[start:end], text[end:]
    match choices.below(9):
        case 0:
            return before + after
        case 1:
            return before + middle + middle + after
        case 2:
            return before + after[:1] + middle + after[1:]
        case 3:
            return before + middle.swapcase() + after
        case 4:
            return before + _next_to(choices, middle) + after
        case 5:
            return before + character(choices) + middle + after
        case 6:
            return before
        case 7:
            return text + text[start:]
        case _:
            return before + pick(choices, text or " ") + after


def _next_to(choices: Choices, middle: str) -> str:
    """Returns the next or previous character, for example the next digit or the letter before."""
    if not middle:
        return character(choices)
    code = ord(middle[0]) + (1 if choices.below(2) else -1)
    return (chr(code) if 0 <= code <= 0x10FFFF and not 0xD800 <= code < 0xE000 else middle[0]) + middle[1:]


def _list(choices: Choices, items: list[Any]) -> list[Any]:
    if not items:
        return items
    at = choices.below(len(items))
    match choices.below(5):
        case 0:
            return items[:at] + items[at + 1 :]
        case 1:
            return [*items[: at + 1], *items[at:]]
        case 2:
            return [*items[:at], neighbour(choices, items[at]), *items[at + 1 :]]
        case 3:
            return items[::-1]
        case _:
            return [*items, neighbour(choices, items[at])]


def _record(choices: Choices, members: dict[str, Any]) -> dict[str, Any]:
    if not members:
        return members
    name = pick(choices, list(members))
    if choices.below(6) == 5:
        return {other: value for other, value in members.items() if other != name}
    return {**members, name: neighbour(choices, members[name])}
