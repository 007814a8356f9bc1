"""Texts for slots: quoted, after a colon, identifiers, names, known words, or free runs of words."""

import re
from collections.abc import Iterator, Sequence

from mapp.route.fill.candidate import Option, TextCues
from mapp.route.fill.date_candidates import laid_out_for
from mapp.route.fill.enum_candidates import codes_for, hits_for
from mapp.route.fill.proximity import FROM_WORDS, TO_WORDS, is_about, nearness, prepositional
from mapp.route.fill.slots import Slot, accepts
from mapp.route.fill.text_spans import spans_for
from mapp.route.read.lexicon import FUNCTION_WORDS
from mapp.route.read.mention import Mention
from mapp.route.read.parsed_request import ParsedRequest, around, context, text_shape, within
from mapp.route.read.tokens import Token, stem, tokenise
from mapp.route.read.units import NAMES, unit_called


def texts_for(slot: Slot, reading: ParsedRequest, rank: int, cues: TextCues) -> Iterator[Option]:
    """Yields the texts that the slot accepts, each once a place; `rank` is its place among text slots."""
    best: dict[str, Option] = {}
    if slot.layout is not None:
        yield from laid_out_for(slot, reading, rank)
    found = [*_marked(slot, reading, rank), *_named_choices(slot, reading), *codes_for(slot, reading)]
    found += [*spans_for(slot, reading, cues), *_chunks(slot, reading)]
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
    """Returns what speaks against a text: it is optional, or the slot is for a date, an address, a link."""
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


def _chunks(slot: Slot, reading: ParsedRequest) -> Iterator[Option]:
    """Yields every word by itself, where a pattern tells which of them can be meant."""
    if slot.schema.pattern is None:
        return
    for match in list(re.finditer(r"\S{1,200}", reading.text))[:60]:
        word = match.group().strip(".,;:!?\"'“”‘’()`")
        start = match.start() + match.group().find(word)
        if not word or within((start, start + len(word)), reading.quoted):
            continue
        before, after = around(reading, (start, start + len(word)))
        score = -0.4 + nearness(slot, before, after) - (1.2 if word.lower() in FUNCTION_WORDS else 0)
        features = [*context(slot.key, before, after), f"{slot.key}|is|chunk"]
        yield Option(word, score, features, f"the word “{word}”", ((start, start + len(word)),), True)


def _format_fits(slot: Slot, option: Option) -> bool:
    wanted = {"email": "email", "uri": "url", "uuid": "uuid"}.get(slot.schema.format or "")
    return wanted is None or any(feature == f"{slot.key}|is|{wanted}" for feature in option.features)


def _marked(slot: Slot, reading: ParsedRequest, rank: int) -> Iterator[Option]:
    """Yields the mentions that are texts by themselves: quoted, after a colon, identifiers, names, dates as
    written.
    """
    spot = 0
    documents = [mention for mention in reading.mentions if mention.kind == "json" and len(mention.text) > 2]
    for mention in reading.mentions:
        base = _base(slot, mention)
        if base is None or (mention.kind == "quoted" and within(mention.span, documents)):
            continue
        before, after = around(reading, mention.span)
        value = mention.value if mention.kind == "quoted" else mention.text
        score = base + nearness(slot, before, after) + prepositional(slot, before)
        if mention.kind in ("quoted", "name", "identifier"):
            joined = mention.kind == "name" and bool(re.search(r",| and | & ", mention.text))
            score -= 0.15 * abs(spot - rank)
            spot += not joined and not mention.soft
            score += 0.7 if any(stem(word) in slot.name for word in mention.text.lower().split()) else 0
        features = [
            *context(slot.key, before, after),
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
_BASES = {
    "quoted": 3.2, "tail": 1.6, "identifier": 1.2, "name": 1.0, "json": 0.5, "duration": 0.3, "address": 0.2,
    "number": 0.0, "date": 0.0, "time": 0.0, "quantity": -0.3, "percent": -0.5, "currency": -0.5,
}  # fmt: skip
_KIND_WORDS = {
    "quoted": "the quoted", "tail": "what follows the colon,", "identifier": "the identifier",
    "name": "the name", "json": "the JSON", "duration": "the duration", "address": "the address",
    "number": "the number", "date": "the date", "time": "the time", "quantity": "the quantity",
    "percent": "the percentage", "currency": "the amount",
}  # fmt: skip


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
        (mention.unit or "-") in slot.text or {"id", "code", "number"} & set(slot.name)
    ):
        base += 1.0
    if mention.kind == "tail" and any(quote in mention.text[:1] for quote in "'\"“`"):
        base -= 1.5
    if mention.kind == "address":
        return base + (
            1.5 if {"address", "street"} & set(slot.text.replace("'", " ").replace(",", " ").split()) else 0.0
        )
    if mention.kind == "name":
        comma = "," in mention.text
        wants_pair = bool(
            re.search(r"city, (?:state|country)|, [A-Z]{2}\b|district, city", slot.schema.description, re.I)
        )
        base += (0.3 if comma == wants_pair else -0.3) - (
            _SOFT_NAME if mention.soft and " " not in mention.text else 0
        )
        return base
    return base - (1.2 if mention.soft else 0)


def _named_choices(slot: Slot, reading: ParsedRequest) -> Iterator[Option]:
    """Yields values that the description quotes and the request says, and units where one is wanted."""
    for choice in slot.choices:
        ways = (tuple(token.stem for token in tokenise(choice)),)
        for span, strength in list(hits_for(ways, reading))[:2] if ways[0] else []:
            said = reading.text[span[0] : span[1]]
            value = choice if said.lower() != choice.lower() or not said[0].isupper() else said
            strength += 0.8 if said == choice and " " in choice else 0
            yield Option(value, strength + 0.4, [f"{slot.key}|choice"], f"“{said}”", (span,), True, True)
    if "unit" in slot.name:
        yield from units_for(slot, reading)


_UNIT_TOKEN = re.compile(
    r"(?<![\w/])[A-Za-z°µ]+(?:/[A-Za-z]+(?:[²³]|\^?[23](?!\d))?)?(?![\w/])|(?<=\d)[A-Za-zµ°]+(?!\w)"
)


def units_for(slot: Slot, reading: ParsedRequest) -> Iterator[Option]:
    """Yields the units that the request names, in the spelling of the slot's own choices where it has one."""
    spelled = {known.name: choice for choice in slot.choices if (known := unit_called(choice)) is not None}
    if slot.choices and not spelled:
        return
    for match in list(_UNIT_TOKEN.finditer(reading.text))[:200]:
        word = match.group()
        known = unit_called(word) if "/" in word or word.lower() in NAMES or len(word) > 1 else None
        if (known is None and "/" not in word) or word.lower() in FUNCTION_WORDS:
            continue
        before, after = around(reading, match.span())
        score = 1.5 + nearness(slot, before, after) + _side(slot, before)
        score += 1.0 if before and before[0].lower in ("in", "to", "into") else 0.0
        value = spelled.get(known.name, word) if known else word
        yield Option(value, score, [f"{slot.key}|unit"], f"the unit “{word}”", (match.span(),), True, True)


def _side(slot: Slot, before: Sequence[Token]) -> float:
    """Returns a bonus when a unit beside a number meets a slot for beginnings, and `how many feet` one for
    ends.
    """
    begins, finishes = is_about(slot, FROM_WORDS), is_about(slot, TO_WORDS)
    if not before or begins == finishes:
        return 0.0
    counted, asked = before[0].text[0].isdigit(), before[0].lower in ("many", "much")
    return 1.0 if (counted and begins) or (asked and finishes) else -1.0 if counted or asked else 0.0
