"""From a request to a decision: retrieve, judge, evaluate, decide.

`Matcher` does the last three for any apps. `Router` adds retrieval from an index and the requests that are
known word for word: those that apps were compiled for, and those that an app's tests state.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from mapp.errors import InvalidArguments, MappError
from mapp.model.decision import Arguments, Certainty, Decision
from mapp.model.manifest import Manifest
from mapp.model.request import Candidate, Request
from mapp.route import per_app_table
from mapp.route.decide.decide import CandidateMatch, decide
from mapp.route.decide.evaluate import arguments_now, evaluate_candidate, read_compiled, read_verbatim
from mapp.route.decide.known import decide_known
from mapp.route.fill.cues import Cues
from mapp.route.per_app_table import Lessons, Verbatim
from mapp.route.recognise import classifier
from mapp.route.recognise.classifier import Recogniser

if TYPE_CHECKING:
    from mapp.index.embed import Vectors
    from mapp.index.search import Index


READ_CLOSELY: Final = 5
"""How many candidates are evaluated before the decision."""
RETRIEVED: Final = 100
FILES: Final = (per_app_table.VERBATIM_FILE, per_app_table.FILE, classifier.FILE)
"""The additional files of a generation that a router reads."""
_REMEMBERED: Final = 1024
"""How many apps' manifests and cues a matcher keeps in memory."""
Named = TypeVar("Named", Candidate, CandidateMatch)
Span: TypeAlias = Callable[[str], AbstractContextManager[object]]
"""Opens a span of that name around a stage, for telemetry."""
AppLookup: TypeAlias = Callable[[str], tuple[Manifest, Cues]]
"""Returns an app's manifest and what was learned from its requests."""


class Matcher:
    """Matches requests with apps; every decision and every training example is made here."""

    def __init__(self, lookup: AppLookup) -> None:
        self._lookup = lru_cache(maxsize=_REMEMBERED)(lookup)

    def manifest(self, app: str) -> Manifest:
        """Returns an app's manifest."""
        return self._lookup(app)[0]

    def evaluate(self, request: Request, app: str, probability: float = 1.0) -> CandidateMatch:
        """Returns what the request gives one app, and what counts against the app."""
        manifest, cues = self._lookup(app)
        return evaluate_candidate(request, manifest, cues, probability)

    def stated(self, request: Request, app: str, arguments: Arguments) -> CandidateMatch | None:
        """Returns the match for a request that an app's tests state; None if they no longer apply."""
        manifest, cues = self._lookup(app)
        with suppress(InvalidArguments):
            current = arguments_now(request, manifest, cues, arguments)
            return None if current is None else read_verbatim(manifest, current)
        return None

    def matches(
        self,
        request: Request,
        vector: Vectors,
        candidates: Sequence[Candidate],
        recogniser: Recogniser,
        span: Span = nullcontext,
    ) -> tuple[CandidateMatch, ...]:
        """Returns the most probable candidates, evaluated; at most `READ_CLOSELY`.

        Args:
            request: the request.
            vector: its unit vector, (dimensions,).
            candidates: what retrieval returned.
            recogniser: judges how probable each candidate is.
            span: opens a span around the filling of arguments.
        """
        judged = recogniser.judge(vector, request.text, candidates)
        closely = judged[:READ_CLOSELY]
        with span("mapp.fill"):
            found = [self.evaluate(request, row.app, row.probability) for row in closely]
        refuted = {match.app for match in found if not match.complete}
        return tuple(
            replace(
                match,
                sure=recogniser.sure(
                    row,
                    [other for other in judged if other is not row],
                    refuted,
                    confidence=match.filling.confidence,
                    unexplained=match.words.unexplained,
                    words=match.words.needing,
                ),
            )
            for row, match in zip(closely, found, strict=True)
        )

    def decide(
        self,
        request: Request,
        vector: Vectors,
        candidates: Sequence[Candidate],
        recogniser: Recogniser,
        accept: Certainty = "sure",
    ) -> tuple[Decision, tuple[CandidateMatch, ...]]:
        """Returns the decision on a request, and the matches behind it; arguments as in `matches`."""
        matches = self.matches(request, vector, candidates, recogniser)
        return decide(request, candidates, matches, recogniser.bands, accept), matches


class Router:
    """Decides on requests with one generation of the index; load it once and use it for many requests.

    Close it when the library may have changed. With `by_heart=False` a request that an app's tests state word
    for word is judged like any other, so that benchmarks can measure with such requests.
    """

    def __init__(self, index: Index, *, by_heart: bool = True) -> None:
        self._index = index
        self._recogniser = classifier.load(_extra(index, classifier.FILE))
        self._verbatim = Verbatim(_extra(index, per_app_table.VERBATIM_FILE)) if by_heart else None
        self._lessons = lessons = Lessons(_extra(index, per_app_table.FILE))
        # Not `self._lessons`: a cycle of references would keep a closed router's files open.
        self._matcher = Matcher(lambda app: (index.manifest(app), lessons.of(app)))
        self._give_back: Callable[[], None] | None = None

    def decide(
        self, request: Request, accept: Certainty = "sure", *, span: Span = nullcontext
    ) -> tuple[Decision, tuple[CandidateMatch, ...]]:
        """Returns the decision on a request, and the candidates that were evaluated.

        `span` opens a span around each stage.
        """
        with span("mapp.retrieve"):
            vector = self._index.vector(request.text)
            candidates = self._index.search(request.text, RETRIEVED, vector=vector)
        with span("mapp.decide"):
            matches = self._matcher.matches(request, vector, candidates, self._recogniser, span)
            return self._decided(request, candidates, matches, accept)

    def _decided(
        self,
        request: Request,
        candidates: tuple[Candidate, ...],
        matches: tuple[CandidateMatch, ...],
        accept: Certainty,
    ) -> tuple[Decision, tuple[CandidateMatch, ...]]:
        """Returns the decision; what is known word for word comes before what was judged."""
        if compiled := self._compiled(request):
            return decide_known(compiled, candidates), (*compiled, *_others(matches, *compiled))
        if (stated := self._stated(request)) is not None:
            candidates = (Candidate(app=stated.app, score=1.0), *_others(candidates, stated))
            matches = (stated, *_others(matches, stated))
        return decide(request, candidates, matches, self._recogniser.bands, accept), matches

    def decide_for(
        self, request: Request, app: str, accept: Certainty = "sure"
    ) -> tuple[Decision, tuple[CandidateMatch, ...]]:
        """Returns the decision on a request as if the library had only this app, and how it was evaluated."""
        candidates = [Candidate(app=app, score=1.0)]
        if known := tuple(match for match in self._compiled(request) if match.app == app):
            return decide_known(known, candidates), known
        vector = self._index.vector(request.text)
        return self._matcher.decide(request, vector, candidates, self._recogniser, accept)

    def lent(self, give_back: Callable[[], None]) -> Router:
        """Returns a router with the same open files; closing it only calls `give_back`."""
        lent = copy.copy(self)
        lent._give_back = give_back
        return lent

    def close(self) -> None:
        """Closes the files."""
        if self._give_back is not None:
            self._give_back()
            return
        self._lessons.close()
        if self._verbatim is not None:
            self._verbatim.close()
        self._index.close()

    def _compiled(self, request: Request) -> tuple[CandidateMatch, ...]:
        """Returns the matches of the apps that were compiled for a request, with stated or read arguments."""
        if self._verbatim is None:
            return ()
        return tuple(
            self._in_any_spelling(request, app)
            or read_compiled(request, self._matcher.manifest(app), self._lessons.of(app))
            for app in self._verbatim.compiled_for(request)
        )

    def _in_any_spelling(self, request: Request, app: str) -> CandidateMatch | None:
        found = self._verbatim.in_any_spelling(request, app) if self._verbatim is not None else None
        return None if found is None else self._matcher.stated(request, *found)

    def _stated(self, request: Request) -> CandidateMatch | None:
        """Returns the match for a request that the tests of exactly one app state word for word."""
        found = self._verbatim.of(request) if self._verbatim is not None else None
        return None if found is None else self._matcher.stated(request, *found)


def _others(rows: tuple[Named, ...], *known: CandidateMatch) -> tuple[Named, ...]:
    names = {match.app for match in known}
    return tuple(row for row in rows if row.app not in names)


def _extra(index: Index, name: str) -> Path:
    path = index.extra(name)
    if path is None:
        raise MappError(f"the index has no {name}", hint="mapp index rebuild --fresh")
    return path
