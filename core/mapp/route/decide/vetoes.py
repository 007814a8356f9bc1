"""Vetoes: hard rules that stop a run even if the recogniser is sure.

Each rule looks for something in the request that the call would ignore: a number, a unit, a qualifier, the
opposite job, a second job. What the app's own requests say in the same role never causes a veto.
"""

from collections.abc import Iterator

from mapp.model.manifest import Manifest
from mapp.model.request import Request
from mapp.model.values import JSONValue
from mapp.route.decide.account import free_tokens, own_words
from mapp.route.decide.polarity import opposites
from mapp.route.decide.qualifier_vetoes import qualifier_vetoes
from mapp.route.decide.veto import Veto
from mapp.route.fill.ambiguous_numbers import ambiguous_numbers
from mapp.route.fill.ambiguous_units import ambiguous_units
from mapp.route.fill.board import reading_of
from mapp.route.fill.cues import NO_CUES, Cues
from mapp.route.fill.fill import Filling
from mapp.route.fill.ignored_units import ignored_units
from mapp.route.fill.mixed_units import mixed_units
from mapp.route.fill.people_candidates import uncounted_groups
from mapp.route.fill.slots import slots_of
from mapp.route.read.mention import NUMERIC, Mention
from mapp.route.read.parsed_request import ParsedRequest
from mapp.route.read.tokens import stem

__all__ = ["Veto", "vetoes"]


def vetoes(request: Request, manifest: Manifest, filling: Filling, cues: Cues = NO_CUES) -> tuple[Veto, ...]:
    """Returns every reason not to run the app with these arguments; empty if there is none."""
    reading = reading_of(request, manifest)
    free = free_tokens(reading, filling)
    own = own_words(manifest, cues)
    found = [
        *_missing(filling, cues),
        *_left_over(manifest, filling, cues),
        *_units(reading, manifest, filling, cues),
        *_ambiguous(reading, filling),
        *_ambiguous_amounts(reading, manifest, filling),
        *_relative(reading, manifest, filling),
        *opposites(free, own),
        *qualifier_vetoes(reading, slots_of(manifest), filling, own),
    ]
    return tuple({veto.reason: veto for veto in found}.values())


# Something missing, something left over


def _missing(filling: Filling, cues: Cues) -> Iterator[Veto]:
    if not filling.arguments and cues.requests and not cues.bare:
        yield Veto(name="missing-argument", reason="the request has no argument at all")
    for name in filling.missing:
        yield Veto(name="missing-argument", reason=f"missing: {name}")


def _left_over(manifest: Manifest, filling: Filling, cues: Cues) -> Iterator[Veto]:
    said = f"{manifest.name} {manifest.description}".lower()
    values = _scalars(filling.arguments)
    for mention in filling.unused:
        repeated = any(type(mention.value) is type(value) and mention.value == value for value in values)
        if repeated or mention.soft or mention.ambiguous or mention.text.lower() in cues.leftovers:
            continue
        if mention.kind in NUMERIC and mention.text.lower() in said.split():
            continue
        yield Veto(
            name=f"{_noun(mention)}-left-over",
            reason=f"no argument uses the {_noun(mention)} “{mention.text[:60]}”",
        )


def _noun(mention: Mention) -> str:
    if mention.kind in ("number", "ordinal", "quantity"):
        return "number"
    return {"percent": "percentage", "currency": "amount", "quoted": "quotation"}.get(
        mention.kind, mention.kind
    )


def _scalars(value: JSONValue) -> list[JSONValue]:
    match value:
        case dict():
            return [scalar for inner in value.values() for scalar in _scalars(inner)]
        case list():
            return [scalar for inner in value for scalar in _scalars(inner)]
        case _:
            return [value]


def _units(reading: ParsedRequest, manifest: Manifest, filling: Filling, cues: Cues) -> Iterator[Veto]:
    spans = [(name, (start, end)) for name, start, end in filling.spans]
    slots = {slot.key: slot for slot in slots_of(manifest)}
    measures = {sort for sorts in cues.sorts.values() for sort in sorts}
    for name, sort, mention in ignored_units(reading, tuple(slots.values()), spans):
        slot = slots[name]
        seen = cues.sorts.get(name, ()) if sort in ("percent", "currency") else measures
        if sort in seen or (sort == "currency" and not slot.unit):
            continue
        if not slot.declared_unit and (stem(mention.unit or "") in slot.hints or mention.unit == slot.unit):
            continue
        yield Veto(name="unit-left-over", reason=f"{name} does not have the unit of “{mention.text}”")


def _ambiguous(reading: ParsedRequest, filling: Filling) -> Iterator[Veto]:
    for mention in reading.mentions:
        taken = any(start <= mention.start and mention.end <= end for _, start, end in filling.spans)
        longer = any(
            other is not mention
            and other.kind in ("date", "date-time")
            and other.start <= mention.start < other.end
            for other in reading.mentions
        )
        if mention.kind == "date" and mention.ambiguous and not taken and not longer:
            yield Veto(name="ambiguous-date", reason=f"“{mention.text}” can mean several dates")


def _ambiguous_amounts(reading: ParsedRequest, manifest: Manifest, filling: Filling) -> Iterator[Veto]:
    """Yields numbers and units with several meanings, and amounts whose units do not fit together."""
    slots = slots_of(manifest)
    spans = [(name, (start, end)) for name, start, end in filling.spans]
    for mention, one_value, other_value in ambiguous_numbers(reading, slots, spans):
        reason = f"“{mention.text}” can mean {one_value} or {other_value}"
        yield Veto(name="ambiguous-number", reason=reason)
    for text, meant in ambiguous_units(reading, slots, spans):
        yield Veto(name="ambiguous-unit", reason=f"“{text}” can mean {' or '.join(meant)}")
    for group in uncounted_groups(reading, slots, spans):
        yield Veto(name="uncounted-group", reason=f"the request does not say how many “{group}” are")
    for one, other in mixed_units(reading, slots, spans):
        reason = f"“{one.text}” and “{other.text}” are in different units"
        yield Veto(name="mixed-units", reason=reason)


def _relative(reading: ParsedRequest, manifest: Manifest, filling: Filling) -> Iterator[Veto]:
    """Yields the dates that would fill a missing argument if the app knew what day it is."""
    wanted = {slot.key for slot in slots_of(manifest) if slot.wants in ("date", "date-time") or slot.layout}
    if wanted.isdisjoint(filling.missing):
        return
    for mention in reading.mentions:
        if mention.relative and mention.value is None:
            reason = f"“{mention.text}” depends on today's date, which {manifest.name} does not read"
            yield Veto(name="relative-date", reason=reason)
