"""One unit for several amounts, where one of them is in several units: `12 ft 6 in by 10 ft`."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from mapp.route.read.mention import Mention
from mapp.route.read.units import convert, dimension_of

_DECIMALS = 4
_METRIC = frozenset({"m", "km", "cm", "mm", "um", "nm", "kg", "g", "mg", "ug", "t", "l", "ml", "cl", "dl"})
_SMALL = {"length": "mm", "mass": "mg", "volume": "ml", "time": "millisecond", "calendar": "month"}


def common_unit(amounts: Sequence[Mention], written: Sequence[Mention] = ()) -> str | None:
    """Returns the unit in which all the amounts can be counted, if one of them has several units; else None.

    It is the largest in which all of them have at most four decimals (`12 ft 6 in` is 12.5 ft), else the
    smallest. Amounts in metric and in customary units share none.

    Args:
        amounts: amounts of one dimension.
        written: more amounts whose units count, such as the 12 ft in the first one.
    """
    units = sorted({str(mention.unit) for mention in (*amounts, *written)}, key=_size)
    several = any(mention.compound and len(mention.parts) > 1 for mention in amounts)
    if not several or len({unit in _METRIC for unit in units}) > 1:
        return None
    for unit in reversed(units):
        if all(_is_short(counted_in(unit, mention)) for mention in amounts):
            return unit
    return units[0]


def counted_in(unit: str, mention: Mention) -> Decimal | None:
    """Returns the amount in a unit; None if it measures something else."""
    amount = convert(Decimal(str(mention.value)), str(mention.unit), unit)
    return None if amount is None else round(amount, 12).normalize()


def _is_short(amount: Decimal | None) -> bool:
    return amount is not None and amount == round(amount, _DECIMALS)


def _size(unit: str) -> Decimal:
    return convert(Decimal(1), unit, _SMALL.get(dimension_of(unit) or "", unit)) or Decimal(1)
