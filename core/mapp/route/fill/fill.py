"""Fills an app's typed arguments from a request, or says what is missing.

Every value comes from the request, the schema or the attachment; nothing is made up. The options for each
argument are scored by general knowledge and by what was learned from the app's own requests, and then chosen
jointly.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mapp.model.manifest import Manifest
from mapp.model.request import Request
from mapp.model.schema import ABSENT
from mapp.model.validation import violations
from mapp.model.values import JSONValue
from mapp.route.fill.assignment import Search
from mapp.route.fill.board import Board, lay_out, reading_of
from mapp.route.fill.candidate import Option
from mapp.route.fill.candidates import attached_value
from mapp.route.fill.cues import NO_CUES, Cues, learn
from mapp.route.fill.slots import Slot
from mapp.route.read.identifiers import SOLID
from mapp.route.read.mention import Mention, outermost

__all__ = ["Cues", "Filling", "fill", "learn"]

RULED_OUT = -1e6
SHARPNESS = 1.35
"""How fast a rival's share falls with its distance from the best assignment."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Filling:
    """The arguments that a request gives an app, without defaults; what is missing; what is unused."""

    arguments: dict[str, JSONValue]
    missing: tuple[str, ...]
    """Required arguments without a value, and arguments whose value does not fit the schema."""
    unused: tuple[Mention, ...]
    """Numbers, dates and quoted texts of the request that no argument uses."""
    evidence: tuple[str, ...]
    """For each argument, where its value comes from."""
    confidence: float
    """From 0 to 1: the share of this choice among the ways to fill the arguments."""
    spans: tuple[tuple[str, int, int], ...] = ()
    """Which argument uses which part of the request: name, start, end."""


def fill(request: Request, manifest: Manifest, cues: Cues = NO_CUES) -> Filling:
    """Returns the arguments that the request gives the app."""
    board = lay_out(manifest, reading_of(request, manifest), cues.text)
    scores = board.scores(cues.weights)
    chosen, _ = Search(scores, board.used).run()
    taken = [row[place] for row, place in zip(board.options, chosen, strict=True)]
    taken = _with_attachment(board.slots, taken, request.attachment)
    arguments, evidence = _gathered(board.slots, taken)
    missing = _missing(manifest, board.slots, taken, arguments)
    unused = tuple(_unused(board, taken))
    return Filling(
        arguments=arguments,
        missing=missing,
        unused=unused,
        evidence=evidence,
        spans=tuple(
            (slot.key, *span)
            for slot, option in zip(board.slots, taken, strict=True)
            for span in option.spans
        ),
        confidence=0.0
        if missing
        else _confidence(
            board, scores, chosen, sum(1 for mention in unused if _matters(mention, manifest, cues))
        ),
    )


def _with_attachment(slots: Sequence[Slot], taken: list[Option], attachment: str | None) -> list[Option]:
    """Returns the options, with the attachment in the first required text, list or object without a value."""
    if attachment is None or any(slot.attachment for slot in slots):
        return taken
    for place, (slot, option) in enumerate(zip(slots, taken, strict=True)):
        if slot.required and option.value is ABSENT and slot.wants in ("text", "texts", "numbers", "json"):
            value = attached_value(slot, attachment)
            if value is not ABSENT:
                return [*taken[:place], Option(value, 5.0, [], "the attached text"), *taken[place + 1 :]]
    return taken


def _gathered(slots: Sequence[Slot], taken: Sequence[Option]) -> tuple[dict[str, JSONValue], tuple[str, ...]]:
    arguments: dict[str, JSONValue] = {}
    evidence = []
    for slot, option in zip(slots, taken, strict=True):
        if option.value is ABSENT or (not option.spans and option.value == slot.default):
            continue
        inside = arguments
        for name in slot.path[:-1]:
            inner = inside.setdefault(name, {})
            assert isinstance(inner, dict)
            inside = inner
        inside[slot.path[-1]] = option.value
        evidence.append(f"{slot.key}: {option.why}")
    return arguments, tuple(evidence)


def _missing(
    manifest: Manifest, slots: Sequence[Slot], taken: Sequence[Option], arguments: dict[str, JSONValue]
) -> tuple[str, ...]:
    names = [
        slot.key
        for slot, option in zip(slots, taken, strict=True)
        if slot.required and option.value is ABSENT and (len(slot.path) == 1 or slot.path[0] in arguments)
    ]
    names += [
        argument.name
        for argument in manifest.arguments
        if argument.required
        and argument.name not in arguments
        and not any(slot.key == argument.name for slot in slots)
    ]
    for argument in manifest.arguments:
        if argument.name in arguments and violations(argument.schema, arguments[argument.name]):
            names.append(argument.name)
    return tuple(dict.fromkeys(names))


def _unused(board: Board, taken: Sequence[Option]) -> Iterator[Mention]:
    """Yields what no argument uses: numbers unless overlapped, anything else unless covered as a whole."""
    spans = [span for option in taken for span in option.spans]
    whole = [
        mention
        for mention in outermost(board.reading.mentions, frozenset({"date", "date-time", "identifier"}))
        if not mention.soft
        and not (mention.relative and mention.value is None)
        and (mention.kind != "identifier" or (mention.unit in SOLID and mention.unit != "path"))
    ]
    values = [span for option in taken if not option.enum for span in option.spans]
    for mention in board.reading.numeric:
        numbers = mention.parts or (mention.number or mention.span,)
        using = values if mention.compound else spans
        if not all(any(start < last and first < end for start, end in using) for first, last in numbers):
            yield mention
    for mention in [*whole, *board.reading.quoted]:
        used = any(start <= mention.start and mention.end <= end for start, end in spans)
        nested = any(
            other.start < mention.start and mention.end < other.end for other in board.reading.quoted
        )
        if not used and not nested:
            yield mention


def _matters(mention: Mention, manifest: Manifest, cues: Cues) -> bool:
    """Returns whether an unused mention is a doubt: not if the app describes itself with it."""
    said = f"{manifest.name} {manifest.description}".lower()
    return mention.text.lower() not in cues.leftovers and mention.text not in re.findall(r"\d+", said)


def _confidence(board: Board, scores: Sequence[Sequence[float]], chosen: Sequence[int], unused: int) -> float:
    """Returns the share of the best assignment among its rivals, halved for each unused mention.

    A rival is the best assignment in which one slot has another value. Two slots that change places are one
    rival: `now 66, before 60` may be read both ways round.
    """
    best = sum(row[place] for row, place in zip(scores, chosen, strict=True))
    rivals: dict[tuple[int, ...], float] = {}
    for slot, place in enumerate(chosen):
        value = board.options[slot][place].value
        others = [
            score if option.value != value else RULED_OUT
            for score, option in zip(scores[slot], board.options[slot], strict=True)
        ]
        found, total = Search([*scores[:slot], others, *scores[slot + 1 :]], board.used).run()
        if found and total > RULED_OUT / 2:
            rivals[tuple(found)] = total
    share = 1 / (1 + sum(math.exp(-SHARPNESS * (best - total)) for total in rivals.values()))
    return round(share * 0.5**unused, 4)
