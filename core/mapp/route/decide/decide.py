"""Decides what to do about a request: pure rules, no model, no guessing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mapp.errors import Problem
from mapp.model.decision import Ask, Certainty, Compile, Decision, Expand, Refuse, Use
from mapp.model.request import Candidate, Request
from mapp.model.values import JSONValue
from mapp.route.decide.veto import Veto
from mapp.route.fill.fill import Filling
from mapp.route.recognise.classifier import Bands
from mapp.route.recognise.sureness import sure_to

NEAREST: Final = 3
"""How many candidates a decision names."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CandidateMatch:
    """One evaluated candidate: its probability, its arguments, and what counts against it.

    A `harmless` app does nothing outside the sandbox, so that running it by mistake costs nothing.
    """

    app: str
    probability: float
    filling: Filling
    arguments: tuple[tuple[str, JSONValue], ...] = ()
    vetoes: tuple[Veto, ...] = ()
    problems: tuple[Problem, ...] = ()
    harmless: bool = False

    @property
    def complete(self) -> bool:
        """Returns whether the request has all that the app needs, and nothing that it would ignore."""
        return not (self.vetoes or self.problems or self.filling.missing)

    @property
    def turned(self) -> bool:
        """Returns whether the request wants something else than the app does, so that no answer helps."""
        return any(veto.turns_the_meaning for veto in self.vetoes)


def decide(
    request: Request,
    candidates: Sequence[Candidate],
    readings: Sequence[CandidateMatch],
    bands: Bands,
    accept: Certainty = "sure",
) -> Decision:
    """Returns what to do about a request.

    Args:
        request: the request.
        candidates: the retrieved candidates, the best first.
        readings: the evaluated candidates, in any order.
        bands: the thresholds.
        accept: how certain a call must be; `likely` holds for harmless apps only.
    """
    nearest = tuple(candidates[:NEAREST])
    if not any(character.isalnum() for character in request.text):
        return Refuse(candidates=nearest, reasons=("the request has no words",))
    ranked = sorted(readings, key=_rank)
    best = surest(ranked)
    if best is None or sureness(best, ranked) < bands.ask:
        return _without_a_call(ranked, nearest, candidates, bands)
    shown = _with_first(best.app, nearest, candidates)
    sure = sureness(best, ranked)
    certainty: Certainty = "sure" if sure >= bands.sure else "likely"
    needed = bands.likely if accept == "likely" and best.harmless else bands.sure
    if best is ranked[0] and sure >= needed:
        return Use(
            app=best.app,
            arguments=best.arguments,
            sure=sure,
            certainty=certainty,
            candidates=shown,
            reasons=_for(best, sure),
        )
    reasons = (_unsure(best, sure, ranked, needed), *_for(best, sure)[1:])
    return Ask(app=best.app, arguments=best.arguments, sure=sure, candidates=shown, reasons=reasons)


def surest(readings: Sequence[CandidateMatch]) -> CandidateMatch | None:
    """Returns the most probable complete match, or None if none is complete; ties go by name."""
    return min((reading for reading in readings if reading.complete), key=_rank, default=None)


def sureness(reading: CandidateMatch, readings: Sequence[CandidateMatch]) -> float:
    """Returns how sure a match is, 0 to 1: the app's probability, reduced by doubts about its arguments.

    A candidate that is incomplete or vetoed is ruled out; its share of the probability goes to the others in
    proportion.
    """
    refuted = [other.probability for other in readings if not other.complete and other is not reading]
    return sure_to(reading.probability, reading.filling.confidence, refuted)


def _rank(reading: CandidateMatch) -> tuple[float, str]:
    return -reading.probability, reading.app


def _without_a_call(
    ranked: Sequence[CandidateMatch],
    nearest: tuple[Candidate, ...],
    candidates: Sequence[Candidate],
    bands: Bands,
) -> Decision:
    """Decides if no candidate is complete and likely: the first may lack arguments, or do something else."""
    first = ranked[0] if ranked else None
    if first is None or first.complete or first.probability < bands.ask:
        return Compile(candidates=nearest, reasons=_unlikely(ranked))
    shown = _with_first(first.app, nearest, candidates)
    if first.turned:
        return Expand(app=first.app, candidates=shown, reasons=_against(first))
    arguments = first.arguments or tuple(first.filling.arguments.items())
    return Ask(
        app=first.app,
        arguments=arguments,
        missing=first.filling.missing,
        candidates=shown,
        reasons=_against(first),
    )


def _with_first(
    app: str, nearest: tuple[Candidate, ...], candidates: Sequence[Candidate]
) -> tuple[Candidate, ...]:
    chosen = tuple(candidate for candidate in candidates if candidate.app == app)
    return (*chosen, *(candidate for candidate in nearest if candidate.app != app))[:NEAREST]


def _unlikely(ranked: Sequence[CandidateMatch]) -> tuple[str, ...]:
    if not ranked:
        return ("the library has no app that is similar",)
    best = ranked[0]
    said = f"the nearest app, {best.app}, does this with probability {best.probability:.2f}"
    return (f"{said}, which is too low to ask",)


def _for(reading: CandidateMatch, sure: float) -> tuple[str, ...]:
    said = f"{reading.app} does this with probability {reading.probability:.2f}; sure to {sure:.2f}"
    return (said, *reading.filling.evidence)


def _against(reading: CandidateMatch) -> tuple[str, ...]:
    found = [veto.reason for veto in reading.vetoes]
    found += [str(problem) for problem in reading.problems if not reading.filling.missing]
    return tuple(found)


def _unsure(best: CandidateMatch, sure: float, ranked: Sequence[CandidateMatch], needed: float) -> str:
    if best is not ranked[0]:
        return f"{ranked[0].app} is nearer, but {'; '.join(_against(ranked[0]))}"
    return f"{best.app} probably does this, sure to {sure:.2f}; {needed:.2f} is needed to run without asking"
