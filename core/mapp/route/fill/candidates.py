"""All candidates of a slot: options, each with the span it uses and how well it seems to fit.

An option's `score` is general knowledge: its kind, its unit, the words near it. Its `features` are what the
app's own requests can teach weights for.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from mapp.errors import MappError
from mapp.model.schema import ABSENT, Absent
from mapp.model.values import JSONValue, parse
from mapp.route.fill.candidate import Option, TextCues
from mapp.route.fill.date_candidates import moments_for
from mapp.route.fill.duration_texts import durations_for
from mapp.route.fill.enum_candidates import choices_for, codes_for, flags_for
from mapp.route.fill.list_candidates import documents_for, number_lists_for, text_lists_for
from mapp.route.fill.number_candidates import amounts_for
from mapp.route.fill.people_candidates import with_groups
from mapp.route.fill.slots import Slot, accepts
from mapp.route.fill.text_candidates import texts_for
from mapp.route.fill.weights import active
from mapp.route.read.lexicon import DEICTIC, PLACEHOLDERS, POLITE_TAILS, PREPOSITIONS
from mapp.route.read.number import json_number
from mapp.route.read.parsed_request import ParsedRequest, place_at, within

MAX_OPTIONS = 40
"""How many options a slot keeps, the best by score."""


def options_for(slot: Slot, reading: ParsedRequest, rank: int, cues: TextCues) -> list[Option]:
    """Returns the slot's options, best first; the last one leaves the slot out."""
    match slot.wants:
        case "number":
            amounts = amounts_for(slot, reading, rank)
            found = [*with_groups(slot, reading, amounts), *codes_for(slot, reading)]
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
            found = [*texts_for(slot, reading, rank, cues), *durations_for(slot, reading)]
    for option in found:
        option.score -= _own_words(option, reading, cues)
    found += _attached(slot, reading)
    found.sort(key=lambda option: -option.score)
    return [*found[:MAX_OPTIONS], *_left_out(slot, reading)]


def _own_words(option: Option, reading: ParsedRequest, cues: TextCues) -> float:
    """Returns the penalty for a value made of the app's own words, or of words like `this text`."""
    weights = active().common
    if option.enum or len(option.spans) != 1 or within(option.spans[0], reading.quoted):
        return 0.0
    start, end = option.spans[0]
    first = place_at(reading, start)
    run = [token for token in reading.tokens[first : first + 6] if token.end <= end]
    if not run or len(run) == 6:
        return 0.0
    run = [token for token in run if token.text[0].isalnum()] or run
    if not isinstance(option.value, str):
        return weights.app_number_penalty if all(token.stem in cues.own for token in run) else 0.0
    while len(run) > 1 and run[0].lower in PREPOSITIONS:
        run = run[1:]
    if all(token.stem in cues.own or token.lower in _NEVER_VALUES for token in run):
        return weights.app_words_penalty
    if run[0].lower in DEICTIC:
        placeholder = run[-1].lower in PLACEHOLDERS
        return weights.placeholder_penalty if placeholder else weights.deictic_penalty
    return 0.0


_NEVER_VALUES = DEICTIC | POLITE_TAILS | PLACEHOLDERS


def _left_out(slot: Slot, reading: ParsedRequest) -> list[Option]:
    if slot.wants in ("enum", "boolean") and slot.default is not ABSENT and slot.default is not None:
        return []  # the default is one of the choices, scored like them
    score = active().common.absent_required if slot.required else active().common.absent
    features = [f"{slot.key}|absent", f"{slot.key}|absent|{min(len(reading.numeric), 4)}"]
    return [Option(ABSENT, score, features, "left out")]


def _attached(slot: Slot, reading: ParsedRequest) -> list[Option]:
    """Returns the attachment as the slot's value, if the slot is marked for it."""
    if not slot.attachment or reading.attachment is None:
        return []
    value = attached_value(slot, reading.attachment)
    if value is ABSENT:
        return []
    return [Option(value, active().common.attached, [f"{slot.key}|attached"], "the attached text")]


def attached_value(slot: Slot, attachment: str) -> JSONValue | Absent:
    """Returns the attachment as the slot wants it: text, JSON or lines; ABSENT if it does not fit."""
    if slot.wants in ("text", "enum", "date"):
        return attachment if accepts(slot.schema, attachment) else ABSENT
    try:
        value: JSONValue = parse(attachment)
    except (MappError, RecursionError):
        value = None
    if slot.wants == "json":
        fits = isinstance(value, list) if "array" in slot.schema.types else isinstance(value, dict)
        return value if fits else ABSENT
    if isinstance(value, list):
        return value if _is_list_of(slot, value) else ABSENT
    lines = [line.strip() for line in attachment.splitlines() if line.strip()]
    if slot.wants == "texts":
        return list(lines)
    return _lines_of_numbers(lines) if slot.wants == "numbers" else ABSENT


def _is_list_of(slot: Slot, values: Sequence[JSONValue]) -> bool:
    """Returns whether a slot for numbers or for texts accepts every item of the list."""
    sort: type | tuple[type, ...] = str if slot.wants == "texts" else (int, float)
    inner = slot.schema.items
    return all(
        isinstance(value, sort) and not isinstance(value, bool) and (inner is None or accepts(inner, value))
        for value in values
    )


def _lines_of_numbers(lines: Sequence[str]) -> JSONValue | Absent:
    values: list[JSONValue] = []
    for piece in (piece for line in lines for piece in re.split(r"[;,\s]+", line) if piece):
        try:
            number = json_number(Decimal(piece))
        except ArithmeticError:
            return ABSENT
        if number is None:
            return ABSENT
        values.append(number)
    return values if values else ABSENT
