"""Learns from an app's own requests: weights for the filler's options, and the words of the requests.

`learn` is a structured perceptron (Collins 2002) with averaged weights. A row states the right values, not
their places in the request; of all the ways to get the right values, the one with the best score so far is
assumed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from mapp.model.manifest import Manifest
from mapp.model.request import Phrase
from mapp.model.schema import ABSENT, Absent
from mapp.model.values import JSONValue
from mapp.route.fill.assignment import Search
from mapp.route.fill.board import Board, lay_out, reading_of
from mapp.route.fill.candidate import Option, TextCues
from mapp.route.fill.ignored_units import ignored_units
from mapp.route.fill.slots import Slot, slots_of
from mapp.route.read.lexicon import FUNCTION_WORDS
from mapp.route.read.parsed_request import ParsedRequest

EPOCHS = 8
MARGIN = 0.6
RATE = 0.25
SMALLEST_SHARE = 0.04
"""A word in a smaller share of the requests may as well be part of a value."""
SMALLEST = 0.01
"""Weights closer to zero than this are dropped."""


@dataclass(frozen=True, kw_only=True)
class Cues:
    """What was learned from an app's requests; a JSON document on disk."""

    weights: Mapping[str, float] = field(default_factory=dict)
    starts: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    words: Mapping[str, int] = field(default_factory=dict)
    """The number of requests that contain each free word."""
    forms: tuple[str, ...] = ()
    """The free words of the requests, stemmed, participles marked with `+ed`."""
    leftovers: tuple[str, ...] = ()
    """Mentions, in lower case, that correctly filled requests leave unused (`base 64`, `20%`)."""
    sorts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For each argument, the marks that its numbers may have unconverted: `currency`, `percent`, `length`."""
    qualifiers: tuple[str, ...] = ()
    """The keys of the requests' qualifiers: `exclude weekend`."""
    requests: int = 0
    bare: int = 0
    """The number of requests without any argument."""

    @cached_property
    def text(self) -> TextCues:
        """Returns the words around texts, and the app's own words."""
        return _text_cues(self.starts, self.ends, self.words, self.requests)

    def to_dict(self) -> dict[str, Any]:
        """Returns the cues as a JSON object."""
        return {
            "weights": dict(self.weights),
            "starts": list(self.starts),
            "ends": list(self.ends),
            "words": dict(self.words),
            "forms": list(self.forms),
            "leftovers": list(self.leftovers),
            "sorts": {name: list(sorts) for name, sorts in self.sorts.items()},
            "qualifiers": list(self.qualifiers),
            "requests": self.requests,
            "bare": self.bare,
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> "Cues":
        """Returns the cues that `to_dict` wrote."""
        return cls(
            weights=document["weights"],
            starts=tuple(document["starts"]),
            ends=tuple(document["ends"]),
            words=document["words"],
            forms=tuple(document["forms"]),
            leftovers=tuple(document["leftovers"]),
            sorts={name: tuple(sorts) for name, sorts in document["sorts"].items()},
            qualifiers=tuple(document["qualifiers"]),
            requests=document["requests"],
            bare=document["bare"],
        )


NO_CUES = Cues()


def _text_cues(
    starts: Iterable[str], ends: Iterable[str], words: Mapping[str, int], requests: int
) -> TextCues:
    shares = {
        word: count / requests
        for word, count in words.items()
        if count > 1 and count >= SMALLEST_SHARE * requests and word.isalnum() and word not in FUNCTION_WORDS
    }
    own = frozenset(word for word, share in shares.items() if share > 0.4)
    return TextCues(frozenset(starts), frozenset(ends), own, usual=shares)


# Learning


@dataclass(slots=True)
class _Lesson:
    board: Board
    right: list[frozenset[int] | None]
    """For each slot the options with the right value; None if no option has it."""


def learn(manifest: Manifest, phrases: Sequence[Phrase]) -> Cues:
    """Returns what is learned from the app's positive requests, without those that are held back."""
    rows = [phrase for phrase in phrases if phrase.fits and not phrase.held_back]
    slots = slots_of(manifest)
    readings = [reading_of(phrase.to_request(), manifest) for phrase in rows]
    starts, ends = _text_edges(slots, rows, readings)
    words = dict(Counter(word for reading in readings for word in reading.words))
    text = _text_cues(starts, ends, words, len(rows))
    lessons = [
        _lesson(lay_out(manifest, reading, text), dict(phrase.arguments))
        for phrase, reading in zip(rows, readings, strict=True)
    ]
    weights = _trained(lessons)
    solutions = list(_solved(lessons, weights))
    return Cues(
        weights=weights,
        starts=tuple(sorted(starts)),
        ends=tuple(sorted(ends)),
        words=words,
        forms=tuple(sorted({form for reading in readings for form in reading.forms})),
        leftovers=tuple(sorted({text for solved in solutions for text in _leftovers(*solved)})),
        sorts=_sorts(solutions),
        qualifiers=tuple(sorted({key for solved in solutions for key in _qualifiers(*solved)})),
        requests=len(rows),
        bare=sum(not phrase.arguments for phrase in rows),
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
    slots: Sequence[Slot], rows: Sequence[Phrase], readings: Sequence[ParsedRequest]
) -> tuple[frozenset[str], frozenset[str]]:
    """Returns the stems directly before and directly after the texts of the requests."""
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
    """Returns the changes that let the right options win by a margin; empty if they already do."""
    scores = lesson.board.scores(weights)
    meant = _best(lesson, [_only(row, right) for row, right in zip(scores, lesson.right, strict=True)])
    harder = [
        row
        if right is None
        else [score + (0 if place in right else MARGIN) for place, score in enumerate(row)]
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


def _solved(lessons: Sequence[_Lesson], weights: Mapping[str, float]) -> Iterator[tuple[Board, list[Option]]]:
    """Yields the correctly filled requests, with the option of each slot."""
    for lesson in lessons:
        chosen = _best(lesson, lesson.board.scores(weights))
        if all(right is None or place in right for place, right in zip(chosen, lesson.right, strict=True)):
            yield lesson.board, [row[place] for row, place in zip(lesson.board.options, chosen, strict=True)]


def _leftovers(board: Board, taken: Sequence[Option]) -> Iterator[str]:
    """Yields numbers and quoted texts that a correctly filled request leaves unused: they are no values."""
    spans = [span for option in taken for span in option.spans]
    for mention in [*board.reading.numeric, *board.reading.quoted]:
        if not any(start < mention.end and mention.start < end for start, end in spans):
            yield mention.text.lower()


def _qualifiers(board: Board, taken: Sequence[Option]) -> Iterator[str]:
    """Yields the keys of a request's qualifiers, without those inside its texts."""
    texts = [
        span
        for slot, option in zip(board.slots, taken, strict=True)
        if slot.wants in ("text", "texts", "json")
        for span in option.spans
    ]
    for found in board.reading.qualifiers:
        if not any(start <= found.marker.start < end for start, end in texts):
            yield found.key


def _sorts(solutions: Sequence[tuple[Board, list[Option]]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for board, taken in solutions:
        spans = [
            (slot.key, span) for slot, option in zip(board.slots, taken, strict=True) for span in option.spans
        ]
        for key, sort, _ in ignored_units(board.reading, board.slots, spans):
            found.setdefault(key, set()).add(sort)
    return {key: tuple(sorted(sorts)) for key, sorts in sorted(found.items())}
