"""Units in a request that an app's arguments ignore."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mapp.route.fill.slots import Slot
from mapp.route.read.mention import Mention
from mapp.route.read.parsed_request import ParsedRequest, within
from mapp.route.read.units import dimension_of


def ignored_units(
    reading: ParsedRequest, slots: Sequence[Slot], spans: Sequence[tuple[str, tuple[int, int]]]
) -> Iterator[tuple[str, str, Mention]]:
    """Yields slot, mark and mention of each number whose mark (percent, currency, dimension) is ignored.

    A mark is honoured if the slot has that dimension, or if another slot takes the words of the unit.
    """
    wholes = [mention for mention in reading.numeric if mention.compound]
    units = {slot.key: slot.unit for slot in slots if slot.wants in ("number", "numbers")}
    for mention in reading.mentions:
        if mention.kind not in ("percent", "currency", "quantity") or mention.number is None or mention.soft:
            continue
        sort = (
            mention.kind
            if mention.kind != "quantity"
            else dimension_of(mention.unit or "") or str(mention.unit)
        )
        after = (mention.number[1], mention.end)
        inside = [whole.span for whole in wholes if within(mention.span, [whole]) and whole is not mention]
        for key, (start, end) in spans:
            if key not in units or not (start <= mention.number[0] and mention.number[1] <= end):
                continue
            if (start, end) in inside:
                continue
            honoured = _honours_unit(units[key], sort) or any(
                other != key and _names_it(mention, after, span) for other, span in spans
            )
            if not honoured:
                yield key, sort, mention


def _names_it(mention: Mention, after: tuple[int, int], span: tuple[int, int]) -> bool:
    """Returns whether another argument's text is the unit of the amount; of several units, all of it."""
    if mention.compound and len(mention.parts) > 1:
        return span == mention.span
    return span[0] < after[1] and after[0] < span[1]


def _honours_unit(unit: str | None, sort: str) -> bool:
    if unit is None:
        return False
    return dimension_of(unit) == sort or (sort == "percent" and unit in ("percent", "fraction"))
