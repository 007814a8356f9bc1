"""What each slot could take from a request: options, each with the span it uses and how well it seems to fit.

An option's `score` is general knowledge (kind, unit, words nearby); its `features` are what an app's own requests
can teach weights for.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from mapp.model.schema import ABSENT, Absent
from mapp.model.values import JSONValue
from mapp.route.lexicon import (
    DEICTIC,
    FALSE_WORDS,
    FUNCTION_WORDS,
    INSTEAD,
    NEGATIONS,
    PLACEHOLDERS,
    POLITE_TAILS,
    PREPOSITIONS,
    SYNONYMS,
    TRUE_WORDS,
)
from mapp.route.mentions import NUMERIC, Mention, mentions, outermost
from mapp.route.numbers import json_number
from mapp.route.slots import Slot, accepts
from mapp.route.units import NAMES, convert, dimension_of, unit_called
from mapp.route.words import Token, form, stem, tokenise

MOST_OPTIONS = 40
"""Options a slot keeps, the best by score."""


@dataclass(slots=True)
class Option:
    """One way to fill one slot: a value, the spans of the request that it uses up, and why."""

    value: JSONValue | Absent
    score: float
    features: list[str]
    why: str
    spans: tuple[tuple[int, int], ...] = ()
    loose: bool = False
    """Whether the text it covers may still be read by an enum (quoted text may not)."""
    enum: bool = False


@dataclass(slots=True)
class Reading:
    """A request, read once: tokens, mentions, and which tokens are free words rather than parts of values."""

    text: str
    attachment: str | None
    tokens: tuple[Token, ...]
    mentions: tuple[Mention, ...]
    numeric: list[Mention] = field(default_factory=list)
    quoted: list[Mention] = field(default_factory=list)
    words: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()
    starts: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class TextCues:
    """Where an app's own texts begin and end: the stems before and after them; and the words for its job."""

    starts: frozenset[str] = frozenset()
    ends: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    """Stems of the app's name and of the words that most of its requests share: its job, nobody's value."""


def read(text: str, attachment: str | None = None) -> Reading:
    """Returns the request with its tokens and mentions."""
    tokens = tokenise(text)
    found = mentions(text, tokens)
    reading = Reading(text, attachment, tokens, found)
    reading.quoted = outermost(found, frozenset({"quoted"}))
    reading.numeric = [
        mention
        for mention in outermost(found, NUMERIC)
        if not mention.soft and not _within(mention.span, reading.quoted)
    ]
    reading.words = frozenset(_free_words(reading))
    free = (token for token in tokens if not _within((token.start, token.end), reading.quoted))
    reading.forms = frozenset(form(token.lower) for token in free if token.text[0].isalpha())
    reading.starts = {token.start: place for place, token in enumerate(tokens)}
    return reading


def _within(span: tuple[int, int], found: Sequence[Mention]) -> bool:
    return any(mention.start <= span[0] and span[1] <= mention.end for mention in found)


def _free_words(reading: Reading) -> Iterator[str]:
    """Yields the stems of the request outside quotes, with numbers as `#` and pairs of neighbours joined."""
    before = "^"
    for token in reading.tokens:
        if _within((token.start, token.end), reading.quoted):
            word = f'"{_shape(token.text)}'
        else:
            word = "#" if token.text[0].isdigit() else token.stem
        yield word
        yield f"{before} {word}"
        before = word
    yield f"{before} $"
    for quoted in reading.quoted:
        yield f"shape {text_shape(str(quoted.value))}"
    if reading.attachment is not None:
        yield f"attached {text_shape(reading.attachment)}"


def text_shape(text: str) -> str:
    """Returns what sorts of characters a text has: `a` letters, `A` capitals, `1` digits, ` ` spaces, `.` others."""
    text = text[:200]
    found = ("a", re.search(r"[a-z]", text)), ("A", re.search(r"[A-Z]", text)), ("1", re.search(r"\d", text))
    more = (
        (" ", re.search(r"\s", text)),
        ("\\", re.search(r"[\\^$*+|{}]", text)),
        (".", re.search(r"[-.,;:!?=&%_/<>#]", text)),
    )
    return "".join(mark for mark, match in (*found, *more) if match)


def _shape(text: str) -> str:
    return (
        "a" if text[0].isalpha() else "#" if text[0].isdigit() else text[0] if text[0] in ".-_%=&<>" else "!"
    )


def options_for(slot: Slot, reading: Reading, rank: int, cues: TextCues) -> list[Option]:
    """Returns what the slot could take, best first, the option to leave it out among them."""
    match slot.wants:
        case "number":
            found = [*_numbers(slot, reading, rank), *_coded(slot, reading)]
        case "enum":
            found = list(_choices(slot, reading))
        case "boolean":
            found = list(_booleans(slot, reading))
        case "date" | "date-time" | "time":
            found = list(_moments(slot, reading, rank))
        case "numbers":
            found = list(_number_lists(slot, reading))
        case "texts":
            found = list(_text_lists(slot, reading, cues))
        case "json":
            found = list(_documents(slot, reading))
        case "text":
            found = list(_texts(slot, reading, rank, cues))
    for option in found:
        option.score -= _own_words(option, reading, cues)
    found += _attached(slot, reading)
    found.sort(key=lambda option: -option.score)
    return [*found[:MOST_OPTIONS], *_left_out(slot, reading)]


def _own_words(option: Option, reading: Reading, cues: TextCues) -> float:
    """Returns what speaks against a value made of the app's own words: `64` for base64, `scrabble`, `this text`."""
    if option.enum or len(option.spans) != 1 or _within(option.spans[0], reading.quoted):
        return 0.0
    start, end = option.spans[0]
    first = _place_at(reading, start)
    run = [token for token in reading.tokens[first : first + 6] if token.end <= end]
    if all(token.stem in cues.own or token.lower in DEICTIC for token in run) and len(run) < 6:
        return 1.5
    if len(run) < 6 and isinstance(option.value, str) and run[0].lower in DEICTIC:
        return 2.5 if run[-1].lower in PLACEHOLDERS or len(run) == 1 else 0.6
    return 0.0


def _left_out(slot: Slot, reading: Reading) -> list[Option]:
    if slot.wants in ("enum", "boolean") and slot.default is not ABSENT and slot.default is not None:
        return []  # the default is one of the choices, scored like them
    score = -1.5 if slot.required else 0.0
    features = [f"{slot.key}|absent", f"{slot.key}|absent|{min(len(reading.numeric), 4)}"]
    return [Option(ABSENT, score, features, "left out")]


# Words around a span


def _around(reading: Reading, span: tuple[int, int]) -> tuple[list[Token], list[Token]]:
    """Returns up to four tokens before the span, nearest first, and up to four after it."""
    tokens = reading.tokens
    first = _place_at(reading, span[0])
    last = first
    while last < len(tokens) and tokens[last].start < span[1]:
        last += 1
    return list(reversed(tokens[max(0, first - 4) : first])), list(tokens[last : last + 4])


def _place_at(reading: Reading, start: int) -> int:
    """Returns the place of the first token at or after a character."""
    if start in reading.starts:
        return reading.starts[start]
    return next(
        (place for place, token in enumerate(reading.tokens) if token.start >= start), len(reading.tokens)
    )


def _context(key: str, before: Sequence[Token], after: Sequence[Token]) -> list[str]:
    """Returns features of the words around a span, to be weighted by what the app's own requests teach."""
    b = [_masked(token) for token in before] + ["^", "^", "^"]
    a = [_masked(token) for token in after] + ["$", "$"]
    return [
        f"{key}|p1|{b[0]}", f"{key}|p2|{b[1]} {b[0]}", f"{key}|n1|{a[0]}", f"{key}|n2|{a[0]} {a[1]}",
        f"{key}|pn|{b[0]} {a[0]}", f"{key}|p3|{b[2]} {b[1]} {b[0]}",
        *(f"{key}|in|{_masked(token)}" for token in _reach(before)[:4]),
        *(f"{key}|by|{_masked(token)}" for token in after[:3]),
    ]  # fmt: skip


def _masked(token: Token) -> str:
    return "#" if token.text[0].isdigit() else token.stem


_FROM_WORDS = frozenset(
    stem(w)
    for w in ["from", "start", "begin", "beginning", "origin", "initial", "old", "first", "source", "departure", "lower", "since"]
)
_TO_WORDS = frozenset(
    stem(w) for w in ["to", "end", "until", "destination", "final", "new", "second", "target", "arrival", "upper", "goal", "till"]
)


def _nearness(slot: Slot, before: Sequence[Token], after: Sequence[Token]) -> float:
    """Returns how clearly the words around a span name the slot: its name, its description, from and to."""
    named, score = _named(slot, _reach(before), 0.1), 0.0
    for distance, token in enumerate(_reach(before)):
        if token.stem in slot.hints and token.stem not in slot.name:
            score = max(score, (1.2 - 0.1 * distance) * slot.hints[token.stem])
    following = []
    for token in _telling(after):
        if token.text in ",.;:?!" or token.lower in ("and", "or"):
            break
        following.append(token)
    named = max(named, _named(slot, following[:2], 0.4) - 0.4)
    for distance, token in enumerate(following):
        if token.stem in slot.hints and token.stem not in slot.name:
            score = max(score, (0.9 - 0.3 * distance) * slot.hints[token.stem])
    score = max(score, named)
    return score + _direction(slot, before)


def _named(slot: Slot, words: Sequence[Token], decay: float) -> float:
    """Returns how much of the slot's name the words say, the nearest word counting most."""
    total = sum(slot.weights.values()) or 1.0
    said: dict[str, int] = {}
    for distance, token in enumerate(words):
        word = token.stem if token.stem in slot.name else _part_of(token.lower, slot)
        if word:
            said.setdefault(word, distance)
    if not said:
        return 0.0
    share = sum(slot.weights.get(word, 1.0) for word in said) / total
    return 1.0 + 1.0 * min(1.0, share) - decay * min(said.values())


def _part_of(word: str, slot: Slot) -> str:
    """Returns the word of the slot's name that this one begins or ends: `user` in `username`."""
    if len(word) < 4 or not word.isalpha():
        return ""
    return next((name for name in slot.name if name.startswith(word) or name.endswith(word)), "")


def _telling(after: Sequence[Token]) -> list[Token]:
    """Returns the next two words that can speak about the span before them: `as the exchange rate`."""
    if after and after[0].lower in ("as", "is", "in"):
        after = [token for token in after[1:] if token.lower not in ("the", "a", "my")]
    return list(after[:3])


def _reach(before: Sequence[Token]) -> list[Token]:
    """Returns the tokens before a span that can speak about it: up to another number or the end of a sentence."""
    reach: list[Token] = []
    for token in before:
        if token.text[0].isdigit() or token.text in ";.?!" or (reach and token.text == ","):
            break
        reach.append(token)
    return reach


def _direction(slot: Slot, before: Sequence[Token]) -> float:
    """Returns a bonus when `from X` meets a slot for beginnings, or `to Y` one for ends."""
    words = [token.lower for token in before[:3] if token.lower not in ("the", "a", "of")]
    if not words:
        return 0.0
    starts = words[0] in ("from", "between", "since", "starting")
    ends = words[0] in ("to", "until", "till", "into", "->") or (words[0] == "-" and before[1:2] != [])
    begins, finishes = _is_about(slot, _FROM_WORDS), _is_about(slot, _TO_WORDS)
    if begins == finishes or not (starts or ends):
        return 0.0
    return 1.5 if starts == begins else -1.5


def _is_about(slot: Slot, words: frozenset[str]) -> bool:
    return any(word in words for word in slot.name)


# Numbers

_MONEY = frozenset(
    stem(word)
    for word in ["price", "cost", "amount", "money", "salary", "bill", "income", "investment", "principal", "budget", "fee", "loan", "payment", "balance", "revenue", "deposit", "equity", "value", "asset", "debt", "profit", "expense", "dividend", "contribution", "net", "gross", "total", "wage", "capital", "sum", "spend", "currency", "dollars", "purchase", "sale"]
)
_RATES = frozenset(
    stem(word)
    for word in ["rate", "percent", "percentage", "yield", "interest", "growth", "discount", "tax", "tip", "share", "ratio", "probability"]
)


def _numbers(slot: Slot, reading: Reading, rank: int) -> Iterator[Option]:
    counted = [m for m in reading.numeric if not _doubt(m, _around(reading, m.number or m.span)[1], reading)]
    spots = {mention.start: place for place, mention in enumerate(counted)}
    for mention in reading.mentions:
        if mention.kind not in NUMERIC and mention.kind not in ("duration", "time"):
            continue
        for value, used, score, how in _as_numbers(slot, mention):
            if not accepts(slot.schema, value):
                continue
            before, after = _around(reading, mention.span)
            if mention.kind == "quantity" and mention.number:
                _, after = _around(reading, mention.number)
            spot = spots.get(mention.start, -1)
            near = _nearness(slot, before, after)
            score += near + _number_fit(slot, mention, reading) - _doubt(mention, after, reading)
            score -= 0.15 * abs(spot - rank) if spot >= 0 else 0.4
            if not slot.required:
                score -= 0.8 if near > 0.3 else 1.6
            features = [
                *_context(slot.key, before, after),
                f"{slot.key}|kind|{mention.kind}",
                f"{slot.key}|spot|{spot}",
                f"{slot.key}|spot|{spot}/{len(reading.numeric)}",
                f"{slot.key}|unit|{dimension_of(mention.unit or '') or mention.unit}",
            ]
            yield Option(value, score, features, how, (used,))


def _doubt(mention: Mention, after: Sequence[Token], reading: Reading) -> float:
    """Returns how likely a small number in words only counts things: `two places, 14.6 121.0`."""
    if not mention.text.isalpha() or not any(other.text[:1].isdigit() for other in reading.numeric):
        return 0.0
    follows = after[0].lower if after else ""
    return 0.8 if (follows.isalpha() and follows not in FUNCTION_WORDS) or follows == "-" else 0.0


def _as_numbers(slot: Slot, mention: Mention) -> Iterator[tuple[JSONValue, tuple[int, int], float, str]]:
    """Yields value, span used, score and reason for a mention read as a number: converted, or as it stands."""
    if mention.kind == "time":
        return
    if isinstance(mention.value, bool) or not isinstance(mention.value, int | float):
        return
    bare = mention.number or mention.span
    if mention.kind in ("number", "ordinal"):
        score = 1.2 if mention.kind == "number" else 0.3
        yield mention.value, bare, score - (0.9 if mention.soft else 0), f"the number “{mention.text}”"
    elif mention.kind == "percent":
        yield from _percent(slot, mention)
    elif mention.kind == "currency":
        other = dimension_of(slot.unit or "")
        score = -0.8 if other not in (None, "currency") else 1.5
        yield mention.value, mention.span, score, f"the amount “{mention.text}”"
    else:
        yield from _quantity(slot, mention, bare)


def _percent(slot: Slot, mention: Mention) -> Iterator[tuple[JSONValue, tuple[int, int], float, str]]:
    rate = any(word in _RATES for word in (*slot.name, *slot.hints))
    score = 2.0 if rate or slot.unit in ("percent", "fraction") else 0.9
    if slot.unit is not None and slot.unit not in ("percent", "fraction"):
        score = -0.8
    assert isinstance(mention.value, int | float)
    if _takes_fraction(slot):
        value = json_number(Decimal(str(mention.value)) / 100)
        yield value, mention.span, score, f"“{mention.text}” as a fraction"
    else:
        yield mention.value, mention.span, score, f"“{mention.text}”"


def _takes_fraction(slot: Slot) -> bool:
    """Whether a percentage has to be divided by a hundred: by unit, by wording, by bounds, by default."""
    if slot.unit in ("percent", "fraction"):
        return slot.unit == "fraction"
    if re.search(
        r"decimal (?:form|number|value)|as a (?:decimal|fraction)|\b0\.\d|between 0 and 1\b", slot.text
    ):
        return True
    if re.search(r"percent|%", slot.text) or "number" not in slot.schema.types:
        return False
    top = slot.schema.maximum if slot.schema.maximum is not None else slot.schema.exclusive_maximum
    if top is not None:
        return top <= 1
    if isinstance(slot.default, int | float):
        return abs(slot.default) < 1
    return True


def _quantity(
    slot: Slot, mention: Mention, bare: tuple[int, int]
) -> Iterator[tuple[JSONValue, tuple[int, int], float, str]]:
    assert isinstance(mention.value, int | float)
    unit = mention.unit or ""
    if slot.unit is None:
        score = 0.9 if mention.kind == "quantity" else -0.5
        used = mention.span if mention.kind == "duration" else bare
        if slot.dimension is not None and mention.kind == "quantity":
            score += 0.8 if dimension_of(unit) == slot.dimension else -0.8
        yield mention.value, used, score, f"the number in “{mention.text}”"
        return
    converted = convert(Decimal(str(mention.value)), unit, slot.unit)
    value = json_number(round(converted, 12).normalize()) if converted is not None else None
    if value is not None:
        yield value, mention.span, 1.2 if mention.soft else 2.4, f"“{mention.text}” in {slot.unit}"
    elif not slot.declared_unit:
        yield mention.value, bare, 0.4, f"the number in “{mention.text}”"


def _number_fit(slot: Slot, mention: Mention, reading: Reading) -> float:
    """Returns what kind of number the slot's words ask for: money, a rate, a year, a count of things."""
    score = 0.0
    about = {*slot.name, *slot.hints}
    money, rate = (
        bool(_MONEY & set(slot.name)) or (bool(_MONEY & about) and not (_RATES & set(slot.name))),
        _RATES & about,
    )
    if mention.kind == "currency":
        score += 0.8 if money else -0.5 if rate else 0.0
    elif mention.kind == "percent" and money and not rate:
        score -= 0.8
    if mention.kind == "number" and isinstance(mention.value, int) and 1500 <= mention.value <= 2200:
        year = "year" in slot.name
        score += 1.2 if year and "," not in mention.text else -0.2
    elif "year" in slot.name and slot.unit is None and mention.kind == "number":
        score -= 1.0
    return score


# Enums and booleans


def _choices(slot: Slot, reading: Reading) -> Iterator[Option]:
    told = _told(slot, reading) if {"True", "False"} <= {str(value) for value, _ in slot.surfaces} else 0.0
    for value, ways in slot.surfaces:
        if told and str(value) == str(told > 0):
            yield Option(value, 1.0 + abs(told), [f"{slot.key}={value}|told"], "how the request is worded")
        hits = [*_hits(ways, reading), *_counted_hits(slot, value, reading)]
        bag = [f"{slot.key}={value}|{word}" for word in reading.words]
        default = slot.default is not ABSENT and value == slot.default
        for span, strength in hits[:6]:
            before, after = _around(reading, span)
            score = strength + _nearness(slot, before, after) + (0.1 if default else 0)
            features = [*bag, *_context(slot.key, before, after), f"{slot.key}={value}|said"]
            why = f"“{reading.text[span[0] : span[1]]}”"
            yield Option(value, score, features, why, (span,), enum=True)
        if default:
            yield Option(value, 0.8, [*bag, f"{slot.key}={value}|default"], "the default")
        else:
            low = -1.8 if slot.required else -1.0
            yield Option(value, low, [*bag, f"{slot.key}={value}|unsaid"], "how the request is worded")


def _counted_hits(slot: Slot, value: JSONValue, reading: Reading) -> Iterator[tuple[tuple[int, int], float]]:
    """Yields the numbers that an enum of digits may mean: `three star` for "3"."""
    if not str(value).isdigit():
        return
    if "year" in slot.name and len(str(value)) == 4:
        yield from (
            (mention.span, 2.0) for mention in reading.numeric if mention.text == str(value)
        )
        return
    for mention in reading.numeric:
        if str(mention.value) == str(value):
            yield mention.number or mention.span, 0.6 if mention.text.isalpha() else 0.5


def _coded(slot: Slot, reading: Reading) -> Iterator[Option]:
    """Yields the codes whose meaning the request says: `ironing` for 2."""
    for value, ways in slot.codes:
        for span, strength in list(_hits(ways, reading))[:1]:
            said = reading.text[span[0] : span[1]]
            yield Option(
                value, strength + 0.6, [f"{slot.key}|code"], f"“{said}” stands for it", (span,), enum=True
            )


def _hits(ways: Sequence[tuple[str, ...]], reading: Reading) -> Iterator[tuple[tuple[int, int], float]]:
    """Yields where one of the ways to say a value stands in the request, longest first, and how much that counts."""
    taken: set[int] = set()
    for way in ways:
        for place, token in enumerate(reading.tokens):
            exact = token.stem == way[0]
            if place in taken or not (exact or (len(way) == 1 and _alike(token.stem, way[0]))):
                continue
            last = _match_from(reading.tokens, place, way) if exact else place
            if last is None or not taken.isdisjoint(range(place, last + 1)):
                continue
            taken.update(range(place, last + 1))
            span = (token.start, reading.tokens[last].end)
            yield span, _strength(way, span, place, reading) - (0 if exact else 0.5)


def _strength(way: Sequence[str], span: tuple[int, int], place: int, reading: Reading) -> float:
    if _within(span, reading.quoted):
        return 0.2
    before = {token.lower for token in reading.tokens[max(0, place - 2) : place]}
    if not before.isdisjoint(INSTEAD):
        return -1.5
    weak = len(way) == 1 and (way[0] in FUNCTION_WORDS or way[0].isdigit())
    return (0.7 if weak else 2.0) + 0.3 * (len(way) - 1)


@lru_cache(maxsize=2048)
def _synonyms() -> dict[str, frozenset[str]]:
    return {stem(word): frozenset(stem(other) for other in group) for group in SYNONYMS for word in group}


def _alike(said: str, meant: str) -> bool:
    """Whether two stems mean the same: synonyms, or one a plain extension of the other (`music`, `musical`)."""
    if meant in _synonyms() and said in _synonyms()[meant]:
        return True
    shorter, longer = sorted((said, meant), key=len)
    return len(shorter) >= 5 and longer.startswith(shorter) and len(longer) - len(shorter) <= 3


def _match_from(tokens: Sequence[Token], place: int, way: tuple[str, ...]) -> int | None:
    """Returns the place of the last word of the way, marks between its words passed over, or None."""
    for position, word in enumerate(way):
        while position and place < len(tokens) and tokens[place].text in "-_'’/":
            place += 1
        if place >= len(tokens) or tokens[place].stem != word:
            return None
        place += 1
    return place - 1


def _booleans(slot: Slot, reading: Reading) -> Iterator[Option]:
    told = _told(slot, reading)
    for value in (True, False):
        bag = [f"{slot.key}={value}|{word}" for word in reading.words]
        default = slot.default is not ABSENT and value == slot.default
        score = told if value else -told
        if default:
            score += 0.6
        elif slot.default is ABSENT:
            score -= 0.4
        yield Option(value, score, [*bag, f"{slot.key}={value}|{default}"], "how the request is worded")


def _told(slot: Slot, reading: Reading) -> float:
    """Returns how much the request asks for what the flag is named after: above 0 for yes, below for no."""
    weights = {
        word: weight for word, weight in slot.weights.items() if word not in _FLAG_WORDS and len(word) > 2
    }
    said = 0.0
    sign, firm = 1.0, 0.0
    seen: set[str] = set()
    for place, token in enumerate(reading.tokens):
        word = next((word for word in weights if word == token.stem or _alike(token.stem, word)), None)
        if word is None:
            continue
        said += weights[word] if word not in seen else 0
        seen.add(word)
        before = [earlier.lower for earlier in reading.tokens[max(0, place - 3) : place]]
        after = reading.tokens[place + 1].lower if place + 1 < len(reading.tokens) else ""
        if any(word in NEGATIONS or word in FALSE_WORDS for word in before) or after in FALSE_WORDS:
            sign = -1.0
        firm = max(firm, 0.4 if after in TRUE_WORDS else 0.0)
    share = said / (sum(weights.values()) or 1.0)
    return sign * (1.2 * share + firm) if share >= 0.5 else 0.0


_FLAG_WORDS = frozenset(
    stem(word) for word in ["include", "is", "get", "show", "use", "return", "with", "has", "allow", "enable", "only", "the", "flag", "should"]
)


# Dates and times


def _moments(slot: Slot, reading: Reading, rank: int) -> Iterator[Option]:
    found = [
        mention for mention in reading.mentions if mention.kind == slot.wants and mention.value is not None
    ]
    for spot, mention in enumerate(found):
        before, after = _around(reading, mention.span)
        score = 2.5 + _nearness(slot, before, after) - 0.2 * abs(spot - rank)
        features = [
            *_context(slot.key, before, after),
            f"{slot.key}|spot|{spot}",
            f"{slot.key}|spot|{spot}/{len(found)}",
        ]
        yield Option(mention.value, score, features, f"the {mention.kind} “{mention.text}”", (mention.span,))


# Arrays


def _number_lists(slot: Slot, reading: Reading) -> Iterator[Option]:
    inner = slot.schema.items
    for mention in reading.mentions:
        if mention.kind not in ("list", "json") or not isinstance(mention.value, list):
            continue
        values = [_listed(slot, value, mention.unit) for value in mention.value]
        if not values or (inner is not None and not all(accepts(inner, value) for value in values)):
            continue
        before, after = _around(reading, mention.span)
        score = 2.0 + 0.2 * min(len(values), 6) + _nearness(slot, before, after)
        features = [*_context(slot.key, before, after), f"{slot.key}|{mention.kind}"]
        yield Option(values, score, features, f"the list “{mention.text}”", (mention.span,))
    yield from _all_numbers(slot, reading)


def _listed(slot: Slot, value: JSONValue, unit: str | None) -> JSONValue:
    if unit == "percent" and _takes_fraction(slot) and isinstance(value, int | float):
        return json_number(Decimal(str(value)) / 100)
    return value


def _all_numbers(slot: Slot, reading: Reading) -> Iterator[Option]:
    found = [mention for mention in reading.numeric if mention.value is not None]
    values = [_listed(slot, mention.value, mention.unit) for mention in found]
    inner = slot.schema.items
    if not values or (inner is not None and not all(accepts(inner, value) for value in values)):
        return
    spans = tuple(mention.span for mention in found)
    yield Option(values, 0.6, [f"{slot.key}|all"], "every number of the request", spans)


_ITEM_GAP = re.compile(r"\s*(?:,\s*(?:and\s|or\s)?|\sand\s|\sor\s|&|;)\s*")


def _text_lists(slot: Slot, reading: Reading, cues: TextCues) -> Iterator[Option]:
    for mention in reading.mentions:
        if (
            mention.kind == "json"
            and isinstance(mention.value, list)
            and all(isinstance(x, str) for x in mention.value)
        ):
            yield Option(mention.value, 3.0, [f"{slot.key}|json"], "the list in JSON", (mention.span,))
    for run in _runs(reading.quoted, reading.text):
        values: list[JSONValue] = [mention.value for mention in run]
        before, after = _around(reading, (run[0].start, run[-1].end))
        score = 1.5 + 0.3 * len(values) + _nearness(slot, before, after)
        spans = tuple(mention.span for mention in run)
        yield Option(
            values,
            score,
            [*_context(slot.key, before, after), f"{slot.key}|quoted"],
            "the quoted texts",
            spans,
        )
    yield from _known_items(slot, reading)
    if not _enumerated(slot):
        yield from _split_spans(slot, reading, cues)


def _enumerated(slot: Slot) -> bool:
    return slot.schema.items is not None and slot.schema.items.enum is not None


def _runs(found: Sequence[Mention], text: str) -> list[list[Mention]]:
    runs: list[list[Mention]] = []
    for mention in found:
        if runs and _ITEM_GAP.fullmatch(text, runs[-1][-1].end, mention.start):
            runs[-1].append(mention)
        else:
            runs.append([mention])
    return runs


def _known_items(slot: Slot, reading: Reading) -> Iterator[Option]:
    """Yields the items of the enum that the request names, in its order."""
    named: list[tuple[tuple[int, int], JSONValue]] = []
    for value, ways in slot.surfaces:
        hit = next(iter(_hits(ways, reading)), None)
        if hit is not None:
            named.append((hit[0], value))
    if named:
        named.sort(key=lambda pair: pair[0])
        values = [value for _, value in named]
        yield Option(
            values, 2.0, [f"{slot.key}|known"], "the words of the list", tuple(span for span, _ in named)
        )


def _split_spans(slot: Slot, reading: Reading, cues: TextCues) -> Iterator[Option]:
    for option in _spans(slot, reading, cues):
        if not isinstance(option.value, str):
            continue
        items = [item.strip(" '\"") for item in _ITEM_GAP.split(option.value)]
        if all(items) and all(len(item.split()) <= 5 for item in items):
            values: list[JSONValue] = list(items)
            option.value = values
            option.score += 0.7 * min(len(items) - 1, 3)
            yield option


# JSON and attachments


def _documents(slot: Slot, reading: Reading) -> Iterator[Option]:
    wanted = set(slot.schema.types) or {"object", "array"}
    for mention in reading.mentions:
        kind = "object" if isinstance(mention.value, dict) else "array"
        if mention.kind == "json" and kind in wanted:
            yield Option(
                mention.value, 3.0, [f"{slot.key}|json"], f"the JSON “{mention.text[:40]}”", (mention.span,)
            )


def _attached(slot: Slot, reading: Reading) -> list[Option]:
    """Returns the attachment as the slot's value, where the slot is marked for it."""
    if not slot.attachment or reading.attachment is None:
        return []
    value = attached_value(slot, reading.attachment)
    return [] if value is ABSENT else [Option(value, 9.0, [f"{slot.key}|attached"], "the attached text")]


def attached_value(slot: Slot, attachment: str) -> JSONValue | Absent:
    """Returns the attachment as the slot wants it: text, JSON, or its lines; ABSENT where it does not fit."""
    if slot.wants in ("text", "enum", "date"):
        return attachment if accepts(slot.schema, attachment) else ABSENT
    try:
        value: JSONValue = json.loads(attachment)
    except (ValueError, RecursionError):
        value = None
    if slot.wants == "json":
        fits = isinstance(value, list) if "array" in slot.schema.types else isinstance(value, dict)
        return value if fits else ABSENT
    if isinstance(value, list):
        return value
    lines = [line.strip() for line in attachment.splitlines() if line.strip()]
    if slot.wants == "texts":
        return list(lines)
    return _lines_of_numbers(lines) if slot.wants == "numbers" else ABSENT


def _lines_of_numbers(lines: Sequence[str]) -> JSONValue | Absent:
    values: list[JSONValue] = []
    for piece in (piece for line in lines for piece in re.split(r"[;,\s]+", line) if piece):
        try:
            values.append(json_number(Decimal(piece)))
        except ArithmeticError:
            return ABSENT
    return values if values else ABSENT


# Texts

_SPAN_STARTS = frozenset(
    ["of", "for", "word", "text", "string", "phrase", "sentence", "title", "title", "name", "number", "input", "value", "line", "message"]
)
_SPAN_ENDS = frozenset(
    ["to", "in", "into", "as", "with", "using", "from", "and", "by", "at", "for", "on", "is", "please", "thanks", "when", "that", "which", "if", "under", "within"]
)
_PLACES = frozenset(
    stem(w)
    for w in ["city", "location", "place", "country", "state", "county", "area", "region", "destination", "origin", "address", "town"]
)
_PEOPLE = frozenset(
    stem(w) for w in ["actor", "actress", "person", "receiver", "player", "cast", "starring", "recipient", "contact"]
)
_INTRODUCING = frozenset(stem(w) for w in "featuring starring showcasing with named called friend".split())
_MAKERS = frozenset(
    stem(w) for w in ["author", "artist", "director", "singer", "band", "composer", "painter", "writer", "maker"]
)


def _texts(slot: Slot, reading: Reading, rank: int, cues: TextCues) -> Iterator[Option]:
    best: dict[str, Option] = {}
    if slot.layout is not None:
        yield from _laid_out(slot, reading, rank)
    found = [*_marked(slot, reading, rank), *_named_choices(slot, reading), *_coded(slot, reading)]
    found += [*_spans(slot, reading, cues), *_chunks(slot, reading)]
    for option in found:
        if (
            isinstance(option.value, str)
            and accepts(slot.schema, option.value)
            and _format_fits(slot, option)
        ):
            option.features.append(f"{slot.key}|shape|{text_shape(option.value)}")
            key = f"{option.value}\0{option.spans}"
            if key not in best or best[key].score < option.score:
                best[key] = option
    for option in best.values():
        option.score -= _unlikely(slot, option)
        if option.spans:
            option.score += 0.15 * (min(rank, 2) - 0.5) * option.spans[0][0] / (len(reading.text) or 1)
        if slot.schema.pattern is not None:
            option.score += 1.0 + min(len(str(option.value)), 40) * 0.01
        yield option


def _unlikely(slot: Slot, option: Option) -> float:
    """Returns what speaks against a text: nobody asked for it, or the slot is for a date, an address, a link."""
    doubt = 0.0 if slot.required else 1.4
    if slot.layout is not None or {"date", "time"} & set(slot.name):
        doubt += (
            0.0
            if any(f"{slot.key}|is|{kind}" in option.features for kind in ("date", "time", "quoted"))
            else 1.5
        )
    for word, unit in (("email", "email"), ("url", "url"), ("uuid", "uuid")):
        if word in slot.name or f"{word} address" in slot.text:
            doubt -= 1.5 if f"{slot.key}|is|{unit}" in option.features else -1.0
    return doubt


def _laid_out(slot: Slot, reading: Reading, rank: int) -> Iterator[Option]:
    """Yields the dates and times of the request, written the way the slot's description says."""
    assert slot.layout is not None
    spot = 0
    for mention in reading.mentions:
        if mention.kind not in ("date", "time", "date-time"):
            continue
        if isinstance(mention.value, str):
            value = written(mention.kind, mention.value, slot.layout)
        else:
            alike = re.sub(r"[A-Za-z]", "0", slot.layout) == re.sub(r"\d", "0", mention.text)
            value = mention.text if alike else None
        if value is None or not accepts(slot.schema, value):
            continue
        before, after = _around(reading, mention.span)
        score = (
            3.6 + _nearness(slot, before, after) - 0.2 * abs(spot - rank) - (0.0 if slot.required else 0.8)
        )
        features = [*_context(slot.key, before, after), f"{slot.key}|is|{mention.kind}"]
        yield Option(
            value, score, features, f"the {mention.kind} “{mention.text}” as {slot.layout}", (mention.span,)
        )
        spot += 1


def written(kind: str, value: str, layout: str) -> str | None:
    """Returns an ISO date, time or date-time in a layout such as `MM/DD/YYYY HH:MM`; None if it lacks a part."""
    if layout == "ISO":
        return value
    day, _, clock = value.partition("T") if kind == "date-time" else (value, "", value)
    wants_day, wants_clock = "YY" in layout.upper(), ":" in layout
    if (wants_day and kind == "time") or (wants_clock and kind == "date"):
        return None
    if not wants_day:
        return clock[: len(layout)]
    pieces = dict(zip(("YYYY", "MM", "DD"), day.split("-"), strict=False))
    form, _, rest = layout.upper().partition(" " if " " in layout else "T")
    for name, digits in pieces.items():
        form = form.replace(name, digits)
    return f"{form}{layout[len(form)]}{clock.removesuffix('Z')[: len(rest)]}" if rest else form


def _chunks(slot: Slot, reading: Reading) -> Iterator[Option]:
    """Yields every word by itself, where a pattern tells which of them can be meant."""
    if slot.schema.pattern is None:
        return
    for match in list(re.finditer(r"\S{1,200}", reading.text))[:60]:
        word = match.group().strip(".,;:!?\"'“”‘’()`")
        start = match.start() + match.group().find(word)
        if not word or _within((start, start + len(word)), reading.quoted):
            continue
        before, after = _around(reading, (start, start + len(word)))
        score = -0.4 + _nearness(slot, before, after) - (1.2 if word.lower() in FUNCTION_WORDS else 0)
        features = [*_context(slot.key, before, after), f"{slot.key}|is|chunk"]
        yield Option(word, score, features, f"the word “{word}”", ((start, start + len(word)),), True)


def _format_fits(slot: Slot, option: Option) -> bool:
    wanted = {"email": "email", "uri": "url", "uuid": "uuid"}.get(slot.schema.format or "")
    return wanted is None or any(feature == f"{slot.key}|is|{wanted}" for feature in option.features)


def _marked(slot: Slot, reading: Reading, rank: int) -> Iterator[Option]:
    """Yields the mentions that are texts by themselves: quoted, after a colon, identifiers, names, dates as written."""
    spot = 0
    documents = [mention for mention in reading.mentions if mention.kind == "json" and len(mention.text) > 2]
    for mention in reading.mentions:
        base = _base(slot, mention)
        if base is None or (mention.kind == "quoted" and _within(mention.span, documents)):
            continue
        before, after = _around(reading, mention.span)
        value = mention.value if mention.kind == "quoted" else mention.text
        score = base + _nearness(slot, before, after) + _prepositional(slot, before)
        if mention.kind in ("quoted", "name", "identifier"):
            joined = mention.kind == "name" and bool(re.search(r",| and | & ", mention.text))
            score -= 0.15 * abs(spot - rank)
            spot += not joined and not mention.soft
            score += 0.7 if any(stem(word) in slot.name for word in mention.text.lower().split()) else 0
        features = [
            *_context(slot.key, before, after),
            f"{slot.key}|is|{mention.kind}",
            f"{slot.key}|is|{mention.unit}",
        ]
        loose = mention.kind not in ("quoted", "tail", "identifier")
        yield Option(
            value,
            score,
            features,
            f"{_KIND_WORDS[mention.kind]} “{mention.text[:60]}”",
            (mention.span,),
            loose,
        )


_SOFT_NAME = 4.0
_BASES = {"quoted": 3.2, "tail": 1.6, "identifier": 1.2, "name": 1.0, "number": 0.0, "quantity": -0.3, "percent": -0.5,
          "currency": -0.5, "date": 0.0, "time": 0.0, "json": 0.5, "duration": 0.3, "address": 0.2}  # fmt: skip
_KIND_WORDS = {"quoted": "the quoted", "tail": "what follows the colon,", "identifier": "the identifier", "name": "the name",
               "number": "the number", "quantity": "the quantity", "percent": "the percentage", "currency": "the amount",
               "date": "the date", "time": "the time", "duration": "the duration", "address": "the address", "json": "the JSON"}  # fmt: skip


def _base(slot: Slot, mention: Mention) -> float | None:
    base = _BASES.get(mention.kind)
    if base is None:
        return None
    about = {*slot.name, *slot.hints}
    if mention.kind in ("date", "time", "duration") and (
        mention.kind in slot.name or stem(mention.kind) in about
    ):
        base += 2.0
    if mention.kind == "number" and {"number", "id", "code", "no"} & about:
        base += 1.0
    if mention.kind == "identifier" and (
        mention.unit in slot.text or {"id", "code", "number"} & set(slot.name)
    ):
        base += 1.0
    if mention.kind == "tail" and any(quote in mention.text[:1] for quote in "'\"“`"):
        base -= 1.5
    if mention.kind == "address":
        return base + (1.5 if {"address", "street"} & set(slot.text.replace("'", " ").replace(",", " ").split()) else 0.0)
    if mention.kind == "name":
        comma = "," in mention.text
        wants_pair = bool(
            re.search(r"city, (?:state|country)|, [A-Z]{2}\b|district, city", slot.schema.description, re.I)
        )
        base += (0.3 if comma == wants_pair else -0.3) - (_SOFT_NAME if mention.soft and " " not in mention.text else 0)
        return base
    return base - (1.2 if mention.soft else 0)


def _prepositional(slot: Slot, before: Sequence[Token]) -> float:
    """Returns a bonus for `in Paris` where a place is wanted and `by Orwell` where a person is."""
    word = next((token.lower for token in before if token.lower != "the"), "")
    about = {*slot.name, *slot.hints}
    if word in ("in", "at", "near", "around", "from", "to") and _PLACES & about:
        return 0.8
    if word == "by" and _MAKERS & about:
        return 1.0
    return 1.0 if stem(word) in _INTRODUCING and _PEOPLE & about else 0.0


def _named_choices(slot: Slot, reading: Reading) -> Iterator[Option]:
    """Yields the values that the description quotes and the request says, and units where a unit is wanted."""
    for choice in slot.choices:
        ways = (tuple(token.stem for token in tokenise(choice)),)
        for span, strength in list(_hits(ways, reading))[:2] if ways[0] else []:
            said = reading.text[span[0] : span[1]]
            value = choice if said.lower() != choice.lower() or not said[0].isupper() else said
            strength += 0.8 if said == choice and " " in choice else 0
            yield Option(value, strength + 0.4, [f"{slot.key}|choice"], f"“{said}”", (span,), True, True)
    if "unit" in slot.name:
        yield from _unit_words(slot, reading)


_UNIT_TOKEN = re.compile(r"(?<![\w/])[A-Za-z°µ]+(?:/[A-Za-z]+(?:[²³]|\^?[23](?!\d))?)?(?![\w/])|(?<=\d)[A-Za-zµ°]+(?!\w)")


def _unit_words(slot: Slot, reading: Reading) -> Iterator[Option]:
    """Yields the units that the request names, in the spelling of the slot's own choices where it has one."""
    spelled = {known.name: choice for choice in slot.choices if (known := unit_called(choice)) is not None}
    if slot.choices and not spelled:
        return
    for match in list(_UNIT_TOKEN.finditer(reading.text))[:200]:
        word = match.group()
        known = unit_called(word) if "/" in word or word.lower() in NAMES or len(word) > 1 else None
        if (known is None and "/" not in word) or word.lower() in FUNCTION_WORDS:
            continue
        before, after = _around(reading, match.span())
        score = 1.5 + _nearness(slot, before, after) + _side(slot, before)
        score += 1.0 if before and before[0].lower in ("in", "to", "into") else 0.0
        value = spelled.get(known.name, word) if known else word
        yield Option(value, score, [f"{slot.key}|unit"], f"the unit “{word}”", (match.span(),), True, True)


def _side(slot: Slot, before: Sequence[Token]) -> float:
    """Returns a bonus when a unit beside a number meets a slot for beginnings, and `how many feet` one for ends."""
    begins, finishes = _is_about(slot, _FROM_WORDS), _is_about(slot, _TO_WORDS)
    if not before or begins == finishes:
        return 0.0
    counted, asked = before[0].text[0].isdigit(), before[0].lower in ("many", "much")
    return 1.0 if (counted and begins) or (asked and finishes) else -1.0 if counted or asked else 0.0


def _spans(slot: Slot, reading: Reading, cues: TextCues) -> Iterator[Option]:
    """Yields free runs of words between places where texts use to begin and to end."""
    tokens = reading.tokens
    if not tokens:
        return
    ends = _ends(slot, tokens, cues)
    for first in _starts(slot, tokens, cues):
        for last in [end for end in ends if first <= end][:8] + [end for end in ends[-4:] if end >= first]:
            yield _span_option(slot, reading, first, last, cues)


def _starts(slot: Slot, tokens: Sequence[Token], cues: TextCues) -> list[int]:
    found = [0]
    for place in range(1, len(tokens)):
        before = tokens[place - 1]
        cue = (
            place == 1
            or before.stem in cues.starts
            or before.stem in slot.name
            or before.lower in _SPAN_STARTS
            or before.lower in PREPOSITIONS
            or before.text in ":=,"
        )
        if cue and tokens[place].text not in ",.;:?!)]}":
            found.append(place)
    return found[:24]


def _ends(slot: Slot, tokens: Sequence[Token], cues: TextCues) -> list[int]:
    """Returns the places of tokens that may be the last of a text: before a mark or a joining word, or at the end."""
    found = []
    final = len(tokens) - 1
    for place in range(len(tokens)):
        after = tokens[place + 1] if place < final else None
        if (
            after is None
            or after.stem in cues.ends
            or after.stem in slot.name
            or after.lower in _SPAN_ENDS
            or after.text in ",.;?!:)("
        ):
            found.append(place)
    last = final
    while last > 0 and _trails(tokens, last):
        last -= 1
        found.append(last)
    return sorted(set(found))


def _trails(tokens: Sequence[Token], last: int) -> bool:
    """Whether the last word is a mark or politeness: `…, please?`, `… for me`."""
    if tokens[last].lower in ("me", "for"):
        return tokens[last - 1].lower == "for" or (
            tokens[last].lower == "for" and tokens[last + 1 : last + 2] != ()
        )
    return tokens[last].text in ".?!," or tokens[last].lower in POLITE_TAILS


def _span_option(slot: Slot, reading: Reading, first: int, last: int, cues: TextCues) -> Option:
    tokens = reading.tokens
    span = (tokens[first].start, tokens[last].end)
    value = reading.text[span[0] : span[1]]
    before, after = _around(reading, span)
    final = last == len(tokens) - 1
    score = -0.6 + 0.6 * _nearness(slot, before, after) + _prepositional(slot, before)
    score += _span_fit(tokens, first, last, final)
    score -= 0.6 if tokens[first].stem in slot.name else 0
    score -= 0.8 if _cuts_or_adds(span, reading) else 0
    score -= (
        0.8 if any(quote.start >= span[0] - 1 and quote.end <= span[1] + 1 for quote in reading.quoted) else 0
    )
    key = slot.key
    features = [
        *_context(key, before, after),
        f"{key}|is|span",
        f"{key}|length|{min(last - first, 6)}",
        f"{key}|opens|{_masked(tokens[first])}",
        f"{key}|closes|{_masked(tokens[last])}",
        f"{key}|inner|{any(_masked(token) in cues.ends for token in tokens[first + 1 : last + 1])}",
    ]
    return Option(value, score, features, f"the words “{value[:60]}”", (span,), True)


def _cuts_or_adds(span: tuple[int, int], reading: Reading) -> bool:
    """Whether an identifier stands in the span with other words beside it, or is cut by it."""
    return any(
        mention.kind == "identifier"
        and mention.start < span[1]
        and span[0] < mention.end
        and mention.span != span
        for mention in reading.mentions
    )


def _span_fit(tokens: Sequence[Token], first: int, last: int, final: bool) -> float:
    """Returns how much a run of words looks like one thing: few small words, no mark at its ends."""
    run = tokens[first : last + 1]
    small = sum(token.lower in FUNCTION_WORDS for token in run)
    score = 0.3 if final else 0.0
    score -= 0.25 * min(small, 6) + (0.3 if run[0].lower in FUNCTION_WORDS else 0)
    score -= 0.5 if run[-1].lower in FUNCTION_WORDS else 0
    score -= 0.4 if run[-1].text in ".?!,;:" or run[-1].lower in POLITE_TAILS else 0
    score -= 0.6 if any(token.text in ",;?" for token in run) else 0
    score -= 0.08 * min(len(run), 12) + (0.6 if first == 0 else 0)
    return score + (0.2 if all(token.text[0].isupper() or token.text in ",.-'" for token in run) else 0)
