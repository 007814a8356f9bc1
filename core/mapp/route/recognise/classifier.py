"""Recognises which app a request means, with a calibrated probability.

Two things speak for an app: a softmax regression over all apps and "none of them", on the sentence vector and
the wording of a request, and the cosines to the centre and the exemplars of the app's own requests.
`mapp.route.recognise.score` makes one number of them. `mapp.route.recognise.train` trains it all when the
index is built.
"""

from __future__ import annotations

import io
import json
import zipfile
from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from mapp.model.request import Candidate
from mapp.route.recognise import exact, exemplars
from mapp.route.recognise.features import Wording
from mapp.route.recognise.score import REFUTED, Evidence, Score
from mapp.route.recognise.softmax import probabilities
from mapp.route.recognise.vocabulary import Vocabulary

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mapp.route.recognise.exact import Vectors
    from mapp.route.recognise.softmax import Floats, Integers


@dataclass(frozen=True, kw_only=True, slots=True)
class Bands:
    """The thresholds: how sure a call must be to run anywhere, to run where a person sees it, and to ask."""

    sure: float
    likely: float
    ask: float


FORMAT: Final = 5
FILE: Final = f"recogniser-{FORMAT}.npz"
_MIN_REFITS: Final = 2
DEFAULT_BANDS: Final = Bands(sure=0.95, likely=0.85, ask=0.5)
DIGITS: Final = 4
"""Probabilities are rounded to this many decimals."""
KEPT_BITS: Final = 10
"""Learned weights are multiples of 2**-10, less than 32 in size: two bytes each."""
KEPT_LIMIT: Final = 31.75
_LIKELIEST: Final = 5
FAR: Final = 100
"""Where so many candidates were retrieved, all other apps are too far to get a share."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """How probable it is that a request means an app, and the evidence of it.

    `share` is the app's softmax probability; `centre` and `nearest` are cosines to its requests,
    `unfamiliar` is the weight of the words that they do not use.
    """

    app: str
    probability: float
    share: float = 0.0
    centre: float = 0.0
    nearest: float = 0.0
    unfamiliar: float = 0.0


def _rank(judgement: Judgement) -> tuple[float, float, str]:
    return -judgement.probability, -round(judgement.share, DIGITS), judgement.app


@dataclass(frozen=True, slots=True)
class Recogniser:
    """A trained classifier; column `i` of the weights is app `i` by name, the last one is "none".

    Weights are multiples of 2**-10, centres of 2**-13 and exemplars of 2**-8, so that products with a request
    are exact.
    """

    apps: tuple[str, ...]
    weights: Floats
    centres: Floats
    exemplars: NDArray[np.int8]
    """(apps, exemplars, dimensions), in units of 2**-8."""
    wording: Wording
    vocabulary: Vocabulary
    offsets: Floats
    """How much the log odds of an app's answers differ from those of all apps."""
    score: Score
    bands: Bands
    together: int = 0
    """The number of apps in the last full fit."""
    refits: int = 0
    """The number of partial refits since then."""

    @property
    def worn(self) -> bool:
        """Returns whether a full fit is due after many partial ones."""
        return self.refits >= max(_MIN_REFITS, self.together // 5)

    def judge(self, vector: Vectors, text: str, candidates: Sequence[Candidate]) -> tuple[Judgement, ...]:
        """Returns the candidates with their probabilities, the most probable first.

        Args:
            vector: the request's unit vector, (dimensions,).
            text: the request.
            candidates: the retrieved candidates; an app that is new since training has probability 0.
        """
        import numpy as np

        places = {each.app: self._place(each.app) for each in candidates}
        known = [app for app, place in places.items() if place is not None]
        judged = [Judgement(app=app, probability=0.0) for app, place in places.items() if place is None]
        if known:
            chosen = np.array([[places[app] for app in known]], dtype=np.int64)
            shares = self.shares(vector[None, :], [text], chosen[0] if len(known) >= FAR else None)
            evidence = self.evidence(shares, vector[None, :], [text], chosen)
            found = exact.on_grid(self.score.recognised(evidence)[0] * 10**DIGITS, 0, 10**DIGITS)
            judged += [
                Judgement(
                    app=app,
                    probability=float(found[place]) / 10**DIGITS,
                    share=float(evidence.share[0, place]),
                    centre=float(evidence.centre[0, place]),
                    nearest=float(evidence.nearest[0, place]),
                    unfamiliar=float(evidence.unfamiliar[0, place]),
                )
                for place, app in enumerate(known)
            ]
        return tuple(sorted(judged, key=_rank))

    def _place(self, app: str) -> int | None:
        place = bisect_left(self.apps, app)
        return place if self.apps[place : place + 1] == (app,) else None

    def shares(self, vectors: Vectors, texts: Sequence[str], among: Integers | None = None) -> Floats:
        """Returns (requests, apps): the softmax probability of each app; the rest is that of "none".

        Args:
            vectors: the requests' unit vectors, (requests, dimensions).
            texts: the requests.
            among: the places of the only apps that get a share; None for all.
        """
        import numpy as np

        rows = features(vectors, self.wording, texts)
        if among is None:
            return probabilities(exact.logits_of(rows, self.weights))[:, :-1]
        found = np.zeros((len(rows), len(self.apps)))
        columns = np.append(among, len(self.apps))
        found[:, among] = probabilities(exact.logits_of(rows, self.weights[:, columns]))[:, :-1]
        return found

    def evidence(self, shares: Floats, vectors: Vectors, texts: Sequence[str], places: Integers) -> Evidence:
        """Returns what is known of requests and some apps.

        Args:
            shares: what `shares` returned for the requests, (requests, apps).
            vectors: their unit vectors, (requests, dimensions).
            texts: the requests.
            places: the apps of interest for each request.
        """
        import numpy as np

        unfamiliar = [
            self.vocabulary.unfamiliar(self.wording.places(text), apps)
            for text, apps in zip(texts, places, strict=True)
        ]
        return evidence_of(
            shares, vectors, places, self.centres, self.exemplars, np.reshape(unfamiliar, places.shape)
        )

    def recognised(self, vectors: Vectors, texts: Sequence[str]) -> tuple[tuple[str, float], ...]:
        """Returns for each request the most probable app and its probability, of all apps."""
        import numpy as np

        shares = self.shares(vectors, texts)
        places = np.argsort(-shares, axis=1, kind="stable")[:, :_LIKELIEST]
        found = self.score.recognised(self.evidence(shares, vectors, texts, places))
        best = found.argmax(axis=1)
        rows = np.arange(len(found))
        return tuple(
            (self.apps[place], float(said))
            for place, said in zip(places[rows, best], found[rows, best], strict=True)
        )

    def sure(
        self,
        own: Judgement,
        others: Sequence[Judgement],
        refuted: Collection[str],
        *,
        confidence: float,
        unexplained: int = 0,
        words: int = 0,
    ) -> float:
        """Returns the probability that it is right to run an app with these arguments.

        Args:
            own: the app.
            others: all other candidates.
            refuted: the apps that the request does not complete; they count less as rivals.
            confidence: of the arguments.
            unexplained: how many words of the request nothing explains.
            words: how many need an explanation.
        """
        import numpy as np

        rival = max((each.share * (REFUTED if each.app in refuted else 1.0) for each in others), default=0.0)
        evidence = Evidence(
            share=np.array([own.share]),
            rival=np.array([rival]),
            centre=np.array([own.centre]),
            nearest=np.array([own.nearest]),
            unfamiliar=np.array([own.unfamiliar]),
        )
        place = self._place(own.app)
        return self.score.sure(
            float(self.score.recognised(evidence)[0]),
            confidence,
            unexplained=unexplained,
            words=words,
            unfamiliar=own.unfamiliar,
            offset=0.0 if place is None else float(self.offsets[place]),
        )


def evidence_of(
    shares: Floats,
    vectors: Vectors,
    places: Integers,
    centres: Floats,
    examples: NDArray[np.int8],
    unfamiliar: Floats,
) -> Evidence:
    """Returns what is known of each request and its apps of interest: see `Recogniser.evidence`."""
    import numpy as np

    rows = np.arange(len(shares))[:, None]
    best = shares.argmax(axis=1)[:, None] if shares.shape[1] else np.zeros((len(shares), 1), dtype=np.int64)
    largest = shares[rows, best]
    second = shares.copy()
    second[rows, best] = 0.0
    rounded = exact.on_grid(vectors, exact.FEATURE_BITS, 1.0)
    nearest = np.empty(places.shape)
    for row, apps in enumerate(places):
        near = examples[apps].astype(np.float64) * 2.0**-exemplars.BITS @ rounded[row]
        nearest[row] = near.max(axis=1)
    return Evidence(
        share=shares[rows, places],
        rival=np.where(places == best, second.max(axis=1, keepdims=True), largest),
        centre=(centres[places] * rounded[:, None, :]).sum(axis=2),
        nearest=nearest,
        unfamiliar=unfamiliar,
    )


def save(model: Recogniser, path: Path) -> None:
    """Writes a recogniser to a file."""
    import numpy as np

    label = {
        "format": FORMAT,
        "apps": model.apps,
        "inside": model.score.inside,
        "match": model.score.match,
        "answer": model.score.answer,
        "sure": model.bands.sure,
        "likely": model.bands.likely,
        "ask": model.bands.ask,
        "unknown": model.wording.unknown,
        "together": model.together,
        "refits": model.refits,
    }
    parts: dict[str, Any] = {
        "label": np.frombuffer(json.dumps(label).encode(), dtype=np.uint8),
        "weights": _counted(model.weights, KEPT_BITS),
        "centres": _counted(model.centres, exact.FEATURE_BITS),
        "exemplars": model.exemplars,
        "offsets": _counted(model.offsets, KEPT_BITS),
        "own": model.vocabulary.own,
        "meaning": model.vocabulary.weights,
        "known": model.wording.known,
        "rarity": model.wording.rarity,
        "once": model.wording.once,
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            data = io.BytesIO()
            np.save(data, part, allow_pickle=False)
            # A fixed date: equal recognisers have equal bytes.
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), data.getvalue())


def kept(weights: Floats) -> Floats:
    """Returns weights rounded as in a stored recogniser."""
    return exact.on_grid(weights, KEPT_BITS, KEPT_LIMIT)


def _counted(values: Floats, bits: int) -> NDArray[np.int16]:
    """Returns each value in units of 2**-bits."""
    import numpy as np

    counted: NDArray[np.int16] = np.rint(values * 2.0**bits).astype("<i2")
    return counted


def load(path: Path) -> Recogniser:
    """Reads what `save` wrote; raises ValueError if it is damaged or has another format."""
    try:
        with path.open("rb") as file:
            return loaded(file)
    except (OSError, KeyError, TypeError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path.name} is not a recogniser: {error}") from error


def loaded(file: IO[bytes]) -> Recogniser:
    """Reads a recogniser from an open file; a damaged one raises what numpy and `json` raise."""
    import numpy as np

    with np.load(file, allow_pickle=False) as archive:
        label = json.loads(archive["label"].tobytes())
        parts = {name: archive[name] for name in archive.files if name != "label"}
    return _assembled(label, parts)


def _assembled(label: Mapping[str, Any], parts: Mapping[str, Any]) -> Recogniser:
    import numpy as np

    apps = tuple(label["apps"])
    if label["format"] != FORMAT or parts["weights"].shape[1] != len(apps) + 1:
        raise ValueError("the recogniser has another format")
    return Recogniser(
        apps=apps,
        weights=parts["weights"].astype(np.float64) * 2.0**-KEPT_BITS,
        centres=parts["centres"].astype(np.float64) * 2.0**-exact.FEATURE_BITS,
        wording=Wording(
            known=parts["known"], rarity=parts["rarity"], once=parts["once"], unknown=label["unknown"]
        ),
        exemplars=parts["exemplars"],
        vocabulary=Vocabulary(own=parts["own"], weights=parts["meaning"]),
        offsets=parts["offsets"].astype(np.float64) * 2.0**-KEPT_BITS,
        score=Score(
            inside=tuple(label["inside"]), match=tuple(label["match"]), answer=tuple(label["answer"])
        ),
        bands=Bands(sure=label["sure"], likely=label["likely"], ask=label["ask"]),
        together=label["together"],
        refits=label["refits"],
    )


def features(vectors: Vectors, wording: Wording, texts: Sequence[str], *, held_out: bool = False) -> Floats:
    """Returns (texts, dimensions + 532): vector, wording, and the constant 1, as multiples of 2**-13."""
    import numpy as np

    rounded = exact.on_grid(vectors, exact.FEATURE_BITS, 1.0)
    words = wording.features(texts, held_out=held_out)
    return np.concatenate([rounded, words, np.ones((len(texts), 1))], axis=1)
