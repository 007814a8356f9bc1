"""Durations for a text argument with a pattern that the words of the request do not match: `1h30`, `an hour
and a half`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from mapp.route.fill.candidate import Option, place_of
from mapp.route.fill.slots import Slot, accepts
from mapp.route.fill.weights import active
from mapp.route.read.mention import Mention
from mapp.route.read.parsed_request import ParsedRequest
from mapp.route.read.tokens import stem_set
from mapp.route.read.units import convert, dimension_of

_ABOUT = stem_set("duration period timespan interval")
_MAX_SECONDS = 10**9


def durations_for(slot: Slot, reading: ParsedRequest) -> Iterator[Option]:
    """Yields the durations of the request, each in the first common form that the pattern accepts."""
    if slot.schema.pattern is None or not _ABOUT & {*slot.name, *slot.hints}:
        return
    weights = active().text
    for mention in reading.numeric:
        seconds = _seconds(mention)
        if seconds is None or accepts(slot.schema, mention.text):
            continue
        text = next((form for form in _forms(seconds) if accepts(slot.schema, form)), None)
        if text is not None:
            place = place_of(slot, reading, mention.span)
            score = weights.duration_rewritten + place.near
            features = (f"{slot.key}|is|duration",)
            yield place.option(text, score, f"“{mention.text}” as “{text}”", features=features)


def _seconds(mention: Mention) -> int | None:
    """Returns the length of a duration in whole seconds; None for another amount."""
    if mention.kind != "quantity" or mention.soft or dimension_of(mention.unit or "") != "time":
        return None
    seconds = convert(Decimal(str(mention.value)), str(mention.unit), "second")
    if seconds is None or seconds != seconds.to_integral_value() or not 0 < seconds <= _MAX_SECONDS:
        return None
    return int(seconds)


def _forms(seconds: int) -> Iterator[str]:
    """Yields the usual ways to write a duration, those with units first."""
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    parts = [(hours, "h", "H"), (minutes, "min", "M"), (rest, "s", "S")]
    said = [(amount, unit, letter) for amount, unit, letter in parts if amount]
    yield " ".join(f"{amount} {unit}" for amount, unit, _ in said)
    yield " ".join(f"{amount}{unit[0]}" for amount, unit, _ in said)
    yield "".join(f"{amount}{unit[0]}" for amount, unit, _ in said)
    yield "PT" + "".join(f"{amount}{letter}" for amount, _, letter in said)
    yield f"{hours:02d}:{minutes:02d}:{rest:02d}"
    yield f"{hours}:{minutes:02d}"
