"""How clearly the words around a span point to a slot: by its name, its description, `from` and `to`."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from mapp.route.fill.slots import Slot
from mapp.route.fill.weights import active
from mapp.route.read.parsed_request import reach
from mapp.route.read.tokens import Token, stem, stem_set, word_set

FROM_WORDS = stem_set(
    "from start begin beginning origin initial old first source departure lower since before previous"
)
TO_WORDS = stem_set("to end until destination final new second target arrival upper goal till after current")


_EARLIER = word_set("was were been previously formerly originally initially")
_COMPARED = ("compared to", "compared with", "relative to")
_PERIODS = word_set("day week month quarter year season time")
_LATER = word_set("now currently today nowadays")


_MEASURES = {
    "high": "height", "tall": "height", "wide": "width", "broad": "width", "long": "length", "deep": "depth",
    "thick": "thickness", "heavy": "weight", "old": "age",
}  # fmt: skip
"""Adjectives for what a number measures, with the noun."""


def nearness(slot: Slot, before: Sequence[Token], after: Sequence[Token]) -> float:
    """Returns how clearly the words around a span point to the slot, from about -1.5 to 3.5."""
    weights = active().proximity
    named, score = _named(slot, reach(before), weights.name_decay_before), 0.0
    for distance, token in enumerate(reach(before)):
        if token.stem in slot.hints and token.stem not in slot.name:
            score = max(
                score, (weights.hint_before - weights.hint_decay_before * distance) * slot.hints[token.stem]
            )
    following = []
    for token in _telling(after):
        if token.text in ",.;:?!" or token.lower in ("and", "or"):
            break
        following.append(token)
    said_after = _named(slot, following[:2], weights.name_decay_after, measures=_MEASURES)
    named = max(named, said_after - weights.name_after_penalty)
    for distance, token in enumerate(following):
        if token.stem in slot.hints and token.stem not in slot.name:
            score = max(
                score, (weights.hint_after - weights.hint_decay_after * distance) * slot.hints[token.stem]
            )
    score = max(score, named)
    return score + _direction(slot, before)


def _named(
    slot: Slot, words: Sequence[Token], decay: float, measures: Mapping[str, str] = MappingProxyType({})
) -> float:
    """Returns how much of the slot's name the words contain; the nearest word counts most."""
    weights = active().proximity
    total = sum(slot.weights.values()) or 1.0
    said: dict[str, int] = {}
    for distance, token in enumerate(words):
        spoken = measures.get(token.lower, token.stem)
        word = spoken if spoken in slot.name else _part_of(token.lower, slot)
        if word:
            said.setdefault(word, distance)
    if not said:
        return 0.0
    share = sum(slot.weights.get(word, 1.0) for word in said) / total
    return weights.name + weights.name_share * min(1.0, share) - decay * min(said.values())


def _part_of(word: str, slot: Slot) -> str:
    """Returns the word of the slot's name that starts or ends with this one: `username` for `user`, or ""."""
    if len(word) < 4 or not word.isalpha():
        return ""
    return next((name for name in slot.name if name.startswith(word) or name.endswith(word)), "")


def _telling(after: Sequence[Token]) -> list[Token]:
    """Returns the next three words that can describe the span before them: `as the exchange rate`."""
    if after and after[0].lower in ("as", "is", "in"):
        after = [token for token in after[1:] if token.lower not in ("the", "a", "my")]
    return list(after[:3])


def _direction(slot: Slot, before: Sequence[Token]) -> float:
    """Returns a bonus for `from X` if the slot is a source, for `to Y` if a target; else a penalty."""
    words = [token.lower for token in before[:3] if token.lower not in ("the", "a", "of")]
    if not words:
        return 0.0
    starts = words[0] in ("from", "between", "since", "starting") or _compared(words)
    ends = words[0] in ("to", "until", "till", "into", "->") or (words[0] == "-" and before[1:2] != [])
    later = words[0] in _LATER or (words[0] in _PERIODS and words[1:2] in (["this"], ["current"]))
    ends = (ends and not starts) or later
    begins, finishes = is_about(slot, FROM_WORDS), is_about(slot, TO_WORDS)
    if begins == finishes or not (starts or ends):
        return 0.0
    weight = active().proximity.direction
    return weight if starts == begins else -weight


def _compared(words: Sequence[str]) -> bool:
    """Returns whether a value is what another is compared with: `than X`, `compared to X`, `it was X`.

    The words before it are the nearest first.
    """
    pair = " ".join(reversed(words[:2]))
    if words[0] in _EARLIER or words[0] in ("than", "minus", "instead") or pair in _COMPARED:
        return True
    return not _EARLIER.isdisjoint(words[1:2]) or (
        words[0] in _PERIODS and words[1:2] in (["last"], ["previous"])
    )


def is_about(slot: Slot, words: frozenset[str]) -> bool:
    """Returns whether one of these stems is in the slot's name."""
    return any(word in words for word in slot.name)


_PLACES = stem_set("city location place country state county area region destination origin address town")
_PEOPLE = stem_set("actor actress person receiver player cast starring recipient contact")
_INTRODUCING = stem_set("featuring starring showcasing with named called friend")
_MAKERS = stem_set("author artist director singer band composer painter writer maker")


def prepositional(slot: Slot, before: Sequence[Token]) -> float:
    """Returns a bonus for `in Paris` if the slot is a place, and for `by Orwell` if it is a person."""
    weights = active().proximity
    word = next((token.lower for token in before if token.lower != "the"), "")
    about = {*slot.name, *slot.hints}
    if word in ("in", "at", "near", "around", "from", "to") and _PLACES & about:
        return weights.place
    if word == "by" and _MAKERS & about:
        return weights.maker
    return weights.person if stem(word) in _INTRODUCING and _PEOPLE & about else 0.0
