"""Units of the request that have several sizes: a ton is metric, short or long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mapp.route.fill.slots import Slot, names_units
from mapp.route.read.lexicon import FUNCTION_WORDS
from mapp.route.read.parsed_request import ParsedRequest, within
from mapp.route.read.tokens import Token
from mapp.route.read.units import SIZES, convert_all, unit_called

Spans = Sequence[tuple[str, tuple[int, int]]]


def ambiguous_units(
    reading: ParsedRequest, slots: Sequence[Slot], spans: Spans
) -> Iterator[tuple[str, list[str]]]:
    """Yields the word and what it can mean, where the request does not settle which is meant.

    An app that names units settles it by listing the word itself: `gallon` for the American one.
    """
    choosing = [slot for slot in slots if slot.wants == "enum" and names_units(slot)]
    for token in reading.tokens:
        if (
            not token.text.isalpha()
            or token.lower in FUNCTION_WORDS
            or _part_of_a_longer_unit(token, reading)
        ):
            continue
        if within((token.start, token.end), reading.quoted):
            continue
        meant = _among(choosing, token) if choosing else _converted(reading, slots, spans, token)
        if len(meant) > 1:
            yield token.text, meant


def _among(choosing: Sequence[Slot], token: Token) -> list[str]:
    """Returns the values that only differ in the word before this one: `short ton`, `long ton`."""
    if unit_called(token.text) is None:
        return []
    found: list[str] = []
    for slot in choosing:
        ways = [(str(value), way) for value, every in slot.surfaces for way in every]
        if any(way == (token.stem,) for _, way in ways):
            return []
        found += [value for value, way in ways if len(way) == 2 and way[1] == token.stem]
    return list(dict.fromkeys(found))


def _converted(reading: ParsedRequest, slots: Sequence[Slot], spans: Spans, token: Token) -> list[str]:
    """Returns the sizes of the unit, if an argument takes an amount of it in another unit."""
    unit = unit_called(token.text)
    if unit is None or unit.name not in SIZES:
        return []
    amounts = [
        mention.span
        for mention in reading.mentions
        if mention.kind == "quantity" and mention.start < token.start and token.end <= mention.end
    ]
    takers = [
        slot
        for slot in slots
        for key, (start, end) in spans
        if key == slot.key
        and slot.wants == "number"
        and any(start <= first and last <= end for first, last in amounts)
    ]
    if any(slot.unit is not None and len(convert_all(unit.name, slot.unit)) > 1 for slot in takers):
        return list(SIZES[unit.name].values())
    return []


def _part_of_a_longer_unit(token: Token, reading: ParsedRequest) -> bool:
    """Returns whether the words beside it tell the size: `short tons`, `US gallons`, `fluid ounces`."""
    before = reading.text[: token.start].rstrip(" -").rpartition(" ")[2].lower().strip("(,")
    if before in _TELLING or unit_called(f"{before} {token.text}") is not None:
        return True
    after = reading.text[token.end :].lstrip(" (").partition(" ")[0].lower().rstrip("),.?!")
    return after in _TELLING


_TELLING = frozenset(
    {"us", "u.s.", "american", "imperial", "imp", "uk", "british", "metric", "short", "long", "troy", "fluid"}
    | {"fl", "avoirdupois", "customary", "register", "displacement", "refrigeration"}
)
