"""Slots: an app's arguments in the filler's terms.

An object argument with named properties becomes one slot per property, so that every slot takes one value.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

from mapp.model.manifest import Argument, Manifest
from mapp.model.schema import ABSENT, Absent, Schema
from mapp.model.validation import is_valid
from mapp.model.values import JSONValue
from mapp.route.read.lexicon import FUNCTION_WORDS
from mapp.route.read.tokens import stem, tokenise, words_of_name
from mapp.route.read.units import DIMENSION_WORDS, NAMES, SYMBOLS, Unit, unit_called

MAX_SLOTS = 48
MAX_DEPTH = 3
MAX_MATCHED_LENGTH = 20_000
"""Longer texts are not matched against a pattern."""

Wants = Literal["number", "boolean", "enum", "date", "date-time", "time", "text", "numbers", "texts", "json"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """One value of a call, with the words that point to it."""

    path: tuple[str, ...]
    schema: Schema
    wants: Wants
    required: bool
    default: JSONValue | Absent
    unit: str | None
    declared_unit: bool
    attachment: bool
    name: tuple[str, ...]
    """Stems of the words of its name."""
    hints: dict[str, float]
    """Stems of its description's words, weighted by how few slots share them."""
    surfaces: tuple[tuple[JSONValue, tuple[tuple[str, ...], ...]], ...] = ()
    """For an enum: each value with the stems of the phrases for it."""
    choices: tuple[str, ...] = ()
    """For a text: the values quoted in its description or examples."""
    codes: tuple[tuple[JSONValue, tuple[tuple[str, ...], ...]], ...] = ()
    """Values that the description spells out: `1 for cleaning, 2 for ironing`."""
    layout: str | None = None
    """For a text that is a date or a time: the layout in its description (`MM/DD/YYYY`)."""
    dimension: str | None = None
    """What the number measures according to its name, if no unit is stated."""
    unit_beside: bool = False
    """Whether another argument of the app says which unit the number is in."""
    weights: dict[str, float] = field(default_factory=dict)
    """Stems of the name, weighted by how few slots share them."""

    @property
    def key(self) -> str:
        """Returns its path as text: `price`, `address.city`."""
        return ".".join(self.path)

    @property
    def text(self) -> str:
        """Returns its name and description in lower case."""
        return f"{' '.join(self.path)} {self.schema.description}".lower()


_made: dict[int, tuple[Manifest, tuple[Slot, ...]]] = {}
"""Slots by the manifest's identity: a manifest with a list as a default is not hashable."""


def slots_of(manifest: Manifest) -> tuple[Slot, ...]:
    """Returns the slots of an app, in the order of its arguments."""
    known = _made.get(id(manifest))
    if known is not None and known[0] is manifest:
        return known[1]
    if len(_made) > 500:
        _made.clear()
    made = _make(manifest)
    _made[id(manifest)] = (manifest, made)
    return made


def _make(manifest: Manifest) -> tuple[Slot, ...]:
    found = [slot for argument in manifest.arguments for slot in _slots(argument)][:MAX_SLOTS]
    counts: dict[str, int] = {}
    for slot in found:
        for word in {*slot.name, *slot.hints}:
            counts[word] = counts.get(word, 0) + 1
    for slot in found:
        slot.hints.update({word: 1.0 / counts[word] for word in slot.hints})
        slot.weights.update({word: 1.0 / counts[word] for word in slot.name})
    if any(slot.wants == "enum" and names_units(slot) for slot in found):
        return tuple(replace(slot, unit_beside=slot.wants == "number" and not slot.unit) for slot in found)
    return tuple(found)


def _slots(argument: Argument) -> Iterator[Slot]:
    yield from _expanded((argument.name,), argument.schema, argument.required, argument)


def _expanded(path: tuple[str, ...], schema: Schema, required: bool, argument: Argument) -> Iterator[Slot]:
    if schema.properties and len(path) < MAX_DEPTH and _wants(schema) == "json":
        for name, inner in schema.properties:
            needed = required and name in schema.required and not inner.has_default
            yield from _expanded((*path, name), inner, needed, argument)
        return
    wants = _wants(schema)
    declared = argument.unit if len(path) == 1 else None
    yield Slot(
        path=path,
        schema=schema,
        wants=wants,
        required=required,
        default=schema.default,
        unit=_canonical(declared)
        if declared
        else _unit_in_words(path[-1], schema)
        if wants == "number"
        else None,
        declared_unit=declared is not None,
        attachment=argument.attachment and len(path) == 1,
        name=tuple(stem(word) for word in words_of_name(path[-1])),
        hints=dict.fromkeys(_content(schema.description), 1.0),
        surfaces=_surfaces(schema, argument) if wants in ("enum", "texts") else (),
        choices=_choices(schema) if wants in ("text", "texts") else (),
        codes=_codes(schema) if wants in ("text", "number", "enum") else (),
        dimension=next((DIMENSION_WORDS[w] for w in words_of_name(path[-1]) if w in DIMENSION_WORDS), None),
        layout=_layout(schema.description) if wants == "text" else None,
    )


def _wants(schema: Schema) -> Wants:
    types = set(schema.types) - {"null"}
    if schema.enum is not None and types != {"array"}:
        return "enum"
    if types and types <= {"integer", "number"}:
        return "number"
    if types == {"boolean"}:
        return "boolean"
    if types == {"array"}:
        inner = set(schema.items.types) - {"null"} if schema.items else set()
        return (
            "numbers"
            if inner and inner <= {"integer", "number"}
            else "texts"
            if inner == {"string"}
            else "json"
        )
    if types == {"object"}:
        return "json"
    if schema.format in ("date", "date-time", "time"):
        return schema.format  # type: ignore[return-value]  # the three are members
    return "text"


def _content(text: str) -> list[str]:
    words = [
        token.lower
        for token in tokenise(text)
        if token.text[0].isalpha() and token.lower not in FUNCTION_WORDS
    ]
    return [stem(word) for word in words]


# Units


def _canonical(unit: str) -> str:
    known = unit_called(unit)
    return known.name if known else unit


_UNIT_TEXT = r"((?:square |cubic )?[A-Za-z°µ/²³^0-9]+(?: per [a-z]+)?)"
_IN_UNIT = (
    re.compile(rf"\bin\s(?:a\s)?{_UNIT_TEXT}"),
    re.compile(rf"\b(?:as|of)\s(?:a\s)?{_UNIT_TEXT}"),
    re.compile(rf"\({_UNIT_TEXT}"),
)


def _unit_in_words(name: str, schema: Schema) -> str | None:
    """Returns the unit that a number's own words state: `in kilograms`, `(km)`, `weight_kg`, `years`."""
    for match in (match for pattern in _IN_UNIT for match in pattern.finditer(schema.description)):
        word = match.group(1).strip()
        known = unit_called(word.replace(" per ", "/")) or unit_called(word.split()[0])
        if known and (len(word) > 2 or word in SYMBOLS) and known.dimension not in ("amount",):
            return known.name
    last = words_of_name(name)[-1:] or ("",)
    return NAMES[last[0]].name if last[0] in NAMES and last[0].endswith("s") else _symbol_suffix(name)


def _symbol_suffix(name: str) -> str | None:
    suffix = name.rpartition("_")[2] if "_" in name else ""
    return SYMBOLS[suffix].name if suffix in SYMBOLS and len(suffix) > 1 else None


def names_units(slot: Slot) -> bool:
    """Returns whether most values of an enum are units of measure."""
    known = sum(unit_called(str(value)) is not None for value, _ in slot.surfaces)
    return known >= 2 and known * 2 > len(slot.surfaces)


# Phrases for a value


def _surfaces(
    schema: Schema, argument: Argument
) -> tuple[tuple[JSONValue, tuple[tuple[str, ...], ...]], ...]:
    enum = schema.enum if schema.enum is not None else schema.items.enum if schema.items else None
    spoken = dict(argument.words)
    return tuple((value, _ways(value, spoken.get(str(value), ()))) for value in enum or ())


def _ways(value: JSONValue, spoken: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    if value is None or isinstance(value, list | dict):
        return ()
    written = str(value)
    texts = [written, " ".join(words_of_name(written)), *spoken]
    if (unit := unit_called(written)) is not None and (len(written) > 1 or written in SYMBOLS):
        stems = {*map(stems_of, texts), *_stems_of_unit(unit)}
    else:
        stems = set(map(stems_of, texts))
    return tuple(sorted((way for way in stems if way), key=lambda way: (-len(way), way)))


@lru_cache(maxsize=1024)
def _stems_of_unit(unit: Unit) -> frozenset[tuple[str, ...]]:
    """Returns the stems of each of a unit's names and symbols."""
    known = [*NAMES.items(), *SYMBOLS.items()]
    return frozenset(stems_of(text) for text, other in known if other == unit)


def stems_of(text: str) -> tuple[str, ...]:
    """Returns the stems of a text's words, or its marks if it has no words."""
    tokens = tokenise(text)
    words = tuple(token.stem for token in tokens if token.text[0].isalnum())
    return words or tuple(token.text for token in tokens)


_QUOTED_CHOICE = re.compile(r"['\"`‘“]([^'\"`’”]{1,40})['\"`’”]")


def _choices(schema: Schema) -> tuple[str, ...]:
    items = schema.items.enum if schema.items and schema.items.enum else ()
    named = [text for text in (*items, *schema.examples) if isinstance(text, str)]
    return tuple(dict.fromkeys([*named, *_QUOTED_CHOICE.findall(schema.description)]))


_CODE = re.compile(
    r"(?<![\w.])(['\"]?)(-?\w{1,6})\1\s*(?:for|=|:|means|represents|correspond(?:s|ing) to|is for)\s+"
    r"(?:an? |the )?['\"]?([A-Za-z][A-Za-z ]{1,40}?)['\"]?(?=\s*(?:[,.;()]|\band\b|\bor\b|$))"
)


def _codes(schema: Schema) -> tuple[tuple[JSONValue, tuple[tuple[str, ...], ...]], ...]:
    """Returns the codes that the description explains, numbers or short quoted texts, with their meaning."""
    numeric = "string" not in schema.types
    found: list[tuple[JSONValue, tuple[tuple[str, ...], ...]]] = []
    for quote, code, meaning in _CODE.findall(schema.description):
        if code.lstrip("-").isdigit() if numeric else bool(quote):
            value: JSONValue = int(code) if numeric else code
            words = tuple(word for word in stems_of(meaning) if word not in _GENERIC)
            if words and accepts(schema, value):
                found.append((value, (words,)))
    return tuple(found)


_GENERIC = frozenset({"service", "servic", "the", "typ", "province", "provinc"})
_LAYOUT = re.compile(
    r"(?:YYYY|yyyy)[-/.]?(?:MM|mm)[-/.]?(?:DD|dd)(?:[ T](?:HH|hh):(?:mm|MM)(?::(?:ss|SS))?)?"
    r"|(?:DD|dd|MM|mm)[-/.](?:DD|dd|MM|mm)[-/.](?:YYYY|yyyy)(?: (?:HH|hh):(?:mm|MM)(?::(?:ss|SS))?)?"
    r"|(?:HH|hh):(?:mm|MM)(?::(?:ss|SS))?"
)


def _layout(description: str) -> str | None:
    match = _LAYOUT.search(description)
    if match:
        return match.group()
    return "ISO" if "ISO-8601" in description or "ISO 8601" in description else None


# Whether a value fits


def accepts(schema: Schema, value: JSONValue) -> bool:
    """Returns whether a scalar fits the schema: type, enum, bounds, lengths, pattern. Ignores formats."""
    if schema.enum is not None and value not in schema.enum:
        return False
    if schema.const is not ABSENT and value != schema.const:
        return False
    if isinstance(value, str):
        return _accepts_text(schema, value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _accepts_number(schema, value)
    return True


def _accepts_number(schema: Schema, value: int | float) -> bool:
    if not math.isfinite(value):
        return False
    if (
        schema.types
        and "number" not in schema.types
        and ("integer" not in schema.types or value != int(value))
    ):
        return False
    bounds = (
        schema.minimum is None or value >= schema.minimum,
        schema.maximum is None or value <= schema.maximum,
        schema.exclusive_minimum is None or value > schema.exclusive_minimum,
        schema.exclusive_maximum is None or value < schema.exclusive_maximum,
    )
    return all(bounds)


def _accepts_text(schema: Schema, value: str) -> bool:
    if schema.types and "string" not in schema.types:
        return False
    if (schema.min_length or 0) > len(value) or (
        schema.max_length is not None and len(value) > schema.max_length
    ):
        return False
    return schema.pattern is None or _matches(schema.pattern, value)


@lru_cache(maxsize=256)
def _pattern(pattern: str) -> Schema:
    return Schema(types=("string",), pattern=pattern)


def _matches(pattern: str, value: str) -> bool:
    """Returns whether the pattern matches, in time linear in the length of the value for any pattern."""
    return len(value) <= MAX_MATCHED_LENGTH and is_valid(_pattern(pattern), value)
