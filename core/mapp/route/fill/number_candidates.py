"""Numbers as candidates: converted to the slot's unit, percentages, fractions, money and quantities."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from mapp.model.values import JSONValue
from mapp.route.fill.candidate import Option, place_of
from mapp.route.fill.shared_unit import shared_unit
from mapp.route.fill.slots import Slot, accepts
from mapp.route.fill.weights import active
from mapp.route.read.lexicon import FUNCTION_WORDS
from mapp.route.read.mention import NUMERIC, Mention
from mapp.route.read.number import json_number
from mapp.route.read.parsed_request import ParsedRequest, around, within
from mapp.route.read.tokens import Token, stem_set
from mapp.route.read.units import convert, dimension_of

_MONEY = stem_set(
    "price cost amount money salary bill income investment principal budget fee loan payment balance "
    "revenue deposit equity value asset debt profit expense dividend contribution net gross total "
    "wage capital sum spend currency dollars purchase sale"
)
_PRICES = stem_set(
    "price cost money salary bill income budget fee loan payment revenue deposit principal wage expense "
    "purchase sale rent invoice tip debt"
)
"""Names that never mean anything but money."""
_RATES = stem_set("rate percent percentage yield interest growth discount tax tip share ratio probability")


_FRACTION = re.compile(r"[A-Za-z/¼½¾⅐-⅞]")
"""What tells `two thirds` and `1/2`, which are no percentages, from 0.5."""


def amounts_for(slot: Slot, reading: ParsedRequest, rank: int) -> Iterator[Option]:
    """Yields the numbers of the request that the slot accepts; `rank` is its place among the number slots."""
    weights = active().number
    counted = [m for m in reading.numeric if not _doubt(m, around(reading, m.number or m.span)[1], reading)]
    wholes = [mention for mention in reading.numeric if mention.parts]
    compounds = [mention for mention in wholes if mention.compound]
    spots = {mention.start: place for place, mention in enumerate(counted)}
    for mention in reading.mentions:
        if mention.kind not in NUMERIC and mention.kind not in ("duration", "time"):
            continue
        if mention.kind == "currency" and within(mention.span, compounds):
            continue  # `7 pounds 4 ounces` is a weight
        piece = weights.piece_penalty if _is_piece(mention, wholes) else 0.0
        for value, used, score, how in _as_numbers(slot, mention, reading):
            if not accepts(slot.schema, value):
                continue
            number = mention.number if mention.kind == "quantity" else None
            place = place_of(slot, reading, mention.span, number=number or None)
            spot = spots.get(mention.start, -1)
            score += place.near + _number_fit(slot, mention) - _doubt(mention, place.after, reading) - piece
            score -= weights.spot_penalty * abs(spot - rank) if spot >= 0 else weights.no_spot_penalty
            if not slot.required:
                named = place.near > weights.named
                score -= weights.optional_named_penalty if named else weights.optional_penalty
            features = (
                f"{slot.key}|kind|{mention.kind}",
                f"{slot.key}|spot|{spot}",
                f"{slot.key}|spot|{spot}/{len(reading.numeric)}",
                f"{slot.key}|unit|{dimension_of(mention.unit or '') or mention.unit}",
            )
            yield place.option(value, score, how, features=features, spans=(used,))


def _doubt(mention: Mention, after: Sequence[Token], reading: ParsedRequest) -> float:
    """Returns the penalty for a number in words that only counts things: `two places, 14.6 121.0`."""
    if not mention.text.isalpha() or not any(other.text[:1].isdigit() for other in reading.numeric):
        return 0.0
    follows = after[0].lower if after else ""
    counts = (follows.isalpha() and follows not in FUNCTION_WORDS) or follows == "-"
    return active().number.counting_penalty if counts else 0.0


def _is_piece(mention: Mention, wholes: Sequence[Mention]) -> bool:
    """Returns whether the number is a part of a longer one, and so rarely meant alone."""
    start, end = mention.number or mention.span
    return any(
        (
            whole is not mention
            and not whole.loose
            and whole.start <= start
            and end <= whole.end
            and whole.end - whole.start > mention.end - mention.start
            and (whole.number or whole.span) != (start, end)
        )
        or (whole.compound and whole.start <= mention.start and mention.end < whole.end)
        for whole in wholes
    )


def _as_numbers(
    slot: Slot, mention: Mention, reading: ParsedRequest
) -> Iterator[tuple[JSONValue, tuple[int, int], float, str]]:
    """Yields value, span used, score and reason for a mention read as a number, converted if need be."""
    weights = active().number
    if mention.kind == "time":
        return
    if isinstance(mention.value, bool) or not isinstance(mention.value, int | float):
        return
    bare = mention.number or mention.span
    if mention.kind in ("number", "ordinal"):
        if (
            slot.unit == "percent"
            and mention.value
            and abs(mention.value) < 1
            and _FRACTION.search(mention.text)
        ):
            return
        score = weights.number if mention.kind == "number" else weights.ordinal
        score -= weights.soft_penalty if mention.soft else 0
        yield mention.value, bare, score, f"the number “{mention.text}”"
    elif mention.kind == "percent":
        yield from _percent(slot, mention)
    elif mention.kind == "currency":
        other = dimension_of(slot.unit or "")
        foreign = other not in (None, "currency")
        score = weights.currency_for_other_unit if foreign else weights.currency
        yield mention.value, mention.span, score, f"the amount “{mention.text}”"
    else:
        yield from _quantity(slot, mention, bare, reading)


def _percent(slot: Slot, mention: Mention) -> Iterator[tuple[JSONValue, tuple[int, int], float, str]]:
    weights = active().number
    rate = any(word in _RATES for word in (*slot.name, *slot.hints))
    wanted = rate or slot.unit in ("percent", "fraction")
    score = weights.percent_for_rate if wanted else weights.percent
    if slot.unit is not None and slot.unit not in ("percent", "fraction"):
        score = weights.percent_for_other_unit
    assert isinstance(mention.value, int | float)
    if takes_fraction(slot):
        value = json_number(Decimal(str(mention.value)) / 100)
        yield value, mention.span, score, f"“{mention.text}” as a fraction"
    else:
        yield mention.value, mention.span, score, f"“{mention.text}”"


def takes_fraction(slot: Slot) -> bool:
    """Returns whether the slot wants 0.05 for 5 %: judged by its unit, wording, bounds and default."""
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
    slot: Slot, mention: Mention, bare: tuple[int, int], reading: ParsedRequest
) -> Iterator[tuple[JSONValue, tuple[int, int], float, str]]:
    assert isinstance(mention.value, int | float)
    weights = active().number
    unit = mention.unit or ""
    if slot.unit is None and (shared := _in_shared_unit(slot, mention, reading)) is not None:
        value, name = shared
        score = weights.quantity + weights.compound
        score += weights.same_dimension if slot.dimension == dimension_of(unit) else 0.0
        yield value, mention.span, score, f"“{mention.text}” in {name}"
        return
    if slot.unit is None:
        score = weights.quantity if mention.kind == "quantity" else weights.duration
        score -= weights.soft_quantity_penalty if mention.soft else 0.0
        used = mention.span if mention.kind == "duration" else bare
        if slot.dimension is not None and mention.kind == "quantity":
            same = dimension_of(unit) == slot.dimension
            score += weights.same_dimension if same else weights.other_dimension
        yield mention.value, used, score, f"the number in “{mention.text}”"
        return
    converted = convert(Decimal(str(mention.value)), unit, slot.unit)
    value = json_number(round(converted, 12).normalize()) if converted is not None else None
    if value is not None:
        score = weights.soft_converted if mention.soft else weights.converted
        score += weights.compound if mention.compound else 0.0
        yield value, mention.span, score, f"“{mention.text}” in {slot.unit}"
    elif not slot.declared_unit:
        yield mention.value, bare, weights.unconverted, f"the number in “{mention.text}”"


def _in_shared_unit(slot: Slot, mention: Mention, reading: ParsedRequest) -> tuple[JSONValue, str] | None:
    """Returns the amount for an argument without a unit, if it or another amount has several units.

    Beside an argument for the unit it stays in its smallest unit, which that argument then names.
    """
    dimension = dimension_of(mention.unit or "")
    if mention.kind != "quantity" or mention.soft or dimension is None:
        return None
    if slot.unit_beside or (unit := shared_unit(reading, dimension)) is None:
        return (mention.value, str(mention.unit)) if mention.compound else None
    amount = convert(Decimal(str(mention.value)), str(mention.unit), unit)
    return None if amount is None else (json_number(round(amount, 12).normalize()), unit)


def counts_money(slot: Slot, *, marked: bool) -> bool:
    """Returns whether a slot takes money: by its name; for any but a rate, by the currency of the number."""
    if _RATES & set(slot.name):
        return False
    return marked or bool(_PRICES & set(slot.name))


def _number_fit(slot: Slot, mention: Mention) -> float:
    """Returns how well the kind of number suits the slot's words: money, a rate, a year."""
    weights = active().number
    score = 0.0
    about = {*slot.name, *slot.hints}
    money, rate = (
        bool(_MONEY & set(slot.name)) or (bool(_MONEY & about) and not (_RATES & set(slot.name))),
        _RATES & about,
    )
    if mention.kind == "currency":
        score += weights.money_for_money if money else weights.money_for_rate if rate else 0.0
    elif mention.kind == "percent" and money and not rate:
        score -= weights.percent_for_money_penalty
    if mention.kind == "number" and isinstance(mention.value, int) and 1500 <= mention.value <= 2200:
        year = "year" in slot.name
        score += weights.year if year and "," not in mention.text else weights.year_elsewhere
    elif "year" in slot.name and slot.unit is None and mention.kind == "number":
        score -= weights.not_a_year_penalty
    return score
