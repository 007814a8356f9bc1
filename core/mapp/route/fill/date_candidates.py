"""Dates and times as candidates: in ISO 8601, or in the layout that a slot's description states."""

import re
from collections.abc import Iterator

from mapp.route.fill.candidate import Option, place_of
from mapp.route.fill.slots import Slot, accepts
from mapp.route.fill.weights import active
from mapp.route.read.mention import Mention
from mapp.route.read.parsed_request import ParsedRequest


def moments_for(slot: Slot, reading: ParsedRequest, rank: int) -> Iterator[Option]:
    """Yields the dates, times or date-times of the request that are not ambiguous."""
    weights = active().date
    found = [
        mention for mention in reading.mentions if mention.kind == slot.wants and mention.value is not None
    ]
    for spot, mention in enumerate(found):
        place = place_of(slot, reading, mention.span)
        score = weights.typed + place.near - weights.spot_penalty * abs(spot - rank) - _doubt(mention)
        features = (f"{slot.key}|spot|{spot}", f"{slot.key}|spot|{spot}/{len(found)}")
        yield place.option(mention.value, score, _said(mention), features=features)


def _doubt(mention: Mention) -> float:
    """Returns the penalty for a date that need not be a value, such as `today`."""
    weights = active().date
    return weights.soft_penalty if mention.soft else weights.relative_penalty if mention.relative else 0.0


def _said(mention: Mention) -> str:
    resolved = f", {mention.value}" if mention.relative else ""
    return f"the {mention.kind} “{mention.text}”{resolved}"


def laid_out_for(slot: Slot, reading: ParsedRequest, rank: int) -> Iterator[Option]:
    """Yields the dates and times of the request in the layout that the slot's description states."""
    assert slot.layout is not None
    weights = active().date
    spot = 0
    for mention in reading.mentions:
        if mention.kind not in ("date", "time", "date-time"):
            continue
        if isinstance(mention.value, str):
            value = written(mention.kind, mention.value, slot.layout)
        else:
            alike = re.sub(r"[A-Za-z]", "0", slot.layout) == re.sub(r"\d", "0", mention.text)
            value = mention.text if alike else None
        if value is None or not accepts(slot.schema, value):
            continue
        place = place_of(slot, reading, mention.span)
        score = weights.laid_out + place.near - weights.spot_penalty * abs(spot - rank)
        score -= 0.0 if slot.required else weights.optional_penalty
        score -= _doubt(mention)
        why = f"the {mention.kind} “{mention.text}” as {slot.layout}"
        yield place.option(value, score, why, features=(f"{slot.key}|is|{mention.kind}",))
        spot += 1


def written(kind: str, value: str, layout: str) -> str | None:
    """Returns an ISO date, time or both in a layout such as `MM/DD/YYYY HH:MM`; None if a part is missing."""
    if layout == "ISO":
        return value
    day, _, clock = value.partition("T") if kind == "date-time" else (value, "", value)
    wants_day, wants_clock = "YY" in layout.upper(), ":" in layout
    if (wants_day and kind == "time") or (wants_clock and kind == "date"):
        return None
    if not wants_day:
        return clock[: len(layout)]
    pieces = dict(zip(("YYYY", "MM", "DD"), day.split("-"), strict=False))
    form, _, rest = layout.upper().partition(" " if " " in layout else "T")
    for name, digits in pieces.items():
        form = form.replace(name, digits)
    return f"{form}{layout[len(form)]}{clock.removesuffix('Z')[: len(rest)]}" if rest else form
