"""Enum values, codes and flags: what the request says for them, literally or by how it is worded."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from mapp.model.schema import ABSENT
from mapp.model.values import JSONValue
from mapp.route.fill.candidate import Option
from mapp.route.fill.proximity import nearness
from mapp.route.fill.slots import Slot
from mapp.route.read.lexicon import FALSE_WORDS, FUNCTION_WORDS, INSTEAD, NEGATIONS, SYNONYMS, TRUE_WORDS
from mapp.route.read.parsed_request import MIN_ALIKE_LENGTH, ParsedRequest, around, context, within
from mapp.route.read.tokens import Token, stem, stem_set

MAX_HITS = 20
"""Places of one word that are looked at."""


def choices_for(slot: Slot, reading: ParsedRequest) -> Iterator[Option]:
    """Yields every value of the enum: where the request says it, as the default, or by how it is worded."""
    told = (
        _flag_score(slot, reading) if {"True", "False"} <= {str(value) for value, _ in slot.surfaces} else 0.0
    )
    for value, ways in slot.surfaces:
        if told and str(value) == str(told > 0):
            yield Option(value, 1.0 + abs(told), [f"{slot.key}={value}|told"], "how the request is worded")
        hits = [*hits_for(ways, reading), *_counted_hits(slot, value, reading)]
        bag = [f"{slot.key}={value}|{word}" for word in reading.words]
        default = slot.default is not ABSENT and value == slot.default
        for span, strength in hits[:6]:
            before, after = around(reading, span)
            score = strength + nearness(slot, before, after) + (0.1 if default else 0)
            features = [*bag, *context(slot.key, before, after), f"{slot.key}={value}|said"]
            why = f"“{reading.text[span[0] : span[1]]}”"
            yield Option(value, score, features, why, (span,), enum=True)
        if default:
            yield Option(value, 0.8, [*bag, f"{slot.key}={value}|default"], "the default")
        else:
            low = -1.8 if slot.required else -1.0
            yield Option(value, low, [*bag, f"{slot.key}={value}|unsaid"], "how the request is worded")


def _counted_hits(
    slot: Slot, value: JSONValue, reading: ParsedRequest
) -> Iterator[tuple[tuple[int, int], float]]:
    """Yields the numbers that an enum of digits may mean: `three star` for "3"."""
    if not str(value).isdigit():
        return
    if "year" in slot.name and len(str(value)) == 4:
        yield from ((mention.span, 2.0) for mention in reading.numeric if mention.text == str(value))
        return
    for mention in reading.numeric:
        if str(mention.value) == str(value):
            yield mention.number or mention.span, 0.6 if mention.text.isalpha() else 0.5


def codes_for(slot: Slot, reading: ParsedRequest) -> Iterator[Option]:
    """Yields the codes whose meaning the request says: `ironing` for 2."""
    for value, ways in slot.codes:
        for span, strength in list(hits_for(ways, reading))[:1]:
            said = reading.text[span[0] : span[1]]
            yield Option(
                value, strength + 0.6, [f"{slot.key}|code"], f"“{said}” stands for it", (span,), enum=True
            )


def hits_for(
    ways: Sequence[tuple[str, ...]], reading: ParsedRequest
) -> Iterator[tuple[tuple[int, int], float]]:
    """Yields where one of the ways to say a value stands, longest first, and how much that counts."""
    taken: set[int] = set()
    for way in ways:
        for place, exact in _openings(way, reading):
            last = _match_from(reading.tokens, place, way) if exact else place
            if last is None or not taken.isdisjoint(range(place, last + 1)):
                continue
            taken.update(range(place, last + 1))
            span = (reading.tokens[place].start, reading.tokens[last].end)
            yield span, _strength(way, span, place, reading) - (0 if exact else 0.5)


def _openings(way: Sequence[str], reading: ParsedRequest) -> Iterator[tuple[int, bool]]:
    """Yields the places where the way may begin: at its first word, or at a word like its only one."""
    for place in reading.places.get(way[0], ())[:MAX_HITS]:
        yield place, True
    if len(way) == 1:
        for word in sorted(_alike(way[0], reading)):
            for place in reading.places.get(word, ())[:MAX_HITS]:
                yield place, False


def _strength(way: Sequence[str], span: tuple[int, int], place: int, reading: ParsedRequest) -> float:
    if within(span, reading.quoted):
        return 0.2
    before = {token.lower for token in reading.tokens[max(0, place - 2) : place]}
    if not before.isdisjoint(INSTEAD):
        return -1.5
    weak = len(way) == 1 and (way[0] in FUNCTION_WORDS or way[0].isdigit())
    return (0.7 if weak else 2.0) + 0.3 * (len(way) - 1)


@lru_cache(maxsize=2048)
def _synonyms() -> dict[str, frozenset[str]]:
    return {stem(word): frozenset(stem(other) for other in group) for group in SYNONYMS for word in group}


def _alike(meant: str, reading: ParsedRequest) -> set[str]:
    """Returns the request's stems that mean the same: synonyms, extensions (`music`, `musical`)."""
    shorter = (meant[:length] for length in range(max(MIN_ALIKE_LENGTH, len(meant) - 3), len(meant)))
    alike = {*_synonyms().get(meant, ()), *reading.clipped.get(meant, ()), *shorter}
    return {word for word in alike if word in reading.places and word != meant}


def _match_from(tokens: Sequence[Token], place: int, way: tuple[str, ...]) -> int | None:
    """Returns the place of the last word of the way, marks between its words passed over, or None."""
    for position, word in enumerate(way):
        while position and place < len(tokens) and tokens[place].text in "-_'’/":
            place += 1
        if place >= len(tokens) or tokens[place].stem != word:
            return None
        place += 1
    return place - 1


def flags_for(slot: Slot, reading: ParsedRequest) -> Iterator[Option]:
    """Yields yes and no, by whether the request says what the flag is named after."""
    told = _flag_score(slot, reading)
    for value in (True, False):
        bag = [f"{slot.key}={value}|{word}" for word in reading.words]
        default = slot.default is not ABSENT and value == slot.default
        score = told if value else -told
        if default:
            score += 0.6
        elif slot.default is ABSENT:
            score -= 0.4
        yield Option(value, score, [*bag, f"{slot.key}={value}|{default}"], "how the request is worded")


def _flag_score(slot: Slot, reading: ParsedRequest) -> float:
    """Returns how much the request asks for what the flag is named after: above 0 for yes, below for no."""
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
        firm = max(firm, 0.4 if after in TRUE_WORDS else 0.0)
    share = said / (sum(weights.values()) or 1.0)
    return sign * (1.2 * share + firm) if share >= 0.5 else 0.0


_FLAG_WORDS = stem_set("include is get show use return with has allow enable only the flag should")
