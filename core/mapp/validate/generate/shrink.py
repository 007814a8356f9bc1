"""Shrinks counterexamples: finds an input that fails in the same way and is as simple as possible.

Works on JSON values only and tries them in batches, so that shrinking takes few round trips to the sandbox.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from mapp.model.manifest import Manifest
from mapp.model.validation import validator
from mapp.model.values import canonical, number_text
from mapp.validate.generate.inputs import Arguments, is_carried

MAX_ASKED: Final = 1200
"""How many inputs are tried to shrink one counterexample."""
AT_ONCE: Final = 24
_SIMPLE: Final = "0a A1b"

Weight = tuple[float, ...]


def shrunk(
    manifest: Manifest,
    found: Arguments,
    breaks: Callable[[Sequence[Arguments]], Sequence[bool]],
    most: int = MAX_ASKED,
) -> Arguments:
    """Returns the simplest input that still fails like `found`, after at most `most` attempts.

    `breaks` says for a batch of inputs which of them fail. The result does not depend on the clock.
    """
    fits = validator(manifest.input_schema)
    defaults = {row.name: row.schema.default for row in manifest.arguments if row.schema.has_default}
    seen = {canonical(found)}
    left = most
    while left > 0:
        lighter = _lighter(found, defaults, fits, seen, left)
        for batch in lighter:
            left -= len(batch)
            broken = [value for value, is_broken in zip(batch, breaks(batch), strict=True) if is_broken]
            if broken:
                found = min(broken, key=lambda value: _weight(value, defaults))
                break
            if left <= 0:
                return found
        else:
            return found
    return found


def _lighter(
    found: Arguments, defaults: Arguments, fits: Callable[[Any], bool], seen: set[str], most: int
) -> Iterator[list[Arguments]]:
    """Yields batches of simpler inputs that fit and are new, with the largest steps first."""
    weight = _weight(found, defaults)
    batch: list[Arguments] = []
    for value in _simpler_arguments(found, defaults):
        if not is_carried(value) or (text := canonical(value)) in seen:
            continue
        if _weight(value, defaults) < weight and fits(value):
            seen.add(text)
            batch.append(value)
        if len(batch) >= min(AT_ONCE, most):
            yield batch
            batch = []
    if batch:
        yield batch


def _simpler_arguments(found: Arguments, defaults: Arguments) -> Iterator[Arguments]:
    for name, value in found.items():
        if name in defaults:
            yield {**found, name: defaults[name]}
        else:
            yield {other: inner for other, inner in found.items() if other != name}
        for simpler in _simpler(value):
            yield {**found, name: simpler}
    yield from _together(found)


def _together(found: Arguments) -> Iterator[Arguments]:
    """Yields inputs in which equal arguments become simpler together."""
    for value in _twins(list(found.values())):
        for simpler in _simpler(value):
            yield {name: simpler if inner == value else inner for name, inner in found.items()}


def _twins(items: Sequence[Any]) -> list[Any]:
    """Returns the values that occur more than once."""
    texts = [canonical(item) for item in items[:100]]
    return [items[at] for at, text in enumerate(texts) if text not in texts[:at] and text in texts[at + 1 :]]


def _simpler(value: Any) -> Iterator[Any]:
    match value:
        case True:
            yield False
        case bool() | None:
            return
        case int() | float():
            yield from _simpler_number(value)
        case str():
            yield from _simpler_text(value)
        case list():
            yield from _simpler_list(value)
        case dict():
            for name, inner in value.items():
                yield {other: kept for other, kept in value.items() if other != name}
                yield from ({**value, name: simpler} for simpler in _simpler(inner))


def _simpler_number(number: int | float) -> Iterator[int | float]:
    yield from (0, 1, 2, 10)
    if number < 0:
        yield -number
    if isinstance(number, float) and abs(number) < 2**53:
        rest = number - int(number)
        yield from (
            int(number),
            round(number),
            round(rest, 1),
            round(rest, 2),
            round(number, 1),
            round(number, 2),
        )
    root = math.sqrt(abs(number))
    yield int(root) if root < 2**53 else root
    step = 2.0 if isinstance(number, float) else 2
    whole = abs(number) < 2**53 and number == int(number)
    for power in range(1, 54):
        part = int(number) // 2**power if whole else number / step**power
        if not part or (power > 12 and not whole):
            break
        yield number - part if not whole else int(number) - part
    if whole:
        yield int(number) - (1 if number > 0 else -1)


def _simpler_text(text: str) -> Iterator[str]:
    yield ""
    yield from _fewer(text)
    for character in dict.fromkeys(text[:200]):
        for simple in ("", *_SIMPLE) if text.count(character) > 1 else ():
            yield text.replace(character, simple)
    for at, character in enumerate(text[:200]):
        for simple in _SIMPLE:
            if simple != character:
                yield text[:at] + simple + text[at + 1 :]


def _simpler_list(items: list[Any]) -> Iterator[list[Any]]:
    yield []
    yield from _fewer(items)
    for twin in _twins(items):
        for simpler in _simpler(twin):
            yield [simpler if item == twin else item for item in items]
    for at, item in enumerate(items[:100]):
        for simpler in _simpler(item):
            yield [*items[:at], simpler, *items[at + 1 :]]


def _fewer(whole: Any) -> Iterator[Any]:
    """Yields a text or list without a half, a quarter, … and finally without each single part."""
    size = len(whole) // 2
    while size:
        for start in range(0, len(whole), size):
            if len(whole) > size:
                yield whole[:start] + whole[start + size :]
        size = size // 2 if len(whole) <= 400 or size > len(whole) // 50 else 0


def _weight(arguments: Arguments, defaults: Arguments) -> Weight:
    """Returns a sort key for simplicity: number of non-default values, then length, digits, letters."""
    own = {
        name: value for name, value in arguments.items() if name not in defaults or value != defaults[name]
    }
    texts: list[str] = []
    numbers: list[float] = []
    size = _gather(list(own.values()), texts, numbers)
    return (
        len(own),
        size + sum(map(len, texts)),
        sum(len(number_text(float(number))) for number in numbers if number != int(number)),
        sum(abs(number) for number in numbers) + sum(number < 0 for number in numbers) / 2,
        sum(_rank(character) for text in texts for character in text),
    )


def _gather(value: Any, texts: list[str], numbers: list[float]) -> int:
    """Collects the texts and numbers of a value; returns its number of parts, with `true` counted twice."""
    match value:
        case bool():
            return 1 + value
        case int() | float():
            numbers.append(value)
        case str():
            texts.append(value)
        case list():
            return 1 + sum(_gather(item, texts, numbers) for item in value)
        case dict():
            texts.extend(value)
            return 1 + sum(_gather(item, texts, numbers) for item in value.values())
    return 1


def _rank(character: str) -> int:
    place = _SIMPLE.find(character)
    return place if place >= 0 else len(_SIMPLE) + ord(character)
