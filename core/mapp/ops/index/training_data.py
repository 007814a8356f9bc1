"""What is learned from the apps when the index is built: cues for the filler, and the recogniser."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mapp import route
from mapp.errors import InvalidArguments
from mapp.index.build import Corpus, Extra
from mapp.index.packed_vectors import read_one
from mapp.index.vectors import open_vectors
from mapp.model.app import Card
from mapp.model.arguments import with_defaults
from mapp.model.decision import Arguments
from mapp.model.manifest import Manifest
from mapp.model.request import TESTS_ASKED_MS, Request
from mapp.model.values import canonical
from mapp.ops.index.cue_worker import learn_all
from mapp.ops.index.shipped import Shipped, TrainedRecogniser
from mapp.route import per_app_table
from mapp.route.fill.cues import learn
from mapp.route.per_app_table import CompiledFor, Lessons
from mapp.route.recognise import classifier, train
from mapp.route.recognise.corpus import Background, Lesson, Read, Reader, TrainingRow
from mapp.route.router import Matcher
from mapp.starter import bundle

if TYPE_CHECKING:
    from mapp.index.embed import Embedder, Vectors

VECTORS: Final = "vectors.sqlite"
"""The file of the vector cache, in the cache directory."""
PARTS: Final = 3
"""In so many parts an app's requests are read by a filler that learned from the others."""
ALONE: Final = 16
"""Up to this many changed apps are refitted on their own; with more, all apps are trained."""


@dataclass(frozen=True, slots=True)
class LessonsExtra:
    """What the filler learns from each app's requests; `shipped` holds what starter apps taught."""

    shipped: Shipped | None = None
    name: str = per_app_table.FILE

    def make(self, corpus: Corpus, path: Path, previous: Path | None) -> None:
        """Learns from the changed apps, or from all if there is no previous file."""
        wanted = corpus.changed if previous is not None else corpus.apps
        trees = corpus.trees()
        known = self.shipped.cues({app: trees[app] for app in wanted}) if self.shipped else {}
        learned = learn_all([(app, corpus.card(app)) for app in wanted if app not in known])
        per_app_table.write_lessons(path, chain(known.items(), learned), corpus.apps, previous)


@dataclass(frozen=True, slots=True)
class VerbatimExtra:
    """The requests that are known word for word: those of the apps' tests, and those that made the apps.

    `compiled_for` returns the requests that an app was compiled for.
    """

    compiled_for: CompiledFor = lambda app: ()
    name: str = per_app_table.VERBATIM_FILE

    def make(self, corpus: Corpus, path: Path, previous: Path | None) -> None:
        """Copies what has not changed from the previous file."""
        wanted = corpus.changed if previous is not None else corpus.apps
        cards = ((app, corpus.card(app)) for app in wanted)
        per_app_table.write_verbatim(path, cards, corpus.apps, previous, self.compiled_for)


@dataclass(frozen=True, slots=True)
class RecogniserExtra:
    """The recogniser.

    `vectors` is the cache of the background's vectors; `shipped` holds what was trained on the starter apps.
    """

    vectors: Path
    shipped: Shipped | None = None
    name: str = classifier.FILE

    def make(self, corpus: Corpus, path: Path, previous: Path | None) -> None:
        """Trains on all apps, or on the few that changed and their neighbours."""
        known = _known(previous)
        start = self._start(corpus)
        if start is not None and not (start.changed or start.gone):
            path.write_bytes(start.data)
            return
        if start is not None and (known is None or len(corpus.changed) > ALONE):
            known, corpus = start.model, replace(corpus, changed=start.changed)
        background = background_of(corpus.embedder, self.vectors)
        cues = Lessons(path.with_name(per_app_table.FILE))
        try:
            if known is None or known.worn or len(corpus.changed) > ALONE:
                lesson = _lesson(corpus, corpus.apps)
                reader = _reader(corpus, cues)
                model = train.fit(lesson, background, apps=corpus.apps, reader=reader)
            else:
                model = _refitted(known, corpus, background)
        finally:
            cues.close()
        classifier.save(model, path)

    def _start(self, corpus: Corpus) -> TrainedRecogniser | None:
        """Returns the shipped recogniser where it is that of this library, but for a few apps."""
        if self.shipped is None:
            return None
        found = self.shipped.recogniser(corpus.trees(), corpus.embedder, background_key())
        return found if found and len(found.changed) + len(found.gone) <= ALONE else None


def extras(
    vectors: Path, shipped: Shipped | None = None, compiled_for: CompiledFor = lambda app: ()
) -> tuple[Extra, ...]:
    """Returns the files that routing adds to a generation, each after those that it needs."""
    return (LessonsExtra(shipped), VerbatimExtra(compiled_for), RecogniserExtra(vectors, shipped))


def background_of(embedder: Embedder, path: Path) -> Background:
    """Returns the requests that no app serves, with their vectors.

    They ship with the package; those of another embedder are embedded once and cached.
    """
    texts = background_texts()
    with open_vectors(path, embedder) as cache:
        key = background_key()
        known = cache.get(key)
        if known is None or len(known) != len(texts):
            shipped = read_one(bundle.VECTORS, embedder, key)
            known = embedder.embed(texts) if shipped is None else shipped
            cache.put([(key, known)])
    return Background(texts=texts, vectors=known)


def background_texts() -> tuple[str, ...]:
    """Returns the rows of the background file without comments."""
    path = Path(route.__file__).parent / "data" / "background.txt"
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def background_key() -> str:
    """Returns the cache key of the background's vectors."""
    return hashlib.sha256("\n".join(background_texts()).encode()).hexdigest()


def _known(previous: Path | None) -> classifier.Recogniser | None:
    if previous is not None:
        with suppress(ValueError):
            return classifier.load(previous)
    return None


def _refitted(known: classifier.Recogniser, corpus: Corpus, background: Background) -> classifier.Recogniser:
    own = _lesson(corpus, corpus.changed)
    present = set(corpus.apps)
    near = tuple(app for app in train.neighbours(known, own) if app in present)
    lesson = _lesson(corpus, (*corpus.changed, *near))
    return train.refit(known, corpus.apps, corpus.changed, lesson, background)


def _lesson(corpus: Corpus, apps: Iterable[str]) -> Lesson:
    import numpy as np

    rows: list[TrainingRow] = []
    parts: list[Vectors] = []
    for app in apps:
        card, vectors = corpus.vectors(app)
        rows += _rows(app, card)
        # The first vector is the description's, which is not a request.
        parts.append(vectors[1:])
    width = corpus.embedder.dimensions
    joined = np.concatenate(parts) if parts else np.zeros((0, width), dtype=np.float32)
    return Lesson(rows=tuple(rows), vectors=joined)


def _rows(app: str, card: Card) -> Iterator[TrainingRow]:
    for fits in (True, False):
        for phrase in card.phrases:
            if not phrase.held_back and phrase.fits == fits:
                yield TrainingRow(
                    text=phrase.request,
                    app=app,
                    fits=fits,
                    attachment=phrase.attachment,
                    arguments=phrase.arguments if fits else None,
                )


def _reader(corpus: Corpus, cues: Lessons) -> Reader:
    """Returns a function that evaluates candidates as the router does: thresholds fit the real decision.

    An app's own request is read with cues from the app's other requests: the app's full cues know the words
    of this very request.
    """
    matcher = Matcher(lambda app: (corpus.card(app).manifest, cues.of(app)))
    unseen = lru_cache(maxsize=None)(partial(_unseen, corpus))

    def reader(row: TrainingRow, app: str) -> Read:
        request = Request(text=row.text, attachment=row.attachment, asked_ms=TESTS_ASKED_MS)
        taught = row.fits and row.app == app
        match = (unseen(app, _part(row.text)) if taught else matcher).evaluate(request, app)
        if not match.complete:
            return Read(complete=False)
        stated = row.arguments if row.app == app else None
        right = stated is None or _states(matcher.manifest(app), stated, match.arguments)
        return Read(
            complete=True,
            confidence=match.filling.confidence,
            right=right,
            unexplained=match.words.unexplained,
            words=match.words.needing,
        )

    return reader


def _unseen(corpus: Corpus, app: str, part: int) -> Matcher:
    """Returns a matcher for an app that did not learn from one part of its requests."""
    card = corpus.card(app)
    known = card.manifest, learn(card.manifest, _without(card, part).phrases)
    return Matcher(lambda _: known)


def _without(card: Card, part: int) -> Card:
    """Returns a card without one part of the requests that fit."""
    kept = tuple(each for each in card.phrases if each.fits and _part(each.request) != part)
    return replace(card, phrases=kept)


def _part(text: str) -> int:
    digest = hashlib.sha256(b"part " + text.encode("utf-8", "surrogatepass")).digest()
    return digest[0] % PARTS


def _states(manifest: Manifest, stated: Arguments, found: Arguments) -> bool:
    """Returns whether a row states these arguments; a row may no longer fit the manifest."""
    with suppress(InvalidArguments):
        return canonical(with_defaults(manifest, dict(stated))) == canonical(dict(found))
    return False
