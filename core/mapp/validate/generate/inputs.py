"""Draws complete inputs of an app: fresh ones, neighbours of its examples, and crossings of two examples.

Interesting inputs are often rare in the schema, such as texts that are cron expressions. Examples lead there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from mapp.errors import InvalidInput
from mapp.model.manifest import Manifest
from mapp.model.validation import validator, violations
from mapp.model.values import canonical, checked
from mapp.validate.generate.choices import Choices, Dice, Drawer, NothingFits, pick
from mapp.validate.generate.compiled import Rejected, values
from mapp.validate.generate.neighbours import neighbour

FRUITLESS: Final = 2000
"""Drawing stops after this many draws in a row without a new input."""
TRIES: Final = 50
"""How often an argument is drawn alone to find the one without a fitting value."""
LARGEST: Final = 4_000_000
"""Limit for all inputs of one app together, in characters of JSON."""

Arguments = dict[str, Any]


class Drawn(NamedTuple):
    """The drawn inputs, and the reason why there are none; "" if there are some."""

    inputs: tuple[Arguments, ...]
    why: str


def draw(manifest: Manifest, count: int, *, seed: int, examples: Sequence[Arguments] = ()) -> Drawn:
    """Returns up to `count` different valid inputs: the same for the same seed, manifest and examples."""
    try:
        source = arguments(manifest, completed(manifest, examples))
    except NothingFits as error:
        return Drawn((), f"no input fits: {error}")
    found: dict[str, Arguments] = {}
    misfits: Counter[str] = Counter()
    size = 0
    for drawn in _attempts(source, Dice(seed), misfits, validator(manifest.input_schema)):
        text = canonical(drawn)
        if text not in found:
            found[text] = drawn
            size += len(text)
            misfits.clear()
        misfits[""] += 1
        if len(found) >= count or size > LARGEST or misfits.total() > FRUITLESS:
            break
    return Drawn(tuple(found.values()), "" if found else _explanation(manifest, misfits))


def arguments(manifest: Manifest, examples: Sequence[Arguments] = ()) -> Drawer:
    """Returns a drawer of complete inputs, with optional arguments now and then; most of them fit.

    Raises:
        NothingFits: no value fits an argument; has its path.
    """
    needed: dict[str, Drawer] = {}
    optional: dict[str, Drawer] = {}
    for argument in manifest.arguments:
        try:
            (optional if argument.optional else needed)[argument.name] = values(
                argument.schema, argument.name
            )
        except NothingFits:
            if not argument.optional:
                raise
    fields = {**needed, **optional}
    order = [argument.name for argument in manifest.arguments if argument.name in fields]

    def fresh(choices: Choices) -> Arguments:
        way = choices.below(6)
        chosen = [name for name in order if name in needed or way == 5 or (way and choices.below(2))]
        return {name: fields[name](choices) for name in chosen}

    return _mixed(fresh, fields, list(examples)) if examples and fields else fresh


def completed(manifest: Manifest, examples: Sequence[Arguments]) -> list[Arguments]:
    """Returns inputs with the manifest's defaults filled in, in its order."""
    defaults = {row.name: row.schema.default for row in manifest.arguments if row.schema.has_default}
    return [{**defaults, **example} for example in examples]


def _mixed(fresh: Drawer, fields: dict[str, Drawer], examples: list[Arguments]) -> Drawer:
    def drawn(choices: Choices) -> Arguments:
        way = choices.below(8)
        if way < 3:
            found: Arguments = fresh(choices)
            return found
        example = pick(choices, examples)
        if way == 3 and len(fields) > 1:
            return _crossed(choices, example, pick(choices, examples))
        name = pick(choices, list(fields))
        if way == 4 or name not in example:
            return {**example, name: fields[name](choices)}
        changed = neighbour(choices, example[name])
        for _ in range(choices.below(3)):
            changed = neighbour(choices, changed)
        return {**example, name: changed}

    return drawn


def _crossed(choices: Choices, one: Arguments, other: Arguments) -> Arguments:
    return {**one, **{name: value for name, value in other.items() if choices.below(2)}}


def _attempts(
    source: Drawer, choices: Choices, misfits: Counter[str], fits: Callable[[Any], bool]
) -> Iterator[Arguments]:
    """Yields inputs that fit; counts the others in `misfits` by reason."""
    while misfits.total() <= FRUITLESS:
        try:
            drawn = source(choices)
        except Rejected:
            misfits["no text of its length or no list of different items was found"] += 1
            continue
        if fits(drawn) and is_carried(drawn):
            yield drawn
        else:
            misfits["it does not fit"] += 1


def is_carried(value: Any) -> bool:
    """Returns whether a value is I-JSON (no integer beyond 2^53) and not nested too deeply."""
    try:
        checked(value)
    except InvalidInput:
        return False
    return True


def _explanation(manifest: Manifest, misfits: Counter[str]) -> str:
    """Returns the reason why nothing was found, with the most likely misfit."""
    said = f"no input fits, or they are too rare: none of {misfits.total():,} that were drawn did"
    try:
        drawn = arguments(manifest)(Dice(0))
        problems = violations(manifest.input_schema, drawn) if is_carried(drawn) else ()
    except (Rejected, NothingFits):
        problems = ()
    if problems:
        return f"{said}, e.g. {problems[0]}"
    likeliest = next((why for why, _ in misfits.most_common() if why not in ("", "it does not fit")), "")
    return ": ".join([said, *_hopeless(manifest), likeliest]) if likeliest else said


def _hopeless(manifest: Manifest) -> Iterator[str]:
    """Yields the first argument for which no value could be drawn."""
    for argument in manifest.arguments:
        drawer, dice = values(argument.schema, argument.name), Dice(0)
        if not argument.optional and not any(_drawable(drawer, dice) for _ in range(TRIES)):
            yield argument.name
            return


def _drawable(drawer: Drawer, choices: Choices) -> bool:
    try:
        drawer(choices)
    except Rejected:
        return False
    return True
