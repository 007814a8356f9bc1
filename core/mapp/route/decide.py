"""From what is known about a request to a decision: pure rules, no model, no guessing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mapp.errors import Problem
from mapp.model.decision import Ask, Compile, Decision, Expand, Refuse, Use
from mapp.model.request import Candidate, Request
from mapp.model.values import JSONValue
from mapp.route.fill import Filling
from mapp.route.vetoes import Veto

NEAREST: Final = 3
"""How many candidates a decision names."""

TURNS_THE_MEANING: Final = frozenset(["negation", "opposite"])
"""Vetoes after which not even a person's yes makes this app the right one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bands:
    """The least probabilities at which an app is run, and at which a person is asked."""

    use: float
    ask: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """One candidate read closely: how probable it is, and what the request gives it."""

    app: str
    probability: float
    filling: Filling
    arguments: tuple[tuple[str, JSONValue], ...] = ()
    vetoes: tuple[Veto, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def complete(self) -> bool:
        """Returns whether the request gives all that the app needs, and nothing that it would not heed."""
        return not (self.vetoes or self.problems or self.filling.missing)

    @property
    def turned(self) -> bool:
        """Returns whether the request says the opposite of what the app does."""
        return any(veto.name in TURNS_THE_MEANING for veto in self.vetoes)


def decide(
    request: Request, candidates: Sequence[Candidate], readings: Sequence[Reading], bands: Bands
) -> Decision:
    """Returns what to do about a request.

    Args:
        request: what was asked.
        candidates: what retrieval returned, the best first.
        readings: the candidates that were read closely, in any order.
        bands: the thresholds in force.
    """
    nearest = tuple(candidates[:NEAREST])
    if not any(character.isalnum() for character in request.text):
        return Refuse(candidates=nearest, reasons=("nothing was asked",))
    ranked = sorted(readings, key=lambda reading: -reading.probability)
    likely = [reading for reading in ranked if reading.probability >= bands.ask]
    if not likely:
        return Compile(candidates=nearest, reasons=_unlikely(ranked, bands))
    best = next((reading for reading in likely if reading.complete), likely[0])
    shown = _with_first(best.app, nearest, candidates)
    if best.turned:
        return Expand(app=best.app, candidates=shown, reasons=_against(best))
    if best.complete and best is ranked[0] and best.probability >= bands.use:
        return Use(app=best.app, arguments=best.arguments, candidates=shown, reasons=_for(best))
    reasons = _against(best) or (_unsure(best, ranked, bands), *_for(best)[1:])
    return Ask(
        app=best.app,
        arguments=best.arguments or tuple(best.filling.arguments.items()),
        missing=best.filling.missing,
        candidates=shown,
        reasons=reasons,
    )


def _with_first(
    app: str, nearest: tuple[Candidate, ...], candidates: Sequence[Candidate]
) -> tuple[Candidate, ...]:
    chosen = tuple(candidate for candidate in candidates if candidate.app == app)
    return (*chosen, *(candidate for candidate in nearest if candidate.app != app))[:NEAREST]


def _unlikely(ranked: Sequence[Reading], bands: Bands) -> tuple[str, ...]:
    if not ranked:
        return ("the library has no app that is near",)
    best = ranked[0]
    return (f"the nearest, {best.app}, does this with probability {best.probability:.2f}: too low to ask",)


def _for(reading: Reading) -> tuple[str, ...]:
    return (f"{reading.app} does this with probability {reading.probability:.2f}", *reading.filling.evidence)


def _against(reading: Reading) -> tuple[str, ...]:
    found = [veto.reason for veto in reading.vetoes]
    found += [str(problem) for problem in reading.problems if not reading.filling.missing]
    return tuple(found)


def _unsure(best: Reading, ranked: Sequence[Reading], bands: Bands) -> str:
    if best is not ranked[0]:
        return f"{ranked[0].app} is nearer, but {'; '.join(_against(ranked[0]))}"
    need = f"{bands.use:.2f} is needed to run without asking"
    return f"{best.app} probably does this, with probability {best.probability:.2f}; {need}"
