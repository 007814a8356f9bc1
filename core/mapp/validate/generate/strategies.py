"""Hypothesis strategies for the whole schema subset: the only user of Hypothesis in the core.

They draw what the gate draws: the same generator, with Hypothesis making the choices, so that it can shrink
and keep them. For tests in Python and for `pytest` in an app's repository.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mapp.errors import HostFault
from mapp.model.manifest import Manifest
from mapp.model.schema import Schema
from mapp.model.validation import validator
from mapp.model.values import JSONValue
from mapp.validate.generate import compiled
from mapp.validate.generate.choices import Drawer, NothingFits
from mapp.validate.generate.compiled import Rejected
from mapp.validate.generate.inputs import arguments, completed, is_carried

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import DrawFn, SearchStrategy


def inputs(manifest: Manifest, examples: Sequence[dict[str, Any]] = ()) -> SearchStrategy[dict[str, Any]]:
    """Returns a strategy for complete inputs of an app: defaults filled in, optional ones now and then.

    Many lie next to one of the `examples`, where there are any. If no input fits, neither does the strategy
    have one: `mapp.validate.generate.drawing.draw` says why.
    """
    return _strategy(lambda: arguments(manifest, completed(manifest, examples)), manifest.input_schema)


def values(schema: Schema) -> SearchStrategy[Any]:
    """Returns a strategy for the values that a schema accepts: every drawn value is valid."""
    return _strategy(lambda: compiled.values(schema), schema)


def falsified(
    strategy: SearchStrategy[Any],
    fault: Callable[[Any], str],
    *,
    name: str,
    most: int | None = None,
    seed: int | None = None,
) -> tuple[Any, str] | None:
    """Returns the smallest value that Hypothesis finds to be at fault, and how; None if it finds none.

    Its settings are those of the profile in force, except that nothing depends on the clock: the sandbox has
    limits of its own. What it found once it keeps in its database and tries first.

    Args:
        strategy: draws the values.
        fault: says how a value is at fault, "" if it is not.
        name: tells this search from others in Hypothesis's database.
        most: how many values are drawn; by default as many as the profile says.
        seed: where to begin; by default what the profile or `--hypothesis-seed` says.

    Raises:
        HostFault: `fault` did; nothing more was asked of it.
    """
    import hypothesis

    broken: list[HostFault] = []

    def search(value: Any) -> None:
        if broken:  # to Hypothesis it would be one more way to fail, to be made small
            return
        try:
            said = fault(value)
        except HostFault as error:
            broken.append(error)
            return
        if said:
            raise _Falsified(value, said)

    search.__name__ = search.__qualname__ = re.sub(r"\W", "_", name)
    drawn = hypothesis.given(strategy)(search)
    whole = hypothesis.settings(
        max_examples=most or hypothesis.settings().max_examples,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(hypothesis.HealthCheck),
    )(drawn if seed is None else hypothesis.seed(seed)(drawn))
    try:
        whole()
    except _Falsified as found:
        if not broken:
            return found.value, found.said
    except hypothesis.errors.HypothesisException:
        if not broken:
            raise
    if broken:
        raise broken[0]
    return None


class _Falsified(Exception):
    """A value is at fault."""

    def __init__(self, value: Any, said: str) -> None:
        super().__init__(said)
        self.value, self.said = value, said


class _Hypothesis:
    """Choices that Hypothesis makes."""

    def __init__(self, draw: DrawFn) -> None:
        from hypothesis import strategies

        self._draw = draw
        self._integers = strategies.integers

    def below(self, bound: int) -> int:
        """Returns a whole number from 0 up to, but not including, `bound`."""
        return self._draw(self._integers(0, bound - 1)) if bound > 1 else 0


def _strategy(make: Callable[[], Drawer], schema: Schema) -> SearchStrategy[Any]:
    from hypothesis import strategies

    try:
        source = make()
    except NothingFits:
        return strategies.nothing()
    fits = validator(schema)

    @strategies.composite
    def drawn(draw: DrawFn) -> JSONValue:
        from hypothesis import reject

        try:
            value: JSONValue = source(_Hypothesis(draw))
        except Rejected:
            reject()
        return value

    return drawn().filter(lambda value: fits(value) and is_carried(value))
