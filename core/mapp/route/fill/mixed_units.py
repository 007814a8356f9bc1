"""Amounts of one kind in different units, in an app whose arguments state none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mapp.route.fill.shared_unit import shared_unit
from mapp.route.fill.slots import Slot
from mapp.route.read.mention import Mention
from mapp.route.read.parsed_request import ParsedRequest, within
from mapp.route.read.units import dimension_of


def mixed_units(
    reading: ParsedRequest, slots: Sequence[Slot], spans: Sequence[tuple[str, tuple[int, int]]]
) -> Iterator[tuple[Mention, Mention]]:
    """Yields two amounts that the call would add, multiply or compare as if their units were one: the feet
    and the metres of `10 ft by 12 m`.
    """
    plain = {slot.key for slot in slots if slot.wants in ("number", "numbers") and slot.unit is None}
    listing = {slot.key for slot in slots if slot.wants == "numbers"}
    if any(slot.unit_beside for slot in slots):
        return
    first: dict[str, Mention] = {}
    for mention in _measured(reading):
        sort = dimension_of(mention.unit or "") or ""
        takers = {
            key
            for key, (start, end) in spans
            if key in plain and mention.number and start <= mention.number[0] and mention.number[1] <= end
        }
        if not takers or (sort == "currency" and not takers & listing) or shared_unit(reading, sort):
            continue
        earlier = first.setdefault(sort, mention)
        if earlier.unit != mention.unit:
            yield earlier, mention


def _measured(reading: ParsedRequest) -> Iterator[Mention]:
    for mention in reading.mentions:
        if mention.kind not in ("quantity", "currency") or mention.unit is None:
            continue
        longer = [whole for whole in reading.numeric if whole.span != mention.span]
        if not within(mention.span, longer):
            yield mention
