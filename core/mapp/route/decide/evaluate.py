"""Evaluates one candidate: its arguments, and what counts against it."""

from __future__ import annotations

from dataclasses import replace

from mapp.errors import InvalidArguments, Problem
from mapp.model.arguments import with_defaults
from mapp.model.decision import Arguments
from mapp.model.manifest import Manifest
from mapp.model.request import TESTS_ASKED_MS, Request
from mapp.model.values import JSONValue, canonical
from mapp.route.decide.decide import CandidateMatch
from mapp.route.decide.unexplained import count_words
from mapp.route.decide.vetoes import vetoes
from mapp.route.fill.board import reading_of
from mapp.route.fill.cues import Cues
from mapp.route.fill.fill import Filling, fill


def evaluate_candidate(
    request: Request, manifest: Manifest, cues: Cues, probability: float
) -> CandidateMatch:
    """Returns the candidate with its arguments, the vetoes, and the values that do not fit."""
    filling = fill(request, manifest, cues)
    arguments: dict[str, JSONValue] = {}
    problems: tuple[Problem, ...] = ()
    if not filling.missing:
        try:
            arguments = with_defaults(manifest, filling.arguments)
        except InvalidArguments as error:
            problems = error.problems
    return CandidateMatch(
        app=manifest.name,
        probability=probability,
        filling=filling,
        arguments=tuple(arguments.items()),
        vetoes=vetoes(request, manifest, filling, cues),
        words=count_words(request, manifest, filling, cues),
        problems=problems,
        harmless=_harmless(manifest),
    )


def read_verbatim(manifest: Manifest, arguments: Arguments) -> CandidateMatch:
    """Returns the match for a request that the app's own tests state word for word.

    Raises:
        InvalidArguments: the stated arguments do not fit the manifest.
    """
    filling = Filling(
        arguments=dict(arguments),
        missing=(),
        unused=(),
        evidence=("its own tests state this request, word for word",),
        confidence=1.0,
    )
    known = with_defaults(manifest, filling.arguments)
    return CandidateMatch(
        app=manifest.name,
        probability=1.0,
        sure=1.0,
        filling=filling,
        arguments=tuple(known.items()),
        harmless=_harmless(manifest),
    )


def arguments_now(request: Request, manifest: Manifest, cues: Cues, stated: Arguments) -> Arguments | None:
    """Returns the arguments that an app's tests state for a request, with the dates of today.

    The tests ask `days until Christmas` at a fixed time. If the filler finds the stated arguments at that
    time, what it finds now is as certain; None if it does not.
    """
    reading = reading_of(request, manifest)
    if not any(mention.relative and mention.value is not None for mention in reading.mentions):
        return stated
    tested = replace(request, asked_ms=TESTS_ASKED_MS)
    then = evaluate_candidate(tested, manifest, cues, 1.0).arguments
    now = evaluate_candidate(request, manifest, cues, 1.0).arguments
    if then == now:
        return stated
    same = canonical(dict(then)) == canonical(with_defaults(manifest, dict(stated)))
    return now if same else None


def read_compiled(request: Request, manifest: Manifest, cues: Cues) -> CandidateMatch:
    """Returns the match for a request that the app was compiled for, with the arguments read from its words.

    Nothing in the words can count against the app, because it was written to do what they say, and no number
    in them that is not an argument makes its arguments doubtful.
    """
    match = evaluate_candidate(request, manifest, cues, 1.0)
    confidence = match.filling.confidence * 2.0 ** len(match.filling.unused)
    filling = replace(
        match.filling,
        evidence=("it was compiled for this request", *match.filling.evidence),
        confidence=min(1.0, round(confidence, 4)),
    )
    unclear = tuple(
        veto for veto in match.vetoes if not veto.turns_the_meaning and not veto.name.endswith("-left-over")
    )
    return replace(match, filling=filling, vetoes=unclear)


def _harmless(manifest: Manifest) -> bool:
    """Returns whether the app does nothing outside the sandbox but read the clock or draw random numbers."""
    return not manifest.capabilities.calls
