"""Hypothesis strategies for the whole schema subset: the only user of Hypothesis in the core.

Edges are drawn on purpose: bounds, zero, empty and longest, surrogate pairs, leap days.
"""

from __future__ import annotations

import math
import re
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mapp.model.manifest import Manifest
from mapp.model.schema import ABSENT, TYPES, Schema
from mapp.model.validation import is_valid
from mapp.model.values import LARGEST_INTEGER, canonical

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

LONGEST_TEXT: Final = 60
"""Texts are drawn shorter than this, even where a schema allows more: long ones find little."""
MOST_ITEMS: Final = 12


def inputs(manifest: Manifest) -> SearchStrategy[dict[str, Any]]:
    """Returns a strategy for complete inputs of an app: defaults filled in, optional ones now and then."""
    from hypothesis import strategies

    needed: dict[str, Any] = {}
    optional: dict[str, Any] = {}
    for argument in manifest.arguments:
        drawn = values(argument.schema)
        if argument.schema.has_default:
            drawn = strategies.one_of(drawn, strategies.just(argument.schema.default))
        (optional if argument.optional else needed)[argument.name] = drawn
    return strategies.fixed_dictionaries(needed, optional=optional)


def values(schema: Schema) -> SearchStrategy[Any]:
    """Returns a strategy for the values that a schema accepts.

    What its form alone does not guarantee is filtered: every drawn value is valid.
    """
    from hypothesis import strategies

    if schema.const is not ABSENT or schema.enum is not None:
        listed = [schema.const] if schema.const is not ABSENT else list(schema.enum or ())
        return strategies.sampled_from([value for value in listed if is_valid(schema, value)])
    kinds = schema.types or tuple(name for name in TYPES if name != "integer")
    drawn = strategies.one_of([_KINDS[kind](schema) for kind in kinds])
    examples = [value for value in schema.examples if is_valid(schema, value)]
    if examples:
        drawn = strategies.one_of(drawn, strategies.sampled_from(examples))
    return drawn.filter(lambda value: is_valid(schema, value))


def _null(_: Schema) -> SearchStrategy[Any]:
    from hypothesis import strategies

    return strategies.none()


def _boolean(_: Schema) -> SearchStrategy[Any]:
    from hypothesis import strategies

    return strategies.booleans()


def _integer(schema: Schema) -> SearchStrategy[Any]:
    from hypothesis import strategies

    low, high = _bounds(schema)
    step = schema.multiple_of
    lowest, highest = math.ceil(low), math.floor(high)
    if step is not None and float(step).is_integer():
        factor = int(step)
        counts = _whole(math.ceil(lowest / factor), math.floor(highest / factor))
        return counts.map(lambda number: number * factor)
    drawn = _whole(lowest, highest)
    edges = [edge for edge in (0, 1, lowest, highest) if lowest <= edge <= highest]
    return strategies.one_of(drawn, strategies.sampled_from(edges)) if edges else drawn


def _number(schema: Schema) -> SearchStrategy[Any]:
    from hypothesis import strategies

    low, high = _bounds(schema)
    if schema.multiple_of is not None:
        step = schema.multiple_of
        return _whole(math.ceil(low / step), math.floor(high / step)).map(lambda count: count * step)
    decimals = _whole(math.ceil(low * 100), math.floor(high * 100)).map(lambda cents: cents / 100)
    if low > high:
        return strategies.nothing()
    floats = strategies.floats(low, high, allow_nan=False, allow_infinity=False)
    # Ordinary numbers first: they shrink to what a person would type.
    return strategies.one_of(_integer(schema), decimals, floats.map(_plain))


def _whole(low: int, high: int) -> SearchStrategy[Any]:
    """Returns a strategy for the whole numbers between two bounds; there may be none."""
    from hypothesis import strategies

    return strategies.integers(low, high) if low <= high else strategies.nothing()


def _plain(number: float) -> float:
    return 0.0 if number == 0 else number


def _bounds(schema: Schema) -> tuple[float, float]:
    lows = [bound for bound in (schema.minimum, schema.exclusive_minimum) if bound is not None]
    highs = [bound for bound in (schema.maximum, schema.exclusive_maximum) if bound is not None]
    return max(lows, default=-LARGEST_INTEGER), min(highs, default=LARGEST_INTEGER)


def _string(schema: Schema) -> SearchStrategy[Any]:
    from hypothesis import strategies

    if schema.format is not None:
        return _FORMATS[schema.format]()
    if schema.pattern is not None:
        return _matching(schema.pattern)
    shortest = schema.min_length or 0
    longest = max(shortest, min(schema.max_length if schema.max_length is not None else 1000, LONGEST_TEXT))
    characters = strategies.one_of(
        strategies.characters(codec="ascii", categories=["L", "N", "P", "Z"]),
        strategies.sampled_from("\n\t ,;\"'\\éßİ漢\u0301\u200d😀𝒳"),
        strategies.characters(exclude_categories=["Cs"]),
    )
    return strategies.text(characters, min_size=shortest, max_size=longest)


def _matching(pattern: str) -> SearchStrategy[Any]:
    from hypothesis import strategies

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # Python's notes on sets within sets
            # ECMAScript's \d and \w are ASCII's.
            compiled = re.compile(pattern, re.ASCII)
    except re.error:  # what Rust understands and Python does not, e.g. \p{L}: only examples are left
        return strategies.nothing()
    # Without surrogates: no regular expression of the host may see half a character.
    return strategies.from_regex(compiled, alphabet=strategies.characters(exclude_categories=["Cs"]))


def _array(schema: Schema) -> SearchStrategy[Any]:
    from hypothesis import strategies

    items = values(schema.items) if schema.items is not None else strategies.integers(-9, 9)
    shortest = schema.min_items or 0
    longest = max(shortest, min(schema.max_items if schema.max_items is not None else MOST_ITEMS, MOST_ITEMS))
    drawn = strategies.lists(items, min_size=shortest, max_size=longest)
    if schema.unique_items:
        return strategies.lists(items, min_size=shortest, max_size=longest, unique_by=repr)
    return drawn


def _object(schema: Schema) -> SearchStrategy[Any]:
    from hypothesis import strategies

    needed = {name: values(inner) for name, inner in schema.properties if name in schema.required}
    optional = {name: values(inner) for name, inner in schema.properties if name not in schema.required}
    return strategies.fixed_dictionaries(needed, optional=optional)


def _dates() -> SearchStrategy[str]:
    from hypothesis import strategies

    edges = ["2024-02-29", "2023-02-28", "1900-03-01", "2000-02-29", "1999-12-31", "0001-01-01", "9999-12-31"]
    return strategies.one_of(
        strategies.dates().map(lambda day: day.isoformat()), strategies.sampled_from(edges)
    )


def _times() -> SearchStrategy[str]:
    from hypothesis import strategies

    return strategies.times().map(lambda time: time.replace(microsecond=0).isoformat() + "Z")


def _date_times() -> SearchStrategy[str]:
    from hypothesis import strategies

    return strategies.datetimes().map(lambda moment: moment.replace(microsecond=0).isoformat() + "Z")


def _emails() -> SearchStrategy[str]:
    from hypothesis import strategies

    return strategies.from_regex(r"\A[a-z][a-z0-9.]{0,8}[a-z0-9]@[a-z]{1,8}\.(?:org|com|de)\Z").filter(
        lambda text: ".." not in text
    )


def _uris() -> SearchStrategy[str]:
    from hypothesis import strategies

    return strategies.from_regex(
        r"\Ahttps?://[a-z]{1,8}\.(?:org|com)(?:/[a-z0-9]{0,6}){0,3}(?:\?[a-z]=[a-z0-9]{1,4})?\Z"
    )


def _uuids() -> SearchStrategy[str]:
    from hypothesis import strategies

    return strategies.uuids().map(str)


_FORMATS: Final = {
    "date": _dates,
    "time": _times,
    "date-time": _date_times,
    "email": _emails,
    "uri": _uris,
    "uuid": _uuids,
}

_KINDS: Final = {
    "null": _null,
    "boolean": _boolean,
    "integer": _integer,
    "number": _number,
    "string": _string,
    "array": _array,
    "object": _object,
}


def draw(manifest: Manifest, count: int, *, seed: int) -> tuple[dict[str, Any], ...]:
    """Returns up to `count` different complete inputs of an app, the same for a seed; () if none fits."""
    import hypothesis
    from hypothesis import HealthCheck, Phase
    from hypothesis.configuration import set_hypothesis_home_dir

    # What Hypothesis keeps on disk does not belong into the folder that a person stands in.
    set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "mapp-hypothesis")
    settings = hypothesis.settings(
        max_examples=count,
        deadline=None,
        database=None,
        verbosity=hypothesis.Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),
    )
    found: dict[str, dict[str, Any]] = {}

    @hypothesis.seed(seed)
    @settings
    @hypothesis.given(inputs(manifest))
    def note(arguments: dict[str, Any]) -> None:
        found.setdefault(canonical(arguments), arguments)

    try:
        note()
    except (hypothesis.errors.Unsatisfiable, hypothesis.errors.InvalidArgument):
        return ()  # bounds, or a length and its items, leave nothing to draw
    return tuple(found.values())
