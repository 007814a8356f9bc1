"""Hypothesis strategies for the whole schema subset; the only module of the core that imports Hypothesis.

They use the gate's generator, with Hypothesis making the choices, so that it can shrink and keep them. They
are for tests in Python and for `pytest` in an app's repository.
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
    """Returns a strategy for complete inputs of an app: with defaults, and optional arguments now and then.

    Many are close to one of the `examples`, if there are any. If no input fits, the strategy is empty;
    `mapp.validate.generate.drawing.draw` says why.
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
    """Returns the smallest failing value that Hypothesis finds, and how it fails; None if it finds none.

    The settings of the active profile apply, except the deadline: the sandbox has limits of its own.
    Hypothesis keeps failing values in its database and tries them first.

    Args:
        strategy: draws the values.
        fault: returns how a value fails, "" if it does not.
        name: identifies this search in Hypothesis's database.
        most: number of values to draw; by default the profile's.
        seed: the seed; by default that of the profile or of `--hypothesis-seed`.

    Raises:
        HostFault: `fault` raised it; the search then stops.
    """
    import hypothesis

    broken: list[HostFault] = []

    def search(value: Any) -> None:
        if broken:  # Hypothesis would take it for another failure and shrink it
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
    """Raised for a failing value."""

    def __init__(self, value: Any, said: str) -> None:
        super().__init__(said)
        self.value, self.said = value, said


class _Hypothesis:
    """Choices made by Hypothesis."""

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
