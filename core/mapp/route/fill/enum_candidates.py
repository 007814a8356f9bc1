"""Enum values, codes and flags as candidates: stated in the request, or implied by its wording."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from mapp.model.schema import ABSENT
from mapp.model.values import JSONValue
from mapp.route.fill.candidate import Option, place_of
from mapp.route.fill.slots import Slot
from mapp.route.fill.unit_choices import side, unit_evidence
from mapp.route.fill.weights import active
from mapp.route.read.lexicon import FALSE_WORDS, FUNCTION_WORDS, INSTEAD, NEGATIONS, SYNONYMS, TRUE_WORDS
from mapp.route.read.parsed_request import MIN_ALIKE_LENGTH, ParsedRequest, within
from mapp.route.read.tokens import Token, stem, stem_set
from mapp.route.read.units import unit_called

MAX_HITS = 20
"""How many places of one word are tried."""


def choices_for(slot: Slot, reading: ParsedRequest) -> Iterator[Option]:
    """Yields every value of the enum: stated in the request, the default, or implied by the wording."""
    weights = active().enum
    asked = (
        _flag_score(slot, reading) if {"True", "False"} <= {str(value) for value, _ in slot.surfaces} else 0.0
    )
    told = unit_evidence(slot, reading)
    for value, ways in slot.surfaces:
        if asked and str(value) == str(asked > 0):
            yield Option(
                value, weights.by_flag + abs(asked), [f"{slot.key}={value}|told"], "how the request is worded"
            )
        hits = [*hits_for(ways, reading), *_counted_hits(slot, value, reading)]
        hits = [hit for hit in hits if not any(_within(hit[0], each.blocked) for each in told)]
        hits = [(span, strength + side(slot, reading, span)) for span, strength in hits]
        hits = [*((each.span, each.strength) for each in told if each.value == value), *hits]
        bag = [f"{slot.key}={value}|{word}" for word in reading.words]
        default = slot.default is not ABSENT and value == slot.default
        for span, strength in hits[:6]:
            place = place_of(slot, reading, span)
            score = strength + place.near + (weights.stated_default if default else 0)
            why = f"“{reading.text[span[0] : span[1]]}”"
            option = place.option(value, score, why, words=bag, features=(f"{slot.key}={value}|said",))
            option.enum = True
            yield option
        if default:
            yield Option(value, weights.default, [*bag, f"{slot.key}={value}|default"], "the default")
        else:
            low = weights.unsaid_required if slot.required else weights.unsaid
            yield Option(value, low, [*bag, f"{slot.key}={value}|unsaid"], "how the request is worded")


def _within(span: tuple[int, int], outer: tuple[int, int]) -> bool:
    return outer[0] <= span[0] and span[1] <= outer[1]


def _counted_hits(
    slot: Slot, value: JSONValue, reading: ParsedRequest
) -> Iterator[tuple[tuple[int, int], float]]:
    """Yields the numbers that may mean a value made of digits: `three star` for "3"."""
    weights = active().enum
    if not str(value).isdigit():
        return
    if "year" in slot.name and len(str(value)) == 4:
        yield from ((mention.span, weights.year) for mention in reading.numeric if mention.text == str(value))
        return
    for mention in reading.numeric:
        if str(mention.value) == str(value):
            strength = weights.count_in_words if mention.text.isalpha() else weights.count_in_digits
            yield mention.number or mention.span, strength


def codes_for(slot: Slot, reading: ParsedRequest) -> Iterator[Option]:
    """Yields the codes whose meaning the request states: `ironing` for 2."""
    for value, ways in slot.codes:
        for span, strength in list(hits_for(ways, reading))[:1]:
            said = reading.text[span[0] : span[1]]
            score = strength + active().enum.code
            yield Option(value, score, [f"{slot.key}|code"], f"“{said}” stands for it", (span,), enum=True)


def hits_for(
    ways: Sequence[tuple[str, ...]], reading: ParsedRequest
) -> Iterator[tuple[tuple[int, int], float]]:
    """Yields the span of each way to say a value that the request has, longest first, and its strength."""
    taken: set[int] = set()
    for way in ways:
        for place, exact in _openings(way, reading):
            last = _match_from(reading.tokens, place, way) if exact else place
            if last is None or not taken.isdisjoint(range(place, last + 1)):
                continue
            taken.update(range(place, last + 1))
            span = (reading.tokens[place].start, reading.tokens[last].end)
            yield span, _strength(way, span, place, reading) - (0 if exact else active().enum.similar_penalty)


def _openings(way: Sequence[str], reading: ParsedRequest) -> Iterator[tuple[int, bool]]:
    """Yields the places where the phrase may start: its first word, or a word similar to its only one."""
    for place in reading.places.get(way[0], ())[:MAX_HITS]:
        yield place, True
    if len(way) == 1:
        for word in sorted(_alike(way[0], reading)):
            for place in reading.places.get(word, ())[:MAX_HITS]:
                yield place, False


def _strength(way: Sequence[str], span: tuple[int, int], place: int, reading: ParsedRequest) -> float:
    weights = active().enum
    if within(span, reading.quoted):
        return weights.in_quotes
    before = {token.lower for token in reading.tokens[max(0, place - 2) : place]}
    if not before.isdisjoint(INSTEAD):
        return weights.instead
    weak = len(way) == 1 and (way[0] in FUNCTION_WORDS or way[0].isdigit())
    return (weights.weak_word if weak else weights.word) + weights.each_more_word * (len(way) - 1)


@lru_cache(maxsize=2048)
def _synonyms() -> dict[str, frozenset[str]]:
    return {stem(word): frozenset(stem(other) for other in group) for group in SYNONYMS for word in group}


def _alike(meant: str, reading: ParsedRequest) -> set[str]:
    """Returns the stems of the request that mean the same: synonyms and longer forms (`music`, `musical`)."""
    shorter = (meant[:length] for length in range(max(MIN_ALIKE_LENGTH, len(meant) - 3), len(meant)))
    alike = {*_synonyms().get(meant, ()), *reading.clipped.get(meant, ()), *shorter}
    return {word for word in alike if word in reading.places and word != meant}


def _match_from(tokens: Sequence[Token], place: int, way: tuple[str, ...]) -> int | None:
    """Returns the place of the phrase's last word, or None; marks between its words are skipped."""
    for position, word in enumerate(way):
        while position and place < len(tokens) and tokens[place].text in "-_'’/":
            place += 1
        if place >= len(tokens) or tokens[place].stem != word:
            return None
        if position and _is_symbol(way) and tokens[place - 1].end != tokens[place].start:
            return None
        place += 1
    return place - 1


def _is_symbol(way: tuple[str, ...]) -> bool:
    """Returns whether the phrase is a unit's symbol, written without a space: `in3` is not `in 3 days`."""
    return len(way) == 2 and way[1].isdigit() and unit_called(way[0]) is not None


def flags_for(slot: Slot, reading: ParsedRequest) -> Iterator[Option]:
    """Yields true and false, by whether the request asks for what the flag's name says."""
    weights = active().enum
    asked = _flag_score(slot, reading)
    for value in (True, False):
        bag = [f"{slot.key}={value}|{word}" for word in reading.words]
        default = slot.default is not ABSENT and value == slot.default
        score = asked if value else -asked
        if default:
            score += weights.flag_default
        elif slot.default is ABSENT:
            score -= weights.flag_no_default_penalty
        yield Option(value, score, [*bag, f"{slot.key}={value}|{default}"], "how the request is worded")


def _flag_score(slot: Slot, reading: ParsedRequest) -> float:
    """Returns how much the request asks for what the flag's name says: above 0 for yes, below for no."""
    scoring = active().enum
    weights = {
        word: weight for word, weight in slot.weights.items() if word not in _FLAG_WORDS and len(word) > 2
    }
    spoken = {other: word for word in weights for other in (*_alike(word, reading), word)}
    said = 0.0
    sign, firm = 1.0, 0.0
    seen: set[str] = set()
    for place, token in enumerate(reading.tokens):
        word = spoken.get(token.stem)
        if word is None:
            continue
        said += weights[word] if word not in seen else 0
        seen.add(word)
        before = [earlier.lower.removesuffix("-") for earlier in reading.tokens[max(0, place - 3) : place]]
        after = reading.tokens[place + 1].lower if place + 1 < len(reading.tokens) else ""
        if (
            any(word in NEGATIONS or word in FALSE_WORDS or word == "non" for word in before)
            or after in FALSE_WORDS
        ):
            sign = -1.0
        firm = max(firm, scoring.flag_firm if after in TRUE_WORDS else 0.0)
    share = said / (sum(weights.values()) or 1.0)
    return sign * (scoring.flag * share + firm) if share >= scoring.flag_share else 0.0


_FLAG_WORDS = stem_set("include is get show use return with has allow enable only the flag should")
