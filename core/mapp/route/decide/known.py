"""Decides on a request that one or several apps were compiled for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mapp.model.decision import Ask, Use
from mapp.model.request import Candidate
from mapp.route.decide.decide import NEAREST, CandidateMatch

CLEAR: Final = 0.5
"""From this confidence on, one reading of the arguments is clearly better than all others."""


def decide_known(matches: Sequence[CandidateMatch], candidates: Sequence[Candidate]) -> Use | Ask:
    """Returns what to do about a request that apps were compiled for: run the app, unless something is open.

    Args:
        matches: the apps that were compiled for the request, at least one.
        candidates: the retrieved candidates, the best first.
    """
    names = tuple(match.app for match in matches)
    others = [candidate for candidate in candidates if candidate.app not in names]
    shown = (*(Candidate(app=name, score=1.0) for name in names), *others)[: max(NEAREST, len(names))]
    first = matches[0]
    arguments = first.arguments or tuple(first.filling.arguments.items())
    if len(names) > 1:
        reason = f"{', '.join(names[:-1])} and {names[-1]} were compiled for this request"
        return Ask(
            app=first.app,
            arguments=arguments,
            missing=first.filling.missing,
            either=names,
            sure=round(1 / len(names), 4),
            candidates=shown,
            reasons=(reason,),
        )
    confidence = first.filling.confidence
    if first.complete and confidence >= CLEAR:
        return Use(
            app=first.app,
            arguments=arguments,
            sure=1.0,
            candidates=shown,
            reasons=first.filling.evidence,
        )
    against = [veto.reason for veto in first.vetoes]
    against += [str(problem) for problem in first.problems if not first.filling.missing]
    return Ask(
        app=first.app,
        arguments=arguments,
        missing=first.filling.missing,
        sure=confidence if first.complete else 0.0,
        candidates=shown,
        reasons=tuple(against) or (f"{first.app} was compiled for this, but its arguments are not clear",),
    )
