"""Dates and times for slots, as ISO 8601 or the way a description lays them out."""

import re
from collections.abc import Iterator

from mapp.route.fill.candidate import Option
from mapp.route.fill.proximity import nearness
from mapp.route.fill.slots import Slot, accepts
from mapp.route.read.parsed_request import ParsedRequest, around, context


def moments_for(slot: Slot, reading: ParsedRequest, rank: int) -> Iterator[Option]:
    """Yields the dates, times or date-times of the request that are not ambiguous."""
    found = [
        mention for mention in reading.mentions if mention.kind == slot.wants and mention.value is not None
    ]
    for spot, mention in enumerate(found):
        before, after = around(reading, mention.span)
        score = 2.5 + nearness(slot, before, after) - 0.2 * abs(spot - rank)
        features = [
            *context(slot.key, before, after),
            f"{slot.key}|spot|{spot}",
            f"{slot.key}|spot|{spot}/{len(found)}",
        ]
        yield Option(mention.value, score, features, f"the {mention.kind} “{mention.text}”", (mention.span,))


def laid_out_for(slot: Slot, reading: ParsedRequest, rank: int) -> Iterator[Option]:
    """Yields the dates and times of the request, written the way the slot's description says."""
    assert slot.layout is not None
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
        before, after = around(reading, mention.span)
        score = 3.6 + nearness(slot, before, after) - 0.2 * abs(spot - rank) - (0.0 if slot.required else 0.8)
        features = [*context(slot.key, before, after), f"{slot.key}|is|{mention.kind}"]
        yield Option(
            value, score, features, f"the {mention.kind} “{mention.text}” as {slot.layout}", (mention.span,)
        )
        spot += 1


def written(kind: str, value: str, layout: str) -> str | None:
    """Returns an ISO date, time or both in a layout such as `MM/DD/YYYY HH:MM`; None if it lacks a part."""
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
