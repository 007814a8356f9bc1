"""Lists of numbers and texts, and JSON documents, for slots that take several values."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from mapp.model.values import JSONValue
from mapp.route.fill.candidate import Option, TextCues
from mapp.route.fill.enum_candidates import hits_for
from mapp.route.fill.number_candidates import takes_fraction
from mapp.route.fill.proximity import nearness
from mapp.route.fill.slots import Slot, accepts
from mapp.route.fill.text_spans import spans_for
from mapp.route.read.mention import Mention
from mapp.route.read.numbers import json_number
from mapp.route.read.parsed_request import ParsedRequest, around, context


def number_lists_for(slot: Slot, reading: ParsedRequest) -> Iterator[Option]:
    """Yields the lists of numbers of the request, and all its numbers as one list."""
    inner = slot.schema.items
    for mention in reading.mentions:
        if mention.kind not in ("list", "json") or not isinstance(mention.value, list):
            continue
        values = [_listed(slot, value, mention.unit) for value in mention.value]
        if not values or (inner is not None and not all(accepts(inner, value) for value in values)):
            continue
        before, after = around(reading, mention.span)
        score = 2.0 + 0.2 * min(len(values), 6) + nearness(slot, before, after)
        features = [*context(slot.key, before, after), f"{slot.key}|{mention.kind}"]
        yield Option(values, score, features, f"the list “{mention.text}”", (mention.span,))
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
    yield Option(values, 0.6, [f"{slot.key}|all"], "every number of the request", spans)


_ITEM_GAP = re.compile(r"\s*(?:,\s*(?:and\s|or\s)?|\sand\s|\sor\s|&|;)\s*")


def text_lists_for(slot: Slot, reading: ParsedRequest, cues: TextCues) -> Iterator[Option]:
    """Yields lists of texts: in JSON, quoted, words of the enum, or words parted by commas."""
    for mention in reading.mentions:
        if (
            mention.kind == "json"
            and isinstance(mention.value, list)
            and all(isinstance(x, str) for x in mention.value)
        ):
            yield Option(mention.value, 3.0, [f"{slot.key}|json"], "the list in JSON", (mention.span,))
    for run in _runs(reading.quoted, reading.text):
        values: list[JSONValue] = [mention.value for mention in run]
        before, after = around(reading, (run[0].start, run[-1].end))
        score = 1.5 + 0.3 * len(values) + nearness(slot, before, after)
        spans = tuple(mention.span for mention in run)
        yield Option(
            values,
            score,
            [*context(slot.key, before, after), f"{slot.key}|quoted"],
            "the quoted texts",
            spans,
        )
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
    """Yields the items of the enum that the request names, in its order."""
    named: list[tuple[tuple[int, int], JSONValue]] = []
    for value, ways in slot.surfaces:
        hit = next(iter(hits_for(ways, reading)), None)
        if hit is not None:
            named.append((hit[0], value))
    if named:
        named.sort(key=lambda pair: pair[0])
        values = [value for _, value in named]
        yield Option(
            values, 2.0, [f"{slot.key}|known"], "the words of the list", tuple(span for span, _ in named)
        )


def _split_spans(slot: Slot, reading: ParsedRequest, cues: TextCues) -> Iterator[Option]:
    for option in spans_for(slot, reading, cues):
        if not isinstance(option.value, str):
            continue
        items = [item.strip(" '\"") for item in _ITEM_GAP.split(option.value)]
        if all(items) and all(len(item.split()) <= 5 for item in items):
            values: list[JSONValue] = list(items)
            option.value = values
            option.score += 0.7 * min(len(items) - 1, 3)
            yield option


def documents_for(slot: Slot, reading: ParsedRequest) -> Iterator[Option]:
    """Yields the objects or arrays in JSON that the request holds."""
    wanted = set(slot.schema.types) or {"object", "array"}
    for mention in reading.mentions:
        kind = "object" if isinstance(mention.value, dict) else "array"
        if mention.kind == "json" and kind in wanted:
            yield Option(
                mention.value, 3.0, [f"{slot.key}|json"], f"the JSON “{mention.text[:40]}”", (mention.span,)
            )
