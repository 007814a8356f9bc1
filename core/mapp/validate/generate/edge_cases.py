"""Inputs that show what people get wrong: values on bounds, and inputs one small step from the examples.

Nothing here is random. The examples, the constants of the source and the schema say where to look.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from mapp.model.manifest import Manifest
from mapp.model.schema import Schema
from mapp.model.validation import validator
from mapp.model.values import MAX_INTEGER, JSONValue, canonical
from mapp.validate.generate.constants import Constants
from mapp.validate.generate.inputs import is_carried
from mapp.validate.generate.text_edits import taking_turns, text_edits, with_constants, with_parts_of

Arguments = dict[str, JSONValue]

NONE: Final = Constants()
MAX_LENGTH: Final = 2000
"""Longer texts and lists are not changed: shorter ones show the same."""
MAX_SIZE: Final = 20_000
"""Longer inputs, in characters of JSON, are not changed."""
MAX_BASES: Final = 24
"""How many of the given inputs are changed; of those that look alike the first goes before all others."""
MAX_ALIKE: Final = 3
"""How many edge cases may look alike: the same but for the letters of their words and their spaces."""
MAX_VALUES: Final = 400
"""How many values of one argument are tried with one input."""
MAX_TRIED: Final = 40
"""How many candidates are tried for each input that is wanted; most do not fit a narrow schema."""
MAX_CHOICES: Final = 6
"""How many choices of an option are tried with each value on a bound."""
_WORD: Final = re.compile("[A-Za-z]{2,}")
_ROUNDED: Final = (
    *(0.5, 1.5, 2.5, 0.005, 1.005, 2.675, 0.125, 0.045, 0.15, 0.1, 99.995, 1 / 3, 1e-7, 0.25, 0.35, 0.75),
    *(-0.5, -1.5, -2.5, -0.005, -1.005, -0.125, -2.345, -0.0),
    *(1.25, 1.45, 2.345, 4.35, 8.575, 10.075, 33.335, 1.255, 17.955, 0.615, 12.5, 37.5, 0.0005, 66.6667),
)
"""Numbers that different ways to round do not agree on."""
_SIZES: Final = (
    *(2, 3, 9, 10, 11, 12, 59, 60, 99, 100, 101, 999, 1000, 1001, 10_000, 100_000, 1_000_000, -2, -5, -10),
    *(4, 5, 6, 7, 8, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 30, 31, 33, 45, 50, 64, 75, 90),
)


def edge_cases(
    manifest: Manifest, given: Sequence[Arguments], constants: Constants = NONE, *, most: int
) -> tuple[Arguments, ...]:
    """Returns at most `most` valid complete inputs, all different and none of them given.

    They change one argument of a given input, or two that belong together. The ways to do so take turns, and
    so do the given inputs, so that a short list still has something of each.
    """
    bases = _spread(given)
    fits = validator(manifest.input_schema)
    bounds = _bounds(manifest, bases, constants.used)
    varied = taking_turns([_varied(manifest, base, at, len(bases)) for at, base in enumerate(bases)])
    walks = [
        varied,
        bounds,
        taking_turns([_related(manifest, base) for base in bases]),
        bounds if _has_numbers(manifest) else varied,  # most mistakes with numbers are on bounds
        _crossed(manifest, bases),
    ]
    seen = {canonical(dict(row)) for row in given}
    known = frozenset(word for text in constants.texts for word in _WORD.findall(text))
    alike: Counter[str] = Counter()
    found: list[Arguments] = []
    for arguments in itertools.islice(taking_turns(walks), most * MAX_TRIED):
        if len(found) >= most:
            break
        if is_carried(arguments) and (key := canonical(arguments)) not in seen and fits(arguments):
            seen.add(key)
            look = _look(key, known)
            alike[look] += 1
            if alike[look] <= MAX_ALIKE:
                found.append(arguments)
    return tuple(found)


def _has_numbers(manifest: Manifest) -> bool:
    """Returns whether an argument is a number or has numbers inside."""
    return any({"integer", "number", "array", "object"} & set(row.schema.types) for row in manifest.arguments)


def _look(text: str, known: frozenset[str]) -> str:
    """Returns a text with `a`, `Aa` or `AA`, by its case, for each word that the source does not know."""
    return _WORD.sub(lambda found: _letter_case(found[0], known), text)


def _letter_case(word: str, known: frozenset[str]) -> str:
    if word in known:
        return word
    cases = {word.lower(): "a", word.capitalize(): "Aa", word.upper(): "AA"}
    return cases.get(word, word)


def _spread(given: Sequence[Arguments]) -> list[Arguments]:
    """Returns the inputs to change: as many that do not look alike as there are, then the others."""
    small = [dict(row) for row in given if len(canonical(dict(row))) <= MAX_SIZE]
    first: dict[str, Arguments] = {}
    others: list[Arguments] = []
    for row in small:
        if first.setdefault(_look(canonical(row), frozenset()), row) is not row:
            others.append(row)
    return [*first.values(), *others][:MAX_BASES]


def _varied(manifest: Manifest, base: Arguments, at: int, of: int) -> Iterator[Arguments]:
    """Yields an input with one argument changed; each input starts at another kind of change."""
    walks = []
    for argument in manifest.arguments:
        if argument.name in base:
            proposed = itertools.islice(variations(argument.schema, base[argument.name], at, of), MAX_VALUES)
            values = filter(validator(argument.schema), proposed)
            walks.append(_with(base, argument.name, values))
            if argument.optional and not argument.schema.has_default:
                walks.append(iter([{name: kept for name, kept in base.items() if name != argument.name}]))
    yield from taking_turns(walks)


def _with(base: Arguments, name: str, values: Iterator[JSONValue]) -> Iterator[Arguments]:
    return ({**base, name: value} for value in values)


def _bounds(manifest: Manifest, bases: Sequence[Arguments], constants: Constants) -> Iterator[Arguments]:
    """Yields inputs with one argument on, or next to, a constant of the source or a bound of its schema.

    A value goes with several inputs, since a bound may only matter in one branch.
    """
    plain = _plain(manifest, bases)
    walks: list[Iterator[Arguments]] = []
    for argument in manifest.arguments:
        values = _constant_values(argument.schema, bases, argument.name, constants)
        walks += [_placed(bases, argument.name, values), _crossing(plain, argument.name, values)]
    yield from taking_turns([*walks, _paired(manifest, bases, constants)])


def _plain(manifest: Manifest, bases: Sequence[Arguments]) -> list[Arguments]:
    """Returns inputs that leave one value as it is: the numbers 1 or 0, the digits of texts 0.

    There is one for each choice of each option: a calculation then reaches a bound when one argument does.
    """
    found: dict[str, Arguments] = {}
    for base in bases[:1]:
        for neutral in (1, 0):
            plain = {name: _neutral(value, neutral) for name, value in base.items()}
            for argument in manifest.arguments:
                for choice in _choices(argument.schema)[:MAX_CHOICES] or [plain.get(argument.name)]:
                    row = {**plain, argument.name: choice} if argument.name in plain else plain
                    found.setdefault(canonical(dict(row)), row)
    return list(found.values())


def _neutral(value: JSONValue, neutral: int) -> JSONValue:
    if isinstance(value, str) and neutral == 0:
        return re.sub(r"\d", "0", value)
    return neutral if isinstance(value, int | float) and not isinstance(value, bool) else value


def _crossing(bases: Sequence[Arguments], name: str, values: Sequence[JSONValue]) -> Iterator[Arguments]:
    """Yields each base with each value of an argument; every value goes with one base before the next."""
    for turn in range(len(bases)):
        for at, value in enumerate(values):
            yield {**bases[(at + turn) % len(bases)], name: value}


def _placed(bases: Sequence[Arguments], name: str, values: Sequence[JSONValue]) -> Iterator[Arguments]:
    places = [base for base in bases if name in base] or list(bases)
    for turn in range(min(3, len(places))):
        for at, value in enumerate(values):
            yield {**places[(at * 5 + turn * 7 + turn) % len(places)], name: value}


def _constant_values(
    schema: Schema, bases: Sequence[Arguments], name: str, constants: Constants
) -> list[JSONValue]:
    samples = [base[name] for base in bases if name in base][:3] or [_sample(schema)]
    walks = [_constants_at(schema, sample, constants, first=at == 0) for at, sample in enumerate(samples)]
    found = itertools.islice(taking_turns(walks), 4 * MAX_VALUES)
    different = {canonical(value): value for value in found if is_carried(value)}
    return list(itertools.islice(filter(validator(schema), different.values()), MAX_VALUES))


def _sample(schema: Schema) -> JSONValue:
    kind = schema.types[0] if schema.types else "string"
    samples: dict[str, JSONValue] = {"integer": 0, "number": 0, "string": "", "array": [], "object": {}}
    return samples.get(kind)


def _constants_at(
    schema: Schema, value: JSONValue, constants: Constants, *, first: bool
) -> Iterator[JSONValue]:
    """Yields a value with a constant in place of it, or of a part of it."""
    if schema.enum is not None or isinstance(value, bool):
        return
    if isinstance(value, int | float):
        if first:
            yield from map(_whole, _number_values(schema, constants))
    elif isinstance(value, str) and len(value) <= MAX_LENGTH:
        near = [int(number) for number in constants.numbers if number.is_integer() and abs(number) < 1e9]
        numbers = dict.fromkeys(number + step for number in near for step in (0, 1, -1))
        yield from with_constants(value, constants.texts, tuple(numbers))
    elif isinstance(value, list) and value and schema.items is not None:
        for other in _constants_at(schema.items, value[0], constants, first=first):
            yield [other, *value[1:]]
            yield [other]
            yield [*value, other]
    elif isinstance(value, dict):
        for name, inner in schema.properties:
            if name in value:
                for other in _constants_at(inner, value[name], constants, first=first):
                    yield {**value, name: other}


def _number_values(schema: Schema, constants: Constants) -> Iterator[float]:
    step = schema.multiple_of or 1
    limits = (schema.minimum, schema.maximum, schema.exclusive_minimum, schema.exclusive_maximum)
    for bound in (*(limit for limit in limits if limit is not None), *constants.numbers):
        yield from (bound, bound - step, bound + step)
    more = [iter(constants.derived), iter(_SIZES)]
    if "integer" not in schema.types:
        more = [_fractions(constants), *more, iter(_ROUNDED)]
    yield from taking_turns(more)


def _fractions(constants: Constants) -> Iterator[float]:
    """Yields numbers just beside the constants, and numbers that round to them."""
    for bound in constants.numbers:
        yield from (bound - 0.01, bound - 0.5, bound + 0.01, bound + 0.5, bound * 0.9, bound * 1.1)


def _paired(manifest: Manifest, bases: Sequence[Arguments], constants: Constants) -> Iterator[Arguments]:
    """Yields inputs in which two numbers are what one condition of the source compares them with."""
    numeric = [row.name for row in manifest.arguments if {"integer", "number"} & set(row.schema.types)]
    for one, other in constants.pairs:
        for first, second in itertools.permutations(numeric[:4], 2):
            for base in bases[:2]:
                yield {**base, first: _whole(one), second: _whole(other)}


def _related(manifest: Manifest, base: Arguments) -> Iterator[Arguments]:
    """Yields an input with two arguments of one type equal, swapped, or next to each other."""
    kinds = {row.name: row.schema for row in manifest.arguments if row.name in base}
    for one, other in itertools.combinations(kinds, 2):
        if kinds[one].types != kinds[other].types or kinds[one].enum is not None:
            continue
        yield {**base, other: base[one]}
        yield {**base, one: base[other], other: base[one]}
        yield {**base, one: base[other]}
        yield from _spliced(base, one, other)
        yield from _spliced(base, other, one)
        for near in itertools.islice(variations(kinds[one], base[one]), 4):
            yield {**base, other: near}


def _spliced(base: Arguments, one: str, other: str) -> Iterator[Arguments]:
    """Yields an input with a part of one text in place of a word of another."""
    target, origin = base[one], base[other]
    if isinstance(target, str) and isinstance(origin, str) and max(len(target), len(origin)) <= MAX_LENGTH:
        yield from _with(base, one, iter(with_parts_of(target, origin)))


def _crossed(manifest: Manifest, bases: Sequence[Arguments]) -> Iterator[Arguments]:
    """Yields each input with every choice of its other options, and with single arguments of other inputs."""
    choosing = {row.name: _choices(row.schema) for row in manifest.arguments}
    for base in bases:
        for name, choices in choosing.items():
            yield from _with(base, name, iter(choices))
    names = [row.name for row in manifest.arguments]
    for distance in range(1, len(bases)):
        for at, base in enumerate(bases):
            other = bases[(at + distance) % len(bases)]
            for name in names:
                if name in other and len(names) > 1:
                    yield {**base, name: other[name]}


def _choices(schema: Schema) -> tuple[JSONValue, ...]:
    if schema.enum is not None:
        return schema.enum
    return (True, False) if schema.types == ("boolean",) else ()


def variations(schema: Schema, value: JSONValue, at: int = 0, of: int = 1) -> Iterator[JSONValue]:
    """Yields values close to one, which may not fit the schema; `at` of `of` says where the list starts.

    The values closest to the given one always come first.
    """
    if schema.enum is not None:
        yield from schema.enum
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield from map(_whole, _numbers(schema, value))
    elif isinstance(value, str) and len(value) <= MAX_LENGTH:
        yield from _texts(value, at, of)
    elif isinstance(value, list) and len(value) <= MAX_LENGTH:
        yield from taking_turns([_lists(value), *_items(schema, value, at, of)])
    elif isinstance(value, dict):
        yield from taking_turns(list(_members(schema, value, at, of)))


def _whole(number: float) -> int | float:
    """Returns a number as JSON writes it: a whole one without a fraction, as long as it is exact."""
    if isinstance(number, int):
        return number if abs(number) <= MAX_INTEGER else float(number)
    return int(number) if number.is_integer() and abs(number) <= MAX_INTEGER else number


def _numbers(schema: Schema, value: float) -> Iterator[float]:
    step = schema.multiple_of or 1
    yield from (value + step, value - step, 0, -value, 1, -1)
    bounds = (schema.minimum, schema.maximum)
    yield from (bound for bound in bounds if bound is not None)
    yield from (
        value * 2,
        value / 2,
        value * 10,
        value / 10,
        value + 10,
        value + 0.5,
        value - 0.5,
        value * 100,
    )
    yield from (value + 0.01, value - 0.01, value + 0.005, value + 0.004, value + 0.3, value + 0.7)
    yield from (
        value + 4,
        value + 7,
        value + 12,
        value + 60,
        value + 100,
        value - 10,
        value + 400,
        value + 1000,
    )


def _texts(value: str, at: int, of: int) -> Iterator[str]:
    families = [list(dict.fromkeys(family)) for family in text_edits(value)]
    turned = families[at % len(families) :] + families[: at % len(families)]
    starts = [len(family) * at // max(of, 1) for family in turned]
    first = (family[:1] for family in families if family)
    yield from itertools.chain.from_iterable(first)
    walks = [iter(family[start:] + family[:start]) for family, start in zip(turned, starts, strict=True)]
    yield from taking_turns(walks)


def _lists(value: list[JSONValue]) -> Iterator[list[JSONValue]]:
    yield from (
        [],
        value[:1],
        value[1:],
        value[:-1],
        [*value, *value[-1:]],
        [*value[:1], *value],
        value[::-1],
    )
    if len(value) > 1:
        yield [value[1], value[0], *value[2:]]
        yield [*value, value[0]]
        yield sorted(value, key=canonical)
        yield sorted(value, key=canonical, reverse=True)
    yield from ([*value, *value], value[:1] * 3, value[:2], value[:3])


def _items(schema: Schema, value: list[JSONValue], at: int, of: int) -> Iterator[Iterator[list[JSONValue]]]:
    inner = schema.items
    if inner is None:
        return
    for place in sorted({0, 1, len(value) - 1} & set(range(len(value)))):
        yield _replacing(value, place, variations(inner, value[place], at, of))
        if place == 0:
            yield ([*value, other] for other in variations(inner, value[0], at, of))


def _replacing(value: list[JSONValue], place: int, others: Iterator[JSONValue]) -> Iterator[list[JSONValue]]:
    return ([*value[:place], other, *value[place + 1 :]] for other in others)


def _members(
    schema: Schema, value: dict[str, JSONValue], at: int, of: int
) -> Iterator[Iterator[dict[str, JSONValue]]]:
    for name, inner in schema.properties:
        if name in value:
            yield _replaced(value, name, variations(inner, value[name], at, of))
            if name not in schema.required:
                yield iter([{key: kept for key, kept in value.items() if key != name}])


def _replaced(
    value: dict[str, JSONValue], name: str, others: Iterator[JSONValue]
) -> Iterator[dict[str, JSONValue]]:
    return ({**value, name: other} for other in others)
