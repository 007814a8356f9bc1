"""What an app's own requests teach the filler: weights for its options, and the words its requests are made of.

`learn` is a structured perceptron (Collins 2002) with averaged weights. The request says which values are right, not
where they stand; of all the ways to read the right values, the one that scores best so far is taken to be meant.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from mapp.model.manifest import Manifest
from mapp.model.request import Phrase
from mapp.model.schema import ABSENT, Absent
from mapp.model.values import JSONValue
from mapp.route.assign import Search, masks
from mapp.route.options import Option, Reading, TextCues, options_for, read
from mapp.route.slots import Slot, slots_of

EPOCHS = 8
MARGIN = 0.6
RATE = 0.25
SMALLEST = 0.01
"""Weights nearer to zero than this are dropped."""


@dataclass(frozen=True, kw_only=True)
class Cues:
    """What was learned from an app's requests; a plain JSON document on disk."""

    weights: Mapping[str, float] = field(default_factory=dict)
    starts: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    words: Mapping[str, int] = field(default_factory=dict)
    """In how many of the requests each free word stands."""
    leftovers: tuple[str, ...] = ()
    """Mentions, in lower case, that right readings of its requests leave unused (`base 64`, `20%`)."""
    units: tuple[str, ...] = ()
    """Units that its requests carry."""
    requests: int = 0

    @cached_property
    def text(self) -> TextCues:
        """Returns where texts begin and end."""
        return TextCues(frozenset(self.starts), frozenset(self.ends))

    def to_dict(self) -> dict[str, Any]:
        """Returns the cues as a JSON object."""
        return {
            "weights": dict(self.weights),
            "starts": list(self.starts),
            "ends": list(self.ends),
            "words": dict(self.words),
            "leftovers": list(self.leftovers),
            "units": list(self.units),
            "requests": self.requests,
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> "Cues":
        """Returns the cues that `to_dict` wrote."""
        lists = {name: tuple(document[name]) for name in ("starts", "ends", "leftovers", "units")}
        counts = {name: document[name] for name in ("weights", "words", "requests")}
        return cls(**lists, **counts)


NO_CUES = Cues()


@dataclass(slots=True)
class Board:
    """One request laid out against one app: the options of each slot, and which of them exclude each other."""

    slots: tuple[Slot, ...]
    reading: Reading
    options: list[list[Option]]
    used: list[list[int]]

    def scores(self, weights: Mapping[str, float]) -> list[list[float]]:
        """Returns each option's score with the learned weights added."""
        known = weights.get
        return [
            [option.score + sum(known(feature, 0.0) for feature in option.features) for option in row]
            for row in self.options
        ]


def lay_out(manifest: Manifest, reading: Reading, cues: TextCues) -> Board:
    """Returns the board of a request for an app."""
    slots = slots_of(manifest)
    ranks: Counter[str] = Counter()
    rows = []
    for slot in sorted(slots, key=lambda slot: not slot.required):
        rows.append((slot, options_for(slot, reading, ranks[slot.wants], cues)))
        ranks[slot.wants] += 1
    by_key = {slot.key: row for slot, row in rows}
    options = [by_key[slot.key] for slot in slots]
    return Board(slots, reading, options, masks(options, reading.tokens, _groups(slots)))


def _groups(slots: Sequence[Slot]) -> list[int]:
    """Returns the field of each slot: 0 for values, one for each set of enum values."""
    numbers: dict[str, int] = {}
    found = []
    for slot in slots:
        if slot.wants in ("enum", "boolean"):
            found.append(numbers.setdefault(repr(slot.schema.enum), len(numbers) + 1))
        else:
            found.append(numbers.setdefault("choices", len(numbers) + 1) if slot.choices else 0)
    return found


# Learning


@dataclass(slots=True)
class _Lesson:
    board: Board
    right: list[frozenset[int] | None]
    """For each slot the options with the right value; None where no option has it."""


def learn(manifest: Manifest, phrases: Sequence[Phrase]) -> Cues:
    """Returns what the app's fitting requests teach; those that are held back are left out."""
    rows = [phrase for phrase in phrases if phrase.fits and not phrase.held_back]
    slots = slots_of(manifest)
    readings = [read(phrase.request, phrase.attachment) for phrase in rows]
    starts, ends = _text_edges(slots, rows, readings)
    text = TextCues(starts, ends)
    lessons = [
        _lesson(lay_out(manifest, reading, text), dict(phrase.arguments))
        for phrase, reading in zip(rows, readings, strict=True)
    ]
    weights = _trained(lessons)
    return Cues(
        weights=weights,
        starts=tuple(sorted(starts)),
        ends=tuple(sorted(ends)),
        words=dict(Counter(word for reading in readings for word in reading.words if " " not in word)),
        leftovers=tuple(sorted(set(_leftovers(lessons, weights)))),
        units=tuple(sorted({m.unit for reading in readings for m in reading.mentions if m.unit is not None})),
        requests=len(rows),
    )


def _lesson(board: Board, arguments: Mapping[str, JSONValue]) -> _Lesson:
    right: list[frozenset[int] | None] = []
    for slot, row in zip(board.slots, board.options, strict=True):
        wanted = _wanted(slot, arguments)
        places = frozenset(place for place, option in enumerate(row) if _same(option.value, wanted, slot))
        right.append(places or None)
    return _Lesson(board, right)


def _wanted(slot: Slot, arguments: Mapping[str, JSONValue]) -> JSONValue | Absent:
    value: JSONValue | Absent = dict(arguments)
    for name in slot.path:
        if not isinstance(value, dict) or name not in value:
            return slot.default
        value = value[name]
    return value


def _same(value: JSONValue | Absent, wanted: JSONValue | Absent, slot: Slot) -> bool:
    if value is ABSENT:
        return wanted is ABSENT or (slot.default is not ABSENT and wanted == slot.default)
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    return value == wanted


def _text_edges(
    slots: Sequence[Slot], rows: Sequence[Phrase], readings: Sequence[Reading]
) -> tuple[frozenset[str], frozenset[str]]:
    """Returns the stems that stand right before and right after the texts of the requests."""
    starts: set[str] = set()
    ends: set[str] = set()
    for phrase, reading in zip(rows, readings, strict=True):
        for value in _texts(slots, phrase):
            at = reading.text.find(value)
            if at < 0 or not value:
                continue
            before = [token for token in reading.tokens if token.end <= at]
            after = [token for token in reading.tokens if token.start >= at + len(value)]
            starts.update(token.stem for token in before[-1:] if token.text[0].isalnum())
            ends.update(token.stem for token in after[:1] if token.text[0].isalnum())
    return frozenset(starts), frozenset(ends)


def _texts(slots: Sequence[Slot], phrase: Phrase) -> Iterator[str]:
    arguments = dict(phrase.arguments)
    for slot in slots:
        if slot.wants in ("text", "texts"):
            value = _wanted(slot, arguments)
            if isinstance(value, str):
                yield value


def _trained(lessons: Sequence[_Lesson]) -> dict[str, float]:
    weights: dict[str, float] = {}
    sums: dict[str, float] = {}
    clock = 1
    for _ in range(EPOCHS):
        mistakes = 0
        for lesson in lessons:
            changes = _correction(lesson, weights)
            mistakes += bool(changes)
            for feature, change in changes.items():
                weights[feature] = weights.get(feature, 0.0) + change
                sums[feature] = sums.get(feature, 0.0) + clock * change
            clock += 1
        if not mistakes:
            break
    averaged = {feature: weight - sums[feature] / clock for feature, weight in weights.items()}
    return {feature: round(weight, 3) for feature, weight in averaged.items() if abs(weight) >= SMALLEST}


def _correction(lesson: _Lesson, weights: Mapping[str, float]) -> dict[str, float]:
    """Returns how the weights change so that the right reading wins by a margin; nothing when it does."""
    scores = lesson.board.scores(weights)
    meant = _best(lesson, [_only(row, right) for row, right in zip(scores, lesson.right, strict=True)])
    harder = [
        row if right is None else [score + (0 if place in right else MARGIN) for place, score in enumerate(row)]
        for row, right in zip(scores, lesson.right, strict=True)
    ]
    guessed = _best(lesson, harder)
    changes: dict[str, float] = {}
    for slot, (good, bad) in enumerate(zip(meant, guessed, strict=False)):
        right = lesson.right[slot]
        if right is None or bad in right:
            continue
        for place, step in ((good, RATE), (bad, -RATE)):
            for feature in lesson.board.options[slot][place].features:
                changes[feature] = changes.get(feature, 0.0) + step
    return {feature: change for feature, change in changes.items() if change}


def _only(row: Sequence[float], right: frozenset[int] | None) -> list[float]:
    return [score if right is None or place in right else score - 1000.0 for place, score in enumerate(row)]


def _best(lesson: _Lesson, scores: Sequence[Sequence[float]]) -> list[int]:
    chosen, _ = Search(scores, lesson.board.used).run()
    return chosen


def _leftovers(lessons: Sequence[_Lesson], weights: Mapping[str, float]) -> Iterator[str]:
    """Yields the numbers that right readings leave unused: part of the app's own wording, no value of anybody's."""
    for lesson in lessons:
        chosen = _best(lesson, lesson.board.scores(weights))
        if any(right is not None and place not in right for place, right in zip(chosen, lesson.right, strict=True)):
            continue
        spans = [span for row, place in zip(lesson.board.options, chosen, strict=True) for span in row[place].spans]
        for mention in lesson.board.reading.numeric:
            if not any(start < mention.end and mention.start < end for start, end in spans):
                yield mention.text.lower()
