"""Units that an app does not honour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mapp.route.fill.slots import Slot
from mapp.route.read.mention import Mention
from mapp.route.read.parsed_request import ParsedRequest
from mapp.route.read.units import dimension_of


def ignored_units(
    reading: ParsedRequest, slots: Sequence[Slot], spans: Sequence[tuple[str, tuple[int, int]]]
) -> Iterator[tuple[str, str, Mention]]:
    """Yields the marks (percent, currency, a unit's dimension) of numbers that were taken without heeding
    them.

    A mark is heeded when the slot is counted in that dimension, or when another slot took the words of the
    unit.
    """
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
        for key, (start, end) in spans:
            if key not in units or not (start <= mention.number[0] and mention.number[1] <= end):
                continue
            heeded = _honours_unit(units[key], sort) or any(
                other != key and first < after[1] and after[0] < last for other, (first, last) in spans
            )
            if not heeded:
                yield key, sort, mention


def _honours_unit(unit: str | None, sort: str) -> bool:
    if unit is None:
        return False
    return dimension_of(unit) == sort or (sort == "percent" and unit in ("percent", "fraction"))
