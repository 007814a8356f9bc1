"""Texts for slots: quoted, after a colon, identifiers, names, known words, or free runs of words."""

import re
from collections.abc import Iterator, Sequence
from functools import partial

from mapp.route.fill.candidate import Option, TextCues, place_of
from mapp.route.fill.date_candidates import laid_out_for
from mapp.route.fill.enum_candidates import codes_for, hits_for
from mapp.route.fill.proximity import FROM_WORDS, TO_WORDS, is_about, prepositional
from mapp.route.fill.slots import Slot, accepts
from mapp.route.fill.text_spans import JOB, cut_chunks, spans_for
from mapp.route.fill.weights import active
from mapp.route.read.lexicon import FUNCTION_WORDS, POLITE_TAILS
from mapp.route.read.mention import Mention
from mapp.route.read.parsed_request import ParsedRequest, text_shape, within
from mapp.route.read.tokens import Token, stem, tokenise
from mapp.route.read.units import NAMES, unit_called


def texts_for(slot: Slot, reading: ParsedRequest, rank: int, cues: TextCues) -> Iterator[Option]:
    """Yields the texts that the slot accepts; `rank` is the slot's place among the text slots."""
    weights = active().text
    best: dict[str, Option] = {}
    if slot.layout is not None:
        yield from laid_out_for(slot, reading, rank)
    found = [*_marked(slot, reading, rank, cues), *_named_choices(slot, reading), *codes_for(slot, reading)]
    spans = spans_for(slot, reading, cues, fits=partial(accepts, slot.schema))
    found += [*spans, *_chunks(slot, reading)]
    found += [*_blocks(slot, reading, cues), *_lone_words(slot, reading, rank, cues)]
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
            later = min(rank, 2) - 0.5
            option.score += weights.order * later * option.spans[0][0] / (len(reading.text) or 1)
        if slot.schema.pattern is not None:
            option.score += weights.pattern + min(len(str(option.value)), 40) * weights.pattern_length
        yield option


def _unlikely(slot: Slot, option: Option) -> float:
    """Returns the penalty for a text: the slot is optional, or wants a date, an email address or a link."""
    weights = active().text
    doubt = 0.0 if slot.required else weights.optional_penalty
    if slot.layout is not None or {"date", "time"} & set(slot.name):
        dated = any(f"{slot.key}|is|{kind}" in option.features for kind in ("date", "time", "quoted"))
        doubt += 0.0 if dated else weights.not_a_date_penalty
    for word, unit in (("email", "email"), ("url", "url"), ("uuid", "uuid")):
        if word in slot.name or f"{word} address" in slot.text:
            fits = f"{slot.key}|is|{unit}" in option.features
            doubt -= weights.wanted_format if fits else -weights.other_format_penalty
    return doubt


def _chunks(slot: Slot, reading: ParsedRequest) -> Iterator[Option]:
    """Yields every single word, if the slot has a pattern that can pick the right one."""
    weights = active().text
    if slot.schema.pattern is None:
        return
    for match in list(re.finditer(r"\S{1,200}", reading.text))[:60]:
        word = match.group().strip(".,;:!?\"'“”‘’()`")
        start = match.start() + match.group().find(word)
        span = (start, start + len(word))
        if not word or within(span, reading.quoted):
            continue
        place = place_of(slot, reading, span)
        score = weights.word + place.near
        score -= weights.function_word_penalty if word.lower() in FUNCTION_WORDS else 0
        yield place.option(word, score, f"the word “{word}”", features=(f"{slot.key}|is|chunk",), loose=True)


def _format_fits(slot: Slot, option: Option) -> bool:
    wanted = {"email": "email", "uri": "url", "uuid": "uuid"}.get(slot.schema.format or "")
    return wanted is None or any(feature == f"{slot.key}|is|{wanted}" for feature in option.features)


def _marked(slot: Slot, reading: ParsedRequest, rank: int, cues: TextCues) -> Iterator[Option]:
    """Yields the mentions that are texts: quoted, after a colon, identifiers, names, dates as written."""
    weights = active().text
    spot = 0
    documents = [
        mention
        for mention in reading.mentions
        if (mention.kind == "json" and len(mention.text) > 2) or mention.unit == "markup"
    ]
    for mention in reading.mentions:
        base = _base(slot, mention)
        inner = mention.kind in ("quoted", "identifier") and mention.unit != "markup"
        if base is None or (inner and within(mention.span, documents)):
            continue
        if mention.kind == "tail" and any(whole.start < mention.start < whole.end for whole in documents):
            continue
        place = place_of(slot, reading, mention.span)
        value = mention.value if mention.kind == "quoted" else mention.text
        score = base + place.near + prepositional(slot, place.before)
        if mention.kind not in ("quoted", "json", "tail"):
            score -= active().span.cut_chunk_penalty * cut_chunks(reading.text, mention.span)
        if mention.kind == "tail" and "\n" in mention.text and _instructs(mention.text.split("\n")[0], cues):
            score -= weights.block_with_job_words_penalty
        if mention.kind in ("quoted", "name", "identifier"):
            joined = mention.kind == "name" and bool(re.search(r",| and | & ", mention.text))
            score -= weights.spot_penalty * abs(spot - rank)
            spot += not joined and not mention.soft
            named = any(stem(word) in slot.name for word in mention.text.lower().split())
            score += weights.says_slot_name if named else 0
        features = (f"{slot.key}|is|{mention.kind}", f"{slot.key}|is|{mention.unit}")
        loose = mention.kind not in ("quoted", "tail", "identifier")
        why = f"{_KIND_WORDS[mention.kind]} “{mention.text[:60]}”"
        option = place.option(value, score, why, features=features, loose=loose)
        option.quoted = mention.kind == "quoted"
        yield option


def _blocks(slot: Slot, reading: ParsedRequest, cues: TextCues) -> Iterator[Option]:
    """Yields the lines below the instruction or above it: `sort these lines:` and then the lines."""
    text = reading.text
    breaks = [match.start() for match in re.finditer("\n", text)]
    marked = (mention for mention in reading.mentions if mention.kind in ("quoted", "json"))
    if not breaks or any("\n" in mention.text for mention in marked):
        return
    weights = active().text
    colon = next((at for at in breaks if text[:at].rstrip().endswith(":")), breaks[0])
    _, mark, said = text[:colon].partition(": ")
    parts = [(colon + 1, end) for end in sorted({len(text), breaks[-1]} - {colon})]
    if mark and said.strip() and not _instructs(said, cues):
        parts = []  # the lines begin after the colon
    if not text[:colon].rstrip().endswith(":"):
        parts.append((0, breaks[-1]))
    for start, end in parts:
        start += len(text[start:end]) - len(text[start:end].lstrip("\n"))
        end = start + len(text[start:end].rstrip())
        if start >= end:
            continue
        lines = text[start:end].splitlines()
        edges = [lines[-1]] if start else [lines[0], lines[-1]]
        score = weights.block
        score -= weights.block_with_job_words_penalty * any(_instructs(line, cues) for line in edges)
        rest = text[end:].strip()
        if rest and not _instructs(rest, cues):
            score -= weights.block_with_job_words_penalty
        place = place_of(slot, reading, (start, end))
        features = (f"{slot.key}|is|block", f"{slot.key}|block|{bool(start)}|{bool(rest)}")
        yield place.option(text[start:end], score, "the lines", features=features)


def _instructs(line: str, cues: TextCues) -> bool:
    """Returns whether a line says what to do: it has a word of the app's job, or ends politely."""
    tokens = tokenise(line)
    return any(cues.job(token) >= JOB for token in tokens) or any(
        token.lower in POLITE_TAILS for token in tokens[-2:]
    )


def _lone_words(slot: Slot, reading: ParsedRequest, rank: int, cues: TextCues) -> Iterator[Option]:
    """Yields single words, if the request has as many free ones as the app needs texts."""
    if cues.texts < 2 or not slot.required or reading.quoted:
        return
    words = [
        token
        for token in reading.tokens
        if token.text[0].isalnum() and token.lower not in FUNCTION_WORDS and cues.job(token) < JOB
    ]
    if len(words) != cues.texts:
        return
    weights = active().text
    for spot, token in enumerate(words):
        place = place_of(slot, reading, (token.start, token.end))
        score = weights.lone_word - weights.spot_penalty * abs(spot - rank)
        yield place.option(
            token.text, score, f"the word “{token.text}”", features=(f"{slot.key}|is|lone",), loose=True
        )


_KIND_WORDS = {
    "quoted": "the quoted", "tail": "what follows the colon,", "identifier": "the identifier",
    "name": "the name", "json": "the JSON", "duration": "the duration", "address": "the address",
    "number": "the number", "date": "the date", "time": "the time", "quantity": "the quantity",
    "percent": "the percentage", "currency": "the amount",
}  # fmt: skip


def _base(slot: Slot, mention: Mention) -> float | None:
    if mention.kind not in _KIND_WORDS:
        return None
    weights = active().text
    base: float = getattr(weights, mention.kind)
    about = {*slot.name, *slot.hints}
    if mention.kind in ("date", "time", "duration") and (
        mention.kind in slot.name or stem(mention.kind) in about
    ):
        base += weights.kind_in_name
    if mention.kind == "number" and {"number", "id", "code", "no"} & about:
        base += weights.number_for_id
    if mention.kind == "identifier" and (
        (mention.unit or "-") in slot.text or {"id", "code", "number"} & set(slot.name)
    ):
        base += weights.identifier_wanted
    if mention.kind == "tail" and any(quote in mention.text[:1] for quote in "'\"“`"):
        base -= weights.quoted_tail_penalty
    if mention.kind == "address":
        said = set(slot.text.replace("'", " ").replace(",", " ").split())
        return base + (weights.address_wanted if {"address", "street"} & said else 0.0)
    if mention.kind == "name":
        comma = "," in mention.text
        wants_pair = bool(
            re.search(r"city, (?:state|country)|, [A-Z]{2}\b|district, city", slot.schema.description, re.I)
        )
        doubtful = mention.soft and " " not in mention.text
        base += (weights.name_form if comma == wants_pair else -weights.name_form) - (
            weights.soft_name_penalty if doubtful else 0
        )
        return base
    return base - (weights.soft_penalty if mention.soft else 0)


def _named_choices(slot: Slot, reading: ParsedRequest) -> Iterator[Option]:
    """Yields values that the description quotes and the request contains, and units if the slot wants one."""
    weights = active().text
    for choice in slot.choices:
        ways = (tuple(token.stem for token in tokenise(choice)),)
        for span, strength in list(hits_for(ways, reading))[:2] if ways[0] else []:
            said = reading.text[span[0] : span[1]]
            value = choice if said.lower() != choice.lower() or not said[0].isupper() else said
            strength += weights.choice_verbatim if said == choice and " " in choice else 0
            yield Option(
                value, strength + weights.choice, [f"{slot.key}|choice"], f"“{said}”", (span,), True, True
            )
    if "unit" in slot.name:
        yield from units_for(slot, reading)


_UNIT_TOKEN = re.compile(
    r"(?<![\w/])[A-Za-z°µ]+(?:/[A-Za-z]+(?:[²³]|\^?[23](?!\d))?)?(?![\w/])|(?<=\d)[A-Za-zµ°]+(?!\w)"
)


def units_for(slot: Slot, reading: ParsedRequest) -> Iterator[Option]:
    """Yields the units that the request names, spelled like the slot's own choices if it has any."""
    weights = active().text
    spelled = {known.name: choice for choice in slot.choices if (known := unit_called(choice)) is not None}
    if slot.choices and not spelled:
        return
    for match in list(_UNIT_TOKEN.finditer(reading.text))[:200]:
        word = match.group()
        known = unit_called(word) if "/" in word or word.lower() in NAMES or len(word) > 1 else None
        if (known is None and "/" not in word) or word.lower() in FUNCTION_WORDS:
            continue
        place = place_of(slot, reading, match.span())
        before = place.before
        score = weights.unit + place.near + _side(slot, before)
        score += weights.unit_after_to if before and before[0].lower in ("in", "to", "into") else 0.0
        value = spelled.get(known.name, word) if known else word
        yield Option(value, score, [f"{slot.key}|unit"], f"the unit “{word}”", (match.span(),), True, True)


def _side(slot: Slot, before: Sequence[Token]) -> float:
    """Returns a bonus for a unit next to a number if the slot is a source, and for `how many feet` if it is a
    target; the same penalty for the reverse.
    """
    weight = active().text.unit_side
    begins, finishes = is_about(slot, FROM_WORDS), is_about(slot, TO_WORDS)
    if not before or begins == finishes:
        return 0.0
    counted, asked = before[0].text[0].isdigit(), before[0].lower in ("many", "much")
    return weight if (counted and begins) or (asked and finishes) else -weight if counted or asked else 0.0
