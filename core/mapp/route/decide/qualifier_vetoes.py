"""Vetoes for qualifiers: phrases that say which result is meant, and that the call would ignore.

A phrase is heeded if an argument's span covers it, or if the app's own requests or its manifest have it in
the same role: requests with `excluding weekends` do not exempt `excluding the last day`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mapp.route.decide.account import OwnWords
from mapp.route.decide.polarity import opposite_of
from mapp.route.decide.veto import Veto
from mapp.route.fill.fill import Filling
from mapp.route.fill.slots import Slot
from mapp.route.read.parsed_request import ParsedRequest
from mapp.route.read.qualifiers.phrase import Qualifier, Sort
from mapp.route.read.tokens import word_set


@dataclass(frozen=True, kw_only=True, slots=True)
class _Rule:
    """When a qualifier of one sort is a veto.

    Attributes:
        name: the veto's name.
        reason: the explanation; `{}` stands for the phrase.
        unknown: only if the app never uses the word that the phrase is about.
        variety: not if the app's requests have at least so many phrases of the family: then the app takes any
            (rates `per euro`, `per pound`, `per yen`).
    """

    name: str
    reason: str
    unknown: bool = False
    variety: int = 1_000_000


_IGNORED: Final = "the request says “{}”, which no argument takes into account"
_FORM: Final = "the request wants the result “{}”, which the app does not give"
_OTHER: Final = "the request asks for something else: “{}”"
_SECOND: Final = "“{}” asks for a second thing"
_RULES: Final[dict[Sort, _Rule]] = {
    "not": _Rule(name="negation", reason=_IGNORED),
    "exclude": _Rule(name="exclusion", reason=_IGNORED),
    "include": _Rule(name="inclusion", reason=_IGNORED),
    "only": _Rule(name="restriction", reason=_IGNORED, variety=3),
    "each": _Rule(name="restriction", reason=_IGNORED, variety=2),
    "part": _Rule(name="restriction", reason=_IGNORED),
    "method": _Rule(name="restriction", reason=_IGNORED, unknown=True),
    "form": _Rule(name="result-form", reason=_FORM, unknown=True),
    "direction": _Rule(name="result-form", reason=_FORM),
    "unit": _Rule(name="result-form", reason=_FORM),
    "currency": _Rule(name="result-form", reason=_FORM, variety=1),
    "rounding": _Rule(name="result-form", reason=_IGNORED),
    "format": _Rule(name="unknown-format", reason=_IGNORED, unknown=True),
    "variant": _Rule(name="unknown-format", reason=_IGNORED, variety=3),
    "place": _Rule(name="place", reason=_IGNORED, unknown=True, variety=2),
    "authority": _Rule(name="place", reason=_IGNORED, unknown=True, variety=2),
    "obeyed": _Rule(name="place", reason=_IGNORED),
    "trailing": _Rule(name="restriction", reason=_IGNORED, unknown=True),
    "opening": _Rule(name="operation", reason=_OTHER, unknown=True),
    "done": _Rule(name="operation", reason=_IGNORED, unknown=True),
    "also": _Rule(name="second-request", reason=_SECOND),
    "verb": _Rule(name="second-request", reason=_SECOND),
    "tell": _Rule(name="second-request", reason=_SECOND, unknown=True),
    "counted": _Rule(name="other-quantity", reason=_OTHER, unknown=True, variety=6),
    "counted-unit": _Rule(name="other-quantity", reason=_OTHER, variety=6),
    "noun": _Rule(name="other-quantity", reason=_OTHER, unknown=True),
    "asking": _Rule(name="other-quantity", reason=_OTHER, unknown=True),
    "yes-or-no": _Rule(name="other-quantity", reason=_OTHER),
}


def qualifier_vetoes(
    reading: ParsedRequest, slots: Sequence[Slot], filling: Filling, own: OwnWords
) -> Iterator[Veto]:
    """Yields a veto for each qualifier of the request that the app does not heed."""
    texts = {slot.key for slot in slots if slot.wants == "text"}
    for found in reading.qualifiers:
        if found.key in own.said:
            continue
        ends = [found.marker, found.head or found.marker]
        covered = [
            name
            for name, start, end in filling.spans
            if any(start <= token.start and token.end <= end for token in ends)
            and not (name in texts and _is_the_form(found, (start, end)))
        ]
        if covered or (veto := _veto(found, own, reading)) is None:
            continue
        # Last, as it takes longest: most qualifiers do not come so far.
        if found.key not in own.described:
            yield veto


def _is_the_form(found: Qualifier, span: tuple[int, int]) -> bool:
    """Returns whether a text is nothing but the form that the result shall have: `json to xml`."""
    head = found.head
    return found.sort in ("form", "direction") and head is not None and (head.start, head.end) == span


def _veto(found: Qualifier, own: OwnWords, reading: ParsedRequest) -> Veto | None:
    stem = found.head.stem if found.head else ""
    if found.sort in ("asked", "noun", "amount") and stem in own.inputs:
        return Veto(name="other-quantity", reason=_OTHER.format(_phrase(found, reading)))
    if found.sort == "amount" and stem in own.name:
        return Veto(name="other-quantity", reason=_OTHER.format(_phrase(found, reading)))
    if found.sort == "narrated-not" and stem in own.core:
        return Veto(name="negation", reason=_IGNORED.format(_phrase(found, reading)))
    if found.sort == "not" and opposite_of(stem) in own.core and stem not in own.core:
        return None
    rule = _RULES.get(found.sort)
    if rule is None or (rule.unknown and stem in own.words and stem != "us"):
        return None  # the pronoun “us” is in every app's words, and says nothing about the United States
    if own.variety.get(found.key.partition(" ")[0], 0) >= rule.variety:
        return None
    if found.sort == "include" and stem in own.name:
        return None
    if found.sort in ("exclude", "include") and _has_known_noun(found, own, reading):
        return None
    if found.sort == "verb" and stem in own.core:
        return None
    if found.sort == "part" and found.marker.stem in own.core:
        return None  # the app doubles, or halves
    if found.sort in ("unit", "counted-unit") and not own.said and stem in own.words:
        return None  # without requests of its own, the app's description says what it counts
    if found.sort == "opening" and stem.removeprefix("de") in own.words:
        return None
    if found.sort == "only" and found.marker.lower == "just" and stem in own.core:
        return None
    if found.sort == "trailing" and _known_or_repeated(found, own, reading):
        return None
    if found.sort == "counted" and _misspelt(stem, own):
        return None
    return Veto(name=rule.name, reason=rule.reason.format(_phrase(found, reading)))


def _has_known_noun(found: Qualifier, own: OwnWords, reading: ParsedRequest) -> bool:
    """Returns whether the app knows the phrase without its adjective: `without the superfluous spaces`."""
    if found.head is None or found.head.lower in _SELECTING:
        return False
    after = next((token for token in reading.tokens if token.start >= found.head.end), None)
    return after is not None and f"{found.sort} {after.stem}" in own.said


_SELECTING: Final = word_set(
    "first second third last next previous half most least every public bank smallest largest lowest highest"
)
"""Adjectives that choose some of what a noun names."""


def _known_or_repeated(found: Qualifier, own: OwnWords, reading: ParsedRequest) -> bool:
    """Returns whether the app knows one of the words of a phrase, or the request has its last word twice."""
    end = found.head.end if found.head else found.marker.end
    words = [token.stem for token in reading.tokens if found.marker.end <= token.start and token.end <= end]
    return any(word in own.words for word in words) or len(reading.places.get(words[-1], ())) > 1


def _misspelt(word: str, own: OwnWords) -> bool:
    """Returns whether a word has the letters of one of the app's own words, or all but one of them."""
    letters = sorted(word)
    for known in own.words:
        if known[:1] == word[:1] and len(word) > 2 and 0 <= len(known) - len(word) <= 1:
            rest = sorted(known)
            for letter in letters:
                if letter in rest:
                    rest.remove(letter)
            if len(rest) == len(known) - len(word):
                return True
    return False


def _phrase(found: Qualifier, reading: ParsedRequest) -> str:
    head = found.head or found.marker
    start, end = min(found.marker.start, head.start), max(found.marker.end, head.end)
    return reading.text[start:end][:60]
