"""Units as enum values: that of an amount in several units, of `a mile`, and of a word with two meanings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice

from mapp.model.values import JSONValue
from mapp.route.fill.proximity import FROM_WORDS, TO_WORDS, is_about
from mapp.route.fill.slots import Slot, names_units, stems_of
from mapp.route.fill.weights import active
from mapp.route.read.lexicon import FUNCTION_WORDS
from mapp.route.read.mention import Mention
from mapp.route.read.parsed_request import ParsedRequest, within
from mapp.route.read.tokens import Token
from mapp.route.read.units import NAMES, SYMBOLS, Unit, unit_called

MAX_HITS = 20
"""How many places of the request are tried."""

Span = tuple[int, int]
Ways = Sequence[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A place in the request that speaks for a value of the enum, and what it forbids to read there."""

    value: JSONValue
    span: Span
    strength: float
    blocked: Span
    """Where no other value of this enum is said."""


def unit_evidence(slot: Slot, reading: ParsedRequest) -> list[Evidence]:
    """Returns what amounts and ambiguous words say about the unit that a slot names."""
    if not names_units(slot):
        return []
    return list(islice(chain(_of_amounts(slot, reading), _of_words(slot, reading)), MAX_HITS))


def _of_amounts(slot: Slot, reading: ParsedRequest) -> Iterator[Evidence]:
    weights = active().enum
    wholes = [mention for mention in reading.numeric if mention.compound]
    for mention in reading.mentions:
        if mention.kind != "quantity" or mention.number is None or not _tells(mention, reading):
            continue
        if not mention.compound and within(mention.span, wholes):
            continue
        value = next((value for value, ways in slot.surfaces if _unit_of(value, ways) == mention.unit), None)
        if value is None:
            continue
        asked = is_about(slot, FROM_WORDS) - is_about(slot, TO_WORDS)
        span = mention.span if mention.compound else (mention.number[1], mention.end)
        yield Evidence(value, span, weights.word + weights.own_unit * asked, span)


def side(slot: Slot, reading: ParsedRequest, span: Span) -> float:
    """Returns a bonus for the unit right after a number, in the argument that says what the number is in; a
    penalty in the one for the wanted unit.
    """
    asked = is_about(slot, FROM_WORDS) - is_about(slot, TO_WORDS)
    if not asked or not names_units(slot):
        return 0.0
    ends = {(mention.number or mention.span)[1] for mention in reading.numeric}
    return active().enum.after_number * asked if {span[0], span[0] - 1} & ends else 0.0


def _tells(mention: Mention, reading: ParsedRequest) -> bool:
    """Returns whether the unit is not simply the word after a number."""
    assert mention.number is not None
    words = reading.text[mention.number[1] : mention.end]
    before = reading.text[: mention.start].rstrip().rpartition(" ")[2]
    article = reading.text[slice(*mention.number)].isalpha() and mention.soft and mention.value == 1
    article = article and (before in FUNCTION_WORDS or unit_called(before) is None)  # `12 metres a second`
    return mention.compound or article or not any(character.isalnum() for character in words)


def _unit_of(value: JSONValue, ways: Ways) -> str | None:
    unit = unit_called(str(value)) or next((_by_stems()[way] for way in ways if way in _by_stems()), None)
    return unit.name if unit is not None else None


@lru_cache(maxsize=1)
def _by_stems() -> dict[tuple[str, ...], Unit]:
    return {stems_of(name): unit for name, unit in reversed(NAMES.items()) if len(name) > 2}


# Words with two meanings


def _of_words(slot: Slot, reading: ParsedRequest) -> Iterator[Evidence]:
    """Yields the other meaning of a unit's word where the other unit of the request asks for it: the fluid
    ounces of `8 oz in ml`.
    """
    for token in reading.tokens:
        plain = unit_called(token.text) if token.text.isalpha() else None
        if plain is None or _preceded(token, reading):
            continue
        others = {unit.dimension for unit in _other_units(token, reading)}
        if len(others) != 1 or plain.dimension in others:
            continue
        for value, ways in slot.surfaces:
            if any(len(way) == 2 and way[1] == token.stem for way in ways):
                unit = _by_stems().get(next((way for way in ways if way in _by_stems()), ()))
                if unit is not None and unit.dimension in others:
                    span = token.start, token.end
                    yield Evidence(value, span, active().enum.word, span)


def _other_units(token: Token, reading: ParsedRequest) -> Iterator[Unit]:
    for other in reading.tokens:
        unit = NAMES.get(other.lower) or SYMBOLS.get(other.text) if other.text.isalpha() else None
        if unit is not None and other.stem != token.stem and other.lower not in ("a", "in"):
            yield unit


def _preceded(token: Token, reading: ParsedRequest) -> bool:
    """Returns whether the word before makes the unit another one: `fluid ounces`, `short tons`."""
    before = reading.text[: token.start].rstrip(" -").rpartition(" ")[2]
    return unit_called(f"{before} {token.text}") is not None
