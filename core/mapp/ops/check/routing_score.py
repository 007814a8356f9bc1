"""Scores the routing of an app's requests: trains on four fifths of them and tests on the rest.

Only the app and the general background count, never the rest of the library, so that everyone gets the same
figures for the same tree.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mapp.index.vectors import open_vectors
from mapp.model.app import PHRASES, Card
from mapp.model.arguments import with_defaults
from mapp.model.decision import Ask, Use
from mapp.model.request import Candidate, Phrase
from mapp.model.values import JSONValue, canonical
from mapp.model.verdict import Finding
from mapp.ops.index.training_data import background_of
from mapp.route.fill.cues import learn
from mapp.route.router import Matcher
from mapp.validate.trial import Resolved

if TYPE_CHECKING:
    from mapp.index.embed import Embedder, Vectors
    from mapp.route.recognise.classifier import Recogniser

MIN_HELD_BACK: Final = 5
"""With fewer held-back requests the shares mean nothing."""
MIN_RIGHT: Final = 0.5
"""The share of held-back requests that must reach the app with the right arguments."""
MAX_TAKEN: Final = 0.6
"""The share of held-back near misses that may run without a question; one is always allowed."""
MAX_SHOWN: Final = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class _TrainedApp:
    """An app as the router sees it after training."""

    card: Card
    matcher: Matcher
    recogniser: Recogniser

    def decide(self, phrase: Phrase, vector: Vectors) -> str:
        """Returns `right`, `wrong`, `missed`, or for a near miss `taken` or `left`."""
        request = phrase.to_request()
        candidate = Candidate(app=self.card.manifest.name, score=1.0)
        decision, _ = self.matcher.decide(request, vector, [candidate], self.recogniser)
        if not phrase.fits:
            return "taken" if isinstance(decision, Use) else "left"
        if not isinstance(decision, Use | Ask) or (isinstance(decision, Ask) and decision.missing):
            return "missed"
        wanted = canonical(with_defaults(self.card.manifest, dict(phrase.arguments)))
        return "right" if canonical(dict(decision.arguments)) == wanted else "wrong"


def resolve(card: Card, embedder: Embedder, vectors: Path) -> Resolved:
    """Returns how well the held-back requests of an app are routed.

    Args:
        card: the card of an app whose requests fit its manifest.
        embedder: computes the router's vectors.
        vectors: the file of the vector cache.
    """
    held = [phrase for phrase in card.phrases if phrase.held_back]
    trained = [phrase for phrase in card.phrases if not phrase.held_back]
    if not any(phrase.fits for phrase in trained) or not held:
        return Resolved(counted=0)
    embedded = _embedded([phrase.request for phrase in (*trained, *held)], embedder, vectors)
    known = _train(card, trained, embedded[: len(trained)], embedder, vectors)
    asked = zip(held, embedded[len(trained) :], strict=True)
    return _judged([(phrase, known.decide(phrase, vector)) for phrase, vector in asked])


def _embedded(texts: list[str], embedder: Embedder, path: Path) -> Vectors:
    """Returns the vectors of texts, float32 (texts, dimensions); cached by the texts."""
    key = hashlib.sha256(json.dumps(texts).encode()).hexdigest()
    with open_vectors(path, embedder) as cache:
        known = cache.get(key)
        if known is None or len(known) != len(texts):
            cache.put([(key, embedder.embed(texts))])
            known = cache.get(key)
    return embedder.embed(texts) if known is None else known


def _train(
    card: Card, rows: list[Phrase], embedded: Vectors, embedder: Embedder, vectors: Path
) -> _TrainedApp:
    from mapp.route.recognise import corpus, train

    app = card.manifest.name
    lesson = corpus.Lesson(
        rows=tuple(
            corpus.TrainingRow(text=row.request, app=app, fits=row.fits, attachment=row.attachment)
            for row in rows
        ),
        vectors=embedded,
    )
    background = background_of(embedder, vectors)
    recogniser = train.fit(lesson, background, apps=[app])
    known = (card.manifest, learn(card.manifest, card.phrases))
    return _TrainedApp(card=card, matcher=Matcher(lambda _: known), recogniser=recogniser)


def _judged(rows: list[tuple[Phrase, str]]) -> Resolved:
    fitting = [row for row in rows if row[0].fits]
    missing = [row for row in rows if not row[0].fits]
    right = sum(found == "right" for _, found in fitting)
    taken = sum(found == "taken" for _, found in missing)
    problems = []
    if len(fitting) >= MIN_HELD_BACK and right < MIN_RIGHT * len(fitting):
        message = f"only {right} of {len(fitting)} held-back requests reach the app with the right arguments"
        problems.append(_finding(message, [row for row in fitting if row[1] != "right"]))
    if len(missing) >= MIN_HELD_BACK - 2 and taken > max(1, MAX_TAKEN * len(missing)):
        message = f"{taken} of {len(missing)} held-back near misses would run without a question"
        problems.append(_finding(message, [row for row in missing if row[1] == "taken"]))
    evidence: dict[str, JSONValue] = {
        "requests": len(fitting),
        "right": right,
        "wrong_arguments": sum(found == "wrong" for _, found in fitting),
        "near_misses": len(missing),
        "taken": taken,
    }
    return Resolved(counted=len(rows), problems=tuple(problems), evidence=tuple(evidence.items()))


def _finding(message: str, rows: list[tuple[Phrase, str]]) -> Finding:
    shown = "\n".join(f"{found}: {phrase.request}" for phrase, found in rows[:MAX_SHOWN])
    return Finding(path=PHRASES, message=message, evidence=shown)
