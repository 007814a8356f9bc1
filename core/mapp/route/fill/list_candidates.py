"""Lists of numbers, lists of texts and JSON documents as candidates."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from mapp.model.values import JSONValue
from mapp.route.fill.candidate import Option, TextCues, place_of
from mapp.route.fill.enum_candidates import hits_for
from mapp.route.fill.number_candidates import takes_fraction
from mapp.route.fill.slots import Slot, accepts
from mapp.route.fill.text_spans import spans_for
from mapp.route.fill.weights import active
from mapp.route.read.mention import Mention
from mapp.route.read.number import json_number
from mapp.route.read.parsed_request import ParsedRequest


def number_lists_for(slot: Slot, reading: ParsedRequest) -> Iterator[Option]:
    """Yields the lists of numbers in the request, and all its numbers as one list."""
    weights = active().list
    inner = slot.schema.items
    for mention in reading.mentions:
        if mention.kind not in ("list", "json") or not isinstance(mention.value, list):
            continue
        values = [_listed(slot, value, mention.unit) for value in mention.value]
        if not values or (inner is not None and not all(accepts(inner, value) for value in values)):
            continue
        place = place_of(slot, reading, mention.span)
        score = weights.numbers + weights.each_number * min(len(values), 6) + place.near
        why = f"the list “{mention.text}”"
        yield place.option(values, score, why, features=(f"{slot.key}|{mention.kind}",))
    yield from _all_numbers(slot, reading)


def _listed(slot: Slot, value: JSONValue, unit: str | None) -> JSONValue:
    if unit == "percent" and takes_fraction(slot) and isinstance(value, int | float):
        return json_number(Decimal(str(value)) / 100)
    return value


def _all_numbers(slot: Slot, reading: ParsedRequest) -> Iterator[Option]:
    found = [mention for mention in reading.numeric if mention.value is not None]
    values = [_listed(slot, mention.value, mention.unit) for mention in found]
    inner = slot.schema.items
    if not values or (inner is not None and not all(accepts(inner, value) for value in values)):
        return
    spans = tuple(mention.span for mention in found)
    score = active().list.all_numbers
    yield Option(values, score, [f"{slot.key}|all"], "every number of the request", spans)


_ITEM_GAP = re.compile(r"\s*(?:,\s*(?:and\s|or\s)?|\sand\s|\sor\s|&|;)\s*")


def text_lists_for(slot: Slot, reading: ParsedRequest, cues: TextCues) -> Iterator[Option]:
    """Yields lists of texts: JSON lists, quoted texts, items of the enum, and words separated by commas."""
    weights = active().list
    for mention in reading.mentions:
        if (
            mention.kind == "json"
            and isinstance(mention.value, list)
            and all(isinstance(x, str) for x in mention.value)
        ):
            yield Option(
                mention.value, weights.json, [f"{slot.key}|json"], "the list in JSON", (mention.span,)
            )
    for run in _runs(reading.quoted, reading.text):
        values: list[JSONValue] = [mention.value for mention in run]
        place = place_of(slot, reading, (run[0].start, run[-1].end))
        score = weights.quoted + weights.each_quoted * len(values) + place.near
        spans = tuple(mention.span for mention in run)
        features = (f"{slot.key}|quoted",)
        yield place.option(values, score, "the quoted texts", features=features, spans=spans)
    yield from _known_items(slot, reading)
    if not _enumerated(slot):
        yield from _split_spans(slot, reading, cues)


def _enumerated(slot: Slot) -> bool:
    return slot.schema.items is not None and slot.schema.items.enum is not None


def _runs(found: Sequence[Mention], text: str) -> list[list[Mention]]:
    runs: list[list[Mention]] = []
    for mention in found:
        if runs and _ITEM_GAP.fullmatch(text, runs[-1][-1].end, mention.start):
            runs[-1].append(mention)
        else:
            runs.append([mention])
    return runs


def _known_items(slot: Slot, reading: ParsedRequest) -> Iterator[Option]:
    """Yields the items of the enum that the request names, in the order of the request."""
    named: list[tuple[tuple[int, int], JSONValue]] = []
    for value, ways in slot.surfaces:
        hit = next(iter(hits_for(ways, reading)), None)
        if hit is not None:
            named.append((hit[0], value))
    if named:
        named.sort(key=lambda pair: pair[0])
        values = [value for _, value in named]
        spans = tuple(span for span, _ in named)
        score = active().list.enum_items
        yield Option(values, score, [f"{slot.key}|known"], "the words of the list", spans)


def _split_spans(slot: Slot, reading: ParsedRequest, cues: TextCues) -> Iterator[Option]:
    for option in spans_for(slot, reading, cues):
        if not isinstance(option.value, str):
            continue
        items = [item.strip(" '\"") for item in _ITEM_GAP.split(option.value)]
        if all(items) and all(len(item.split()) <= 5 for item in items):
            values: list[JSONValue] = list(items)
            option.value = values
            option.score += active().list.each_split_item * min(len(items) - 1, 3)
            yield option


def documents_for(slot: Slot, reading: ParsedRequest) -> Iterator[Option]:
    """Yields the JSON objects or arrays in the request."""
    wanted = set(slot.schema.types) or {"object", "array"}
    for mention in reading.mentions:
        kind = "object" if isinstance(mention.value, dict) else "array"
        if mention.kind == "json" and kind in wanted:
            why = f"the JSON “{mention.text[:40]}”"
            yield Option(mention.value, active().list.json, [f"{slot.key}|json"], why, (mention.span,))
