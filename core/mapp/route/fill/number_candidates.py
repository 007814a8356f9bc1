"""Numbers for slots: converted to the slot's unit, percent or fraction, money or measure."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from mapp.model.values import JSONValue
from mapp.route.fill.candidate import Option
from mapp.route.fill.proximity import nearness
from mapp.route.fill.slots import Slot, accepts
from mapp.route.read.lexicon import FUNCTION_WORDS
from mapp.route.read.mention import NUMERIC, Mention
from mapp.route.read.numbers import json_number
from mapp.route.read.parsed_request import ParsedRequest, around, context
from mapp.route.read.tokens import Token, stem_set
from mapp.route.read.units import convert, dimension_of

_MONEY = stem_set(
    "price cost amount money salary bill income investment principal budget fee loan payment balance "
    "revenue deposit equity value asset debt profit expense dividend contribution net gross total "
    "wage capital sum spend currency dollars purchase sale"
)
_RATES = stem_set("rate percent percentage yield interest growth discount tax tip share ratio probability")


def amounts_for(slot: Slot, reading: ParsedRequest, rank: int) -> Iterator[Option]:
    """Yields the numbers of the request that the slot accepts; `rank` is its place among the number slots."""
    counted = [m for m in reading.numeric if not _doubt(m, around(reading, m.number or m.span)[1], reading)]
    spots = {mention.start: place for place, mention in enumerate(counted)}
    for mention in reading.mentions:
        if mention.kind not in NUMERIC and mention.kind not in ("duration", "time"):
            continue
        for value, used, score, how in _as_numbers(slot, mention):
            if not accepts(slot.schema, value):
                continue
            before, after = around(reading, mention.span)
            if mention.kind == "quantity" and mention.number:
                _, after = around(reading, mention.number)
            spot = spots.get(mention.start, -1)
            near = nearness(slot, before, after)
            score += near + _number_fit(slot, mention, reading) - _doubt(mention, after, reading)
            score -= 0.15 * abs(spot - rank) if spot >= 0 else 0.4
            if not slot.required:
                score -= 0.8 if near > 0.3 else 1.6
            features = [
                *context(slot.key, before, after),
                f"{slot.key}|kind|{mention.kind}",
                f"{slot.key}|spot|{spot}",
                f"{slot.key}|spot|{spot}/{len(reading.numeric)}",
                f"{slot.key}|unit|{dimension_of(mention.unit or '') or mention.unit}",
            ]
            yield Option(value, score, features, how, (used,))


def _doubt(mention: Mention, after: Sequence[Token], reading: ParsedRequest) -> float:
    """Returns how likely a small number in words only counts things: `two places, 14.6 121.0`."""
    if not mention.text.isalpha() or not any(other.text[:1].isdigit() for other in reading.numeric):
        return 0.0
    follows = after[0].lower if after else ""
    return 0.8 if (follows.isalpha() and follows not in FUNCTION_WORDS) or follows == "-" else 0.0


def _as_numbers(slot: Slot, mention: Mention) -> Iterator[tuple[JSONValue, tuple[int, int], float, str]]:
    """Yields value, span used, score and reason of a mention read as a number, converted or as it is."""
    if mention.kind == "time":
        return
    if isinstance(mention.value, bool) or not isinstance(mention.value, int | float):
        return
    bare = mention.number or mention.span
    if mention.kind in ("number", "ordinal"):
        score = 1.2 if mention.kind == "number" else 0.3
        yield mention.value, bare, score - (0.9 if mention.soft else 0), f"the number “{mention.text}”"
    elif mention.kind == "percent":
        yield from _percent(slot, mention)
    elif mention.kind == "currency":
        other = dimension_of(slot.unit or "")
        score = -0.8 if other not in (None, "currency") else 1.5
        yield mention.value, mention.span, score, f"the amount “{mention.text}”"
    else:
        yield from _quantity(slot, mention, bare)


def _percent(slot: Slot, mention: Mention) -> Iterator[tuple[JSONValue, tuple[int, int], float, str]]:
    rate = any(word in _RATES for word in (*slot.name, *slot.hints))
    score = 2.0 if rate or slot.unit in ("percent", "fraction") else 0.9
    if slot.unit is not None and slot.unit not in ("percent", "fraction"):
        score = -0.8
    assert isinstance(mention.value, int | float)
    if takes_fraction(slot):
        value = json_number(Decimal(str(mention.value)) / 100)
        yield value, mention.span, score, f"“{mention.text}” as a fraction"
    else:
        yield mention.value, mention.span, score, f"“{mention.text}”"


def takes_fraction(slot: Slot) -> bool:
    """Whether a percentage has to be divided by a hundred: by unit, by wording, by bounds, by default."""
    if slot.unit in ("percent", "fraction"):
        return slot.unit == "fraction"
    if re.search(
        r"decimal (?:form|number|value)|as a (?:decimal|fraction)|\b0\.\d|between 0 and 1\b", slot.text
    ):
        return True
    if re.search(r"percent|%", slot.text) or "number" not in slot.schema.types:
        return False
    top = slot.schema.maximum if slot.schema.maximum is not None else slot.schema.exclusive_maximum
    if top is not None:
        return top <= 1
    if isinstance(slot.default, int | float):
        return abs(slot.default) < 1
    return True


def _quantity(
    slot: Slot, mention: Mention, bare: tuple[int, int]
) -> Iterator[tuple[JSONValue, tuple[int, int], float, str]]:
    assert isinstance(mention.value, int | float)
    unit = mention.unit or ""
    if slot.unit is None:
        score = (0.9 if mention.kind == "quantity" else -0.5) - (1.4 if mention.soft else 0.0)
        used = mention.span if mention.kind == "duration" else bare
        if slot.dimension is not None and mention.kind == "quantity":
            score += 0.8 if dimension_of(unit) == slot.dimension else -0.8
        yield mention.value, used, score, f"the number in “{mention.text}”"
        return
    converted = convert(Decimal(str(mention.value)), unit, slot.unit)
    value = json_number(round(converted, 12).normalize()) if converted is not None else None
    if value is not None:
        yield value, mention.span, 1.2 if mention.soft else 2.4, f"“{mention.text}” in {slot.unit}"
    elif not slot.declared_unit:
        yield mention.value, bare, 0.4, f"the number in “{mention.text}”"


def _number_fit(slot: Slot, mention: Mention, reading: ParsedRequest) -> float:
    """Returns what kind of number the slot's words ask for: money, a rate, a year, a count of things."""
    score = 0.0
    about = {*slot.name, *slot.hints}
    money, rate = (
        bool(_MONEY & set(slot.name)) or (bool(_MONEY & about) and not (_RATES & set(slot.name))),
        _RATES & about,
    )
    if mention.kind == "currency":
        score += 0.8 if money else -0.5 if rate else 0.0
    elif mention.kind == "percent" and money and not rate:
        score -= 0.8
    if mention.kind == "number" and isinstance(mention.value, int) and 1500 <= mention.value <= 2200:
        year = "year" in slot.name
        score += 1.2 if year and "," not in mention.text else -0.2
    elif "year" in slot.name and slot.unit is None and mention.kind == "number":
        score -= 1.0
    return score
