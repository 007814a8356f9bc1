"""A request and an app side by side: the options of every slot, and which of them exclude each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mapp.model.manifest import Manifest
from mapp.model.request import Request
from mapp.route.fill.assignment import masks
from mapp.route.fill.candidate import Option, TextCues
from mapp.route.fill.candidates import options_for
from mapp.route.fill.slots import Slot, slots_of
from mapp.route.fill.weights import active
from mapp.route.read.parsed_request import ParsedRequest, read
from mapp.route.read.tokens import tokenise


@dataclass(slots=True)
class Board:
    """The options of every slot of an app for one request, and the tokens that each uses."""

    slots: tuple[Slot, ...]
    reading: ParsedRequest
    options: list[list[Option]]
    used: list[list[int]]

    def scores(self, weights: Mapping[str, float]) -> list[list[float]]:
        """Returns each option's score plus the learned weights of its features."""
        known = weights.get
        return [
            [option.score + sum(known(feature, 0.0) for feature in option.features) for option in row]
            for row in self.options
        ]


def reading_of(request: Request, manifest: Manifest) -> ParsedRequest:
    """Returns a request as an app may read it: today's date is for apps with the capability `clock`."""
    today = request.today if manifest.capabilities.clock else None
    return read(request.text, request.attachment, today)


def lay_out(manifest: Manifest, reading: ParsedRequest, cues: TextCues) -> Board:
    """Returns the board of a request for an app."""
    slots = slots_of(manifest)
    texts = sum(slot.required and slot.wants == "text" for slot in slots)
    cues = replace(cues, own=cues.own | _own(manifest), texts=texts)
    ranks: Counter[str] = Counter()
    rows = []
    for slot in sorted(slots, key=lambda slot: not slot.required):
        sort = "moment" if slot.layout else slot.wants
        rows.append((slot, options_for(slot, reading, ranks[sort], cues)))
        ranks[sort] += 1
    _doubt_said_choices(rows)
    by_key = {slot.key: row for slot, row in rows}
    options = [by_key[slot.key] for slot in slots]
    return Board(slots, reading, options, masks(options, reading.tokens, _groups(slots)))


def _doubt_said_choices(rows: Sequence[tuple[Slot, Sequence[Option]]]) -> None:
    """Lowers the score of texts that are a value of another argument: `… in snake_case`."""
    said = {span for _, row in rows for option in row if option.enum for span in option.spans}
    for slot, row in rows:
        for option in row:
            if slot.wants == "text" and not option.enum and len(option.spans) == 1 and not option.quoted:
                start, end = option.spans[0]
                covered = (min(end, last) - max(start, first) for first, last in said)
                if any(2 * length > end - start for length in covered):
                    option.score -= active().text.said_choice_penalty


def _own(manifest: Manifest) -> frozenset[str]:
    """Returns the words of the app's name, and the numbers in its description (`version 4`)."""
    named = {token.stem for token in tokenise(manifest.name) if token.text.isalnum()}
    return frozenset(named | {token.stem for token in tokenise(manifest.description) if token.text.isdigit()})


def _groups(slots: Sequence[Slot]) -> list[int]:
    """Returns the field of each slot: 0 for values, another for each set of enum values."""
    numbers: dict[str, int] = {}
    found = []
    for slot in slots:
        if slot.wants in ("enum", "boolean"):
            found.append(numbers.setdefault(repr(slot.schema.enum), len(numbers) + 1))
        else:
            found.append(numbers.setdefault("choices", len(numbers) + 1) if slot.choices else 0)
    return found
