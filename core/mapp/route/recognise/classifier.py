"""Recognises which app a request means, with a probability.

A softmax regression over all apps and "none of them", on the sentence vector and the wording of a request.
`mapp.route.recognise.train` trains it when the index is built.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from mapp.model.request import Candidate
from mapp.route.recognise import exact
from mapp.route.recognise.features import Wording
from mapp.route.recognise.softmax import probabilities

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mapp.route.recognise.exact import Vectors
    from mapp.route.recognise.softmax import Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class Bands:
    """The thresholds: how sure a call must be to run anywhere, to run where a person sees it, and to ask."""

    sure: float
    likely: float
    ask: float


FORMAT: Final = 4
FILE: Final = f"recogniser-{FORMAT}.npz"
_MIN_REFITS: Final = 2
DEFAULT_BANDS: Final = Bands(sure=0.8, likely=0.7, ask=0.5)
DIGITS: Final = 4
"""Probabilities are rounded to this many decimals."""
KEPT_BITS: Final = 10
"""Learned weights are multiples of 2**-10, less than 32 in size: two bytes each."""
KEPT_LIMIT: Final = 31.75


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """How probable it is that a request means an app."""

    app: str
    probability: float


@dataclass(frozen=True, slots=True)
class Recogniser:
    """A trained classifier; column `i` of the weights is app `i`, the last one is "none".

    Weights are multiples of 2**-10 and centres of 2**-13, so that products with a request are exact.
    """

    apps: tuple[str, ...]
    weights: Floats
    centres: Floats
    wording: Wording
    temperature: float
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
        logits = exact.logits_of(features(vector[None, :], self.wording, [text]), self.weights)
        found = probabilities(logits / self.temperature)[0]
        places = {app: place for place, app in enumerate(self.apps)}
        judged = [
            Judgement(
                app=each.app,
                probability=round(float(found[places[each.app]]), DIGITS) if each.app in places else 0.0,
            )
            for each in candidates
        ]
        return tuple(sorted(judged, key=lambda judgement: (-judgement.probability, judgement.app)))


def save(model: Recogniser, path: Path) -> None:
    """Writes a recogniser to a file."""
    import numpy as np

    label = {
        "format": FORMAT,
        "apps": model.apps,
        "temperature": model.temperature,
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
        temperature=label["temperature"],
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
