"""From a request to a decision: retrieve, judge, evaluate closely, decide."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from mapp.errors import InvalidArguments, MappError
from mapp.model.decision import Decision
from mapp.model.manifest import Manifest
from mapp.model.request import Candidate, Request
from mapp.route import per_app_table
from mapp.route.decide.decide import CandidateMatch, decide
from mapp.route.decide.evaluate import evaluate_candidate, read_verbatim
from mapp.route.fill.cues import Cues
from mapp.route.per_app_table import Lessons, Verbatim
from mapp.route.recognise import classifier

if TYPE_CHECKING:
    from mapp.index.search import Index


READ_CLOSELY: Final = 5
"""How many candidates are filled before the decision."""
RETRIEVED: Final = 100
Named = TypeVar("Named", Candidate, CandidateMatch)


class Router:
    """What turns requests into decisions, loaded once and used for many.

    It reads one generation of the index; `close` it when the library may have changed. Without `by_heart`
    requests that the tests of an app hold word for word are judged like any other: to measure on them.
    """

    def __init__(self, index: Index, *, by_heart: bool = True) -> None:
        self._index = index
        self._verbatim = Verbatim(_extra(index, per_app_table.VERBATIM_FILE)) if by_heart else None
        self._lessons = Lessons(_extra(index, per_app_table.FILE))
        self._recogniser = classifier.load(_extra(index, classifier.FILE))
        self._known: dict[str, tuple[Manifest, Cues]] = {}

    def decide(self, request: Request) -> tuple[Decision, tuple[CandidateMatch, ...]]:
        """Returns the decision on a request, and the candidates as they were read."""
        vector = self._index.vector(request.text)
        candidates = self._index.search(request.text, RETRIEVED, vector=vector)
        judged = self._recogniser.judge(vector, request.text, candidates)[:READ_CLOSELY]
        readings = tuple(
            evaluate_candidate(request, *self._about(row.app), row.probability) for row in judged
        )
        if (stated := self._stated(request)) is not None:
            candidates = (Candidate(app=stated.app, score=1.0), *_others(candidates, stated.app))
            readings = (stated, *_others(readings, stated.app))
        return decide(request, candidates, readings, self._recogniser.bands), readings

    def decide_for(self, request: Request, app: str) -> tuple[Decision, tuple[CandidateMatch, ...]]:
        """Returns the decision on a request as if the library held one app only, and how it was read."""
        candidates = [Candidate(app=app, score=1.0)]
        judged = self._recogniser.judge(self._index.vector(request.text), request.text, candidates)
        readings = tuple(
            evaluate_candidate(request, *self._about(row.app), row.probability) for row in judged
        )
        return decide(request, candidates, readings, self._recogniser.bands), readings

    def close(self) -> None:
        """Closes the files."""
        self._lessons.close()
        if self._verbatim is not None:
            self._verbatim.close()
        self._index.close()

    def _stated(self, request: Request) -> CandidateMatch | None:
        """Returns the reading of a request that one app's tests hold word for word."""
        found = self._verbatim.of(request) if self._verbatim is not None else None
        with suppress(InvalidArguments):
            return None if found is None else read_verbatim(self._about(found[0])[0], found[1])
        return None

    def _about(self, app: str) -> tuple[Manifest, Cues]:
        if app not in self._known:
            self._known[app] = (self._index.card(app).manifest, self._lessons.of(app))
        return self._known[app]


def _others(rows: tuple[Named, ...], app: str) -> tuple[Named, ...]:
    return tuple(row for row in rows if row.app != app)


def _extra(index: Index, name: str) -> Path:
    path = index.extra(name)
    if path is None:
        raise MappError(f"the index lacks {name}", hint="mapp index rebuild --fresh")
    return path
