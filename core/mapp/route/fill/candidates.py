"""What each slot could take from a request: options, each with the span it uses and how well it seems to fit.

An option's `score` is general knowledge (kind, unit, words nearby); its `features` are what an app's own
requests can teach weights for.
"""

import json
import re
from collections.abc import Sequence
from decimal import Decimal

from mapp.model.schema import ABSENT, Absent
from mapp.model.values import JSONValue
from mapp.route.fill.candidate import Option, TextCues
from mapp.route.fill.date_candidates import moments_for
from mapp.route.fill.enum_candidates import choices_for, codes_for, flags_for
from mapp.route.fill.list_candidates import documents_for, number_lists_for, text_lists_for
from mapp.route.fill.number_candidates import amounts_for
from mapp.route.fill.slots import Slot, accepts
from mapp.route.fill.text_candidates import texts_for
from mapp.route.read.lexicon import DEICTIC, PLACEHOLDERS, POLITE_TAILS, PREPOSITIONS
from mapp.route.read.numbers import json_number
from mapp.route.read.parsed_request import ParsedRequest, place_at, within

MAX_OPTIONS = 40
"""Options a slot keeps, the best by score."""


def options_for(slot: Slot, reading: ParsedRequest, rank: int, cues: TextCues) -> list[Option]:
    """Returns what the slot could take, best first, the option to leave it out among them."""
    match slot.wants:
        case "number":
            found = [*amounts_for(slot, reading, rank), *codes_for(slot, reading)]
        case "enum":
            found = list(choices_for(slot, reading))
        case "boolean":
            found = list(flags_for(slot, reading))
        case "date" | "date-time" | "time":
            found = list(moments_for(slot, reading, rank))
        case "numbers":
            found = list(number_lists_for(slot, reading))
        case "texts":
            found = list(text_lists_for(slot, reading, cues))
        case "json":
            found = list(documents_for(slot, reading))
        case "text":
            found = list(texts_for(slot, reading, rank, cues))
    for option in found:
        option.score -= _own_words(option, reading, cues)
    found += _attached(slot, reading)
    found.sort(key=lambda option: -option.score)
    return [*found[:MAX_OPTIONS], *_left_out(slot, reading)]


def _own_words(option: Option, reading: ParsedRequest, cues: TextCues) -> float:
    """Returns what speaks against a value made of the app's own words, or of words like `this text`."""
    if option.enum or len(option.spans) != 1 or within(option.spans[0], reading.quoted):
        return 0.0
    start, end = option.spans[0]
    first = place_at(reading, start)
    run = [token for token in reading.tokens[first : first + 6] if token.end <= end]
    if not run or len(run) == 6:
        return 0.0
    if not isinstance(option.value, str):
        return 1.5 if all(token.stem in cues.own for token in run) else 0.0
    while len(run) > 1 and run[0].lower in PREPOSITIONS:
        run = run[1:]
    if all(token.stem in cues.own or token.lower in _NOBODYS for token in run):
        return 3.5
    if run[0].lower in DEICTIC:
        return 2.5 if run[-1].lower in PLACEHOLDERS else 0.6
    return 0.0


_NOBODYS = DEICTIC | POLITE_TAILS | PLACEHOLDERS


def _left_out(slot: Slot, reading: ParsedRequest) -> list[Option]:
    if slot.wants in ("enum", "boolean") and slot.default is not ABSENT and slot.default is not None:
        return []  # the default is one of the choices, scored like them
    score = -1.5 if slot.required else 0.0
    features = [f"{slot.key}|absent", f"{slot.key}|absent|{min(len(reading.numeric), 4)}"]
    return [Option(ABSENT, score, features, "left out")]


def _attached(slot: Slot, reading: ParsedRequest) -> list[Option]:
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
