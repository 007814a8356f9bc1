"""Decides what to do about a request: pure rules, no model, no guessing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mapp.errors import Problem
from mapp.model.decision import Ask, Certainty, Compile, Decision, Expand, Refuse, Use
from mapp.model.request import Candidate, Request
from mapp.model.values import JSONValue
from mapp.route.decide.unexplained import NO_WORDS, Words
from mapp.route.decide.veto import Veto
from mapp.route.fill.fill import Filling
from mapp.route.recognise.classifier import Bands

NEAREST: Final = 3
"""How many candidates a decision names."""
CLOSE: Final = 0.02
"""Matches that are sure to within this are about as sure."""
RIVAL: Final = 0.5
"""A complete match goes before a favourite that lacks an argument if it is at least so probable beside it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CandidateMatch:
    """One evaluated candidate: its probability, its arguments, and what counts against it.

    `probability` is that the app is meant; `sure` is that a person would call the answer right, arguments
    included. A `harmless` app does nothing outside the sandbox, so that running it by mistake costs nothing.
    """

    app: str
    probability: float
    filling: Filling
    sure: float = 0.0
    words: Words = NO_WORDS
    arguments: tuple[tuple[str, JSONValue], ...] = ()
    vetoes: tuple[Veto, ...] = ()
    problems: tuple[Problem, ...] = ()
    harmless: bool = False

    @property
    def complete(self) -> bool:
        """Returns whether the request has all that the app needs, and nothing that it would ignore."""
        return not (self.vetoes or self.problems or self.filling.missing)

    @property
    def lacking(self) -> bool:
        """Returns whether the request lacks an argument, and nothing else counts against the app."""
        named = {veto.name for veto in self.vetoes}
        return bool(self.filling.missing) and named <= {"missing-argument", "relative-date"}

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
    if best is None or best.sure < bands.ask or _asks_first(ranked[0], best, bands):
        return _without_a_call(ranked, nearest, candidates, bands)
    shown = _with_first(best.app, nearest, candidates)
    certainty: Certainty = "sure" if best.sure >= bands.sure else "likely"
    needed = bands.likely if accept == "likely" and best.harmless else bands.sure
    if best.sure >= needed:
        return Use(
            app=best.app,
            arguments=best.arguments,
            sure=best.sure,
            certainty=certainty,
            candidates=shown,
            reasons=_for(best),
        )
    reasons = (_unsure(best, ranked, needed), *_for(best)[1:])
    return Ask(app=best.app, arguments=best.arguments, sure=best.sure, candidates=shown, reasons=reasons)


def surest(readings: Sequence[CandidateMatch]) -> CandidateMatch | None:
    """Returns the surest complete match, or None if none is complete.

    Where several are about as sure, it is the narrowest: the one that leaves the fewest words unexplained.
    Ties go to the more probable one, then by name.
    """
    complete = [reading for reading in readings if reading.complete]
    if not complete:
        return None
    most = max(reading.sure for reading in complete)
    close = [reading for reading in complete if reading.sure >= most - CLOSE]
    return min(close, key=lambda reading: (reading.words.unexplained, -reading.sure, *_rank(reading)))


def _asks_first(favourite: CandidateMatch, best: CandidateMatch, bands: Bands) -> bool:
    """Returns whether to ask for the favourite's missing argument before another app is offered."""
    if not favourite.lacking or favourite.probability < bands.ask:
        return False
    return best.probability < RIVAL * favourite.probability


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


def _for(reading: CandidateMatch) -> tuple[str, ...]:
    said = f"{reading.app} does this with probability {reading.probability:.2f}; sure to {reading.sure:.2f}"
    return (said, *reading.filling.evidence)


def _against(reading: CandidateMatch) -> tuple[str, ...]:
    found = [veto.reason for veto in reading.vetoes]
    found += [str(problem) for problem in reading.problems if not reading.filling.missing]
    return tuple(found)


def _unsure(best: CandidateMatch, ranked: Sequence[CandidateMatch], needed: float) -> str:
    if best is not ranked[0] and not ranked[0].complete:
        return f"{ranked[0].app} is nearer, but {'; '.join(_against(ranked[0]))}"
    said = f"{best.app} probably does this, sure to {best.sure:.2f}"
    return f"{said}; {needed:.2f} is needed to run without asking"
