"""Numbers of the request that can be thousands or decimals: `1.250 €` and `1,250 €`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from mapp.route.fill.number_candidates import counts_money
from mapp.route.fill.slots import Slot, accepts
from mapp.route.read.mention import Mention
from mapp.route.read.number import json_number
from mapp.route.read.parsed_request import ParsedRequest
from mapp.route.read.separators import may_be_decimal, may_be_thousands, writes_decimal_commas


def ambiguous_numbers(
    reading: ParsedRequest, slots: Sequence[Slot], spans: Sequence[tuple[str, tuple[int, int]]]
) -> Iterator[tuple[Mention, str, str]]:
    """Yields each number with the two things that it can mean, where neither the argument that takes it nor
    another number of the request shows which is meant.

    A dot before three digits is a decimal point unless it is money, or the argument takes only whole
    numbers. A comma there separates thousands unless another number has a decimal comma. In a list a comma
    separates two numbers (`3,5`), unless another number has a decimal point.
    """
    commas = "," in reading.text and writes_decimal_commas(reading.text)
    for mention in reading.mentions:
        if mention.kind != "number":
            continue
        text = mention.text.lstrip("-−+")
        thousands, decimal = may_be_thousands(text), may_be_decimal(text)
        if thousands is not None and not commas:
            marks = {other.kind for other in reading.mentions if other.number == mention.span}
            takers = [slot for slot in slots if _takes(slot, mention, spans)]
            if marks & {"quantity", "percent"}:
                continue
            money = "currency" in marks
            if _is_open(takers, slots, thousands, money=money):
                yield mention, f"{thousands}", _plain(Decimal(text))
        elif decimal is not None and commas:
            yield mention, text.replace(",", ""), _plain(decimal)
        elif mention.loose and "," in text and _POINT.search(reading.text) and _listed(mention, slots, spans):
            yield mention, _plain(Decimal(text.replace(",", "."))), text.replace(",", " and ")


def _listed(mention: Mention, slots: Sequence[Slot], spans: Sequence[tuple[str, tuple[int, int]]]) -> bool:
    return any(slot.wants == "numbers" and _takes(slot, mention, spans) for slot in slots)


_POINT = re.compile(r"\d\.\d")


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _is_open(takers: Sequence[Slot], slots: Sequence[Slot], thousands: Decimal, *, money: bool) -> bool:
    """Returns whether the number is an amount of money, or fits no argument but as thousands."""
    if not takers:
        whole = json_number(thousands)
        return any(
            slot.wants == "number" and slot.schema.types == ("integer",) and accepts(slot.schema, whole)
            for slot in slots
        )
    return any(counts_money(slot, marked=money) for slot in takers)


def _takes(slot: Slot, mention: Mention, spans: Sequence[tuple[str, tuple[int, int]]]) -> bool:
    if slot.wants not in ("number", "numbers"):
        return False
    return any(
        key == slot.key and start <= mention.start and mention.end <= end for key, (start, end) in spans
    )
