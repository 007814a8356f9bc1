"""The unit in which all amounts of one request are counted, for an app that states none."""

from __future__ import annotations

from mapp.route.read.mention import Mention
from mapp.route.read.parsed_request import ParsedRequest
from mapp.route.read.shared_units import common_unit
from mapp.route.read.units import dimension_of


def shared_unit(reading: ParsedRequest, dimension: str) -> str | None:
    """Returns the unit for all amounts of a dimension if one of them has several units; else None."""
    if not any(mention.compound for mention in reading.numeric):
        return None
    found = amounts_of(reading, dimension)
    outer = {id(mention) for mention in reading.numeric}
    return common_unit([mention for mention in found if id(mention) in outer], found)


def amounts_of(reading: ParsedRequest, dimension: str) -> list[Mention]:
    """Returns the amounts of the request that measure the dimension, those inside others too."""
    return [
        mention
        for mention in reading.mentions
        if mention.kind == "quantity" and not mention.soft and dimension_of(mention.unit or "") == dimension
    ]
