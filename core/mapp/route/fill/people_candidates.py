"""The size of a group as a candidate for a number of people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mapp.route.fill.candidate import Option, place_of
from mapp.route.fill.slots import Slot, accepts
from mapp.route.fill.weights import active
from mapp.route.read.headcount import Group, groups
from mapp.route.read.headcount import counts_people as precedes_people
from mapp.route.read.parsed_request import ParsedRequest, place_at, within
from mapp.route.read.tokens import stem_set

_PEOPLE = stem_set(
    "people person persons guest guests diner diners head heads traveller traveler passenger attendee "
    "participant member adult visitor player friend headcount partysize payer"
)


def with_groups(slot: Slot, reading: ParsedRequest, amounts: Iterable[Option]) -> Iterator[Option]:
    """Yields the numbers for a slot; if it counts people, the sizes of the groups that the request names
    instead of the numbers inside them.
    """
    counting = counts_people(slot)
    found = groups(reading.tokens) if counting else []
    for option in amounts:
        if any(_inside(option, group) for group in found):
            continue
        if len(option.spans) == 1 and precedes_people(reading.tokens, place_at(reading, option.spans[0][1])):
            option.score += active().number.counts_people * (1 if counting else -1)
        yield option
    for group in found:
        if group.size and accepts(slot.schema, group.size):
            span = (group.start, group.end)
            place = place_of(slot, reading, span)
            score = active().number.people + place.near
            why = f"how many “{reading.text[group.start : group.end]}” are"
            yield place.option(group.size, score, why, features=(f"{slot.key}|kind|group",))


def uncounted_groups(
    reading: ParsedRequest, slots: Sequence[Slot], spans: Sequence[tuple[str, tuple[int, int]]]
) -> Iterator[str]:
    """Yields the groups whose size an argument needs and the request does not say: `me and my friends`."""
    filled = {key for key, _ in spans}
    if any(slot.wants == "number" and counts_people(slot) and slot.key not in filled for slot in slots):
        for group in groups(reading.tokens):
            if not group.size and not within((group.start, group.end), reading.quoted):
                yield reading.text[group.start : group.end]


def _inside(option: Option, group: Group) -> bool:
    return any(group.start <= start and end <= group.end for start, end in option.spans)


def counts_people(slot: Slot) -> bool:
    """Returns whether the argument is a number of people, by its name or its description."""
    if _PEOPLE & set(slot.name):
        return True
    return slot.schema.types == ("integer",) and bool(_PEOPLE & set(slot.hints))
