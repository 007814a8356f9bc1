"""From what is known about a request to a decision: pure rules, no model, no guessing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mapp.errors import Problem
from mapp.model.decision import Ask, Compile, Decision, Expand, Refuse, Use
from mapp.model.request import Candidate, Request
from mapp.model.values import JSONValue
from mapp.route.decide.vetoes import Veto
from mapp.route.fill.fill import Filling
from mapp.route.recognise.classifier import Bands
from mapp.route.recognise.sureness import sure_to

NEAREST: Final = 3
"""How many candidates a decision names."""


TURNS_THE_MEANING: Final = frozenset(["negation", "opposite"])
"""Vetoes after which not even a person's yes makes this app the right one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CandidateMatch:
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
    request: Request, candidates: Sequence[Candidate], readings: Sequence[CandidateMatch], bands: Bands
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
    ranked = sorted(readings, key=_rank)
    best = surest(ranked)
    if best is None or sureness(best, ranked) < bands.ask:
        return _without_a_call(ranked, nearest, candidates, bands)
    shown = _with_first(best.app, nearest, candidates)
    sure = sureness(best, ranked)
    if best is ranked[0] and sure >= bands.use:
        return Use(app=best.app, arguments=best.arguments, candidates=shown, reasons=_for(best, sure))
    reasons = (_unsure(best, sure, ranked, bands), *_for(best, sure)[1:])
    return Ask(app=best.app, arguments=best.arguments, candidates=shown, reasons=reasons)


def surest(readings: Sequence[CandidateMatch]) -> CandidateMatch | None:
    """Returns the complete reading that is most probable, or None when none is complete; ties go by name."""
    return min((reading for reading in readings if reading.complete), key=_rank, default=None)


def sureness(reading: CandidateMatch, readings: Sequence[CandidateMatch]) -> float:
    """Returns how sure a reading is, 0 to 1: the probability of the app, given which others cannot be meant,
    less what is doubtful about its arguments.

    What does not complete a candidate's arguments, or what a veto stops, is evidence against that candidate;
    its share of the probability goes to the rest in proportion.
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
    """Decides where no candidate is complete and likely: the first may lack something, or do the opposite."""
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
        return ("the library has no app that is near",)
    best = ranked[0]
    return (f"the nearest, {best.app}, does this with probability {best.probability:.2f}: too low to ask",)


def _for(reading: CandidateMatch, sure: float) -> tuple[str, ...]:
    said = f"{reading.app} does this with probability {reading.probability:.2f}; sure to {sure:.2f}"
    return (said, *reading.filling.evidence)


def _against(reading: CandidateMatch) -> tuple[str, ...]:
    found = [veto.reason for veto in reading.vetoes]
    found += [str(problem) for problem in reading.problems if not reading.filling.missing]
    return tuple(found)


def _unsure(best: CandidateMatch, sure: float, ranked: Sequence[CandidateMatch], bands: Bands) -> str:
    if best is not ranked[0]:
        return f"{ranked[0].app} is nearer, but {'; '.join(_against(ranked[0]))}"
    return (
        f"{best.app} probably does this, sure to {sure:.2f}; {bands.use:.2f} is needed to run without asking"
    )
