"""Which app a request means, and how probable that is: what was learnt when the index was built.

Softmax regression over all apps and "none of them", on the sentence vector and the wording of a request.
How it is learnt is told in `mapp.route.training`.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mapp.model.request import Candidate
from mapp.route.decide import Bands
from mapp.route.softmax import probabilities
from mapp.route.wording import Wording

if TYPE_CHECKING:
    from mapp.route.softmax import Floats

FORMAT: Final = 2
FILE: Final = f"recogniser-{FORMAT}.npz"
_LEAST_REFITS: Final = 2
DEFAULT_BANDS: Final = Bands(use=0.8, ask=0.5)


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """How probable it is that a request means an app."""

    app: str
    probability: float


@dataclass(frozen=True, slots=True)
class Recogniser:
    """A trained classifier; column `i` of the weights is app `i`, the last one is "none"."""

    apps: tuple[str, ...]
    weights: Floats
    centres: Floats
    wording: Wording
    temperature: float
    bands: Bands
    together: int = 0
    """How many apps there were when all were last fitted together."""
    refits: int = 0
    """How often a few were refitted since."""

    @property
    def worn(self) -> bool:
        """Returns whether so much was refitted that all should be fitted together again."""
        return self.refits >= max(_LEAST_REFITS, self.together // 5)

    def judge(self, vector: Floats, text: str, candidates: Sequence[Candidate]) -> tuple[Judgement, ...]:
        """Returns the candidates with their probabilities, the most probable first.

        Args:
            vector: the request's unit vector, float32 (dimensions,).
            text: the request.
            candidates: what retrieval returned; an app that was not there in training has probability 0.
        """
        found = probabilities(
            features(vector[None, :], self.wording, [text]) @ self.weights / self.temperature
        )[0]
        places = {app: place for place, app in enumerate(self.apps)}
        judged = [
            Judgement(app=each.app, probability=float(found[places[each.app]]) if each.app in places else 0.0)
            for each in candidates
        ]
        return tuple(sorted(judged, key=lambda judgement: -judgement.probability))


def save(model: Recogniser, path: Path) -> None:
    """Writes a recogniser to a file; whoever puts the file into use does so in one step."""
    import numpy as np

    label = {
        "format": FORMAT,
        "apps": model.apps,
        "temperature": model.temperature,
        "use": model.bands.use,
        "ask": model.bands.ask,
        "unknown": model.wording.unknown,
        "together": model.together,
        "refits": model.refits,
    }
    with path.open("wb") as file:
        np.savez(
            file,
            label=np.frombuffer(json.dumps(label).encode(), dtype=np.uint8),
            weights=model.weights,
            centres=model.centres.astype(np.float16),
            known=model.wording.known,
            rarity=model.wording.rarity,
            once=model.wording.once,
        )


def load(path: Path) -> Recogniser:
    """Reads what `save` wrote; raises ValueError when it is damaged or of another format."""
    import numpy as np

    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            label = json.loads(archive["label"].tobytes())
            parts = {name: archive[name] for name in archive.files if name != "label"}
        return _assembled(label, parts)
    except (OSError, KeyError, TypeError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path.name} is no recogniser: {error}") from error


def _assembled(label: Mapping[str, Any], parts: Mapping[str, Any]) -> Recogniser:
    import numpy as np

    apps = tuple(label["apps"])
    if label["format"] != FORMAT or parts["weights"].shape[1] != len(apps) + 1:
        raise ValueError("the recogniser is of another format")
    return Recogniser(
        apps=apps,
        weights=parts["weights"],
        centres=parts["centres"].astype(np.float32),
        wording=Wording(
            known=parts["known"], rarity=parts["rarity"], once=parts["once"], unknown=label["unknown"]
        ),
        temperature=label["temperature"],
        bands=Bands(use=label["use"], ask=label["ask"]),
        together=label["together"],
        refits=label["refits"],
    )


def features(vectors: Floats, wording: Wording, texts: Sequence[str], *, held_out: bool = False) -> Floats:
    """Returns float32 (texts, dimensions + 532): vector, wording, and the constant 1."""
    import numpy as np

    words = wording.features(texts, held_out=held_out)
    ones = np.ones((len(texts), 1), dtype=np.float32)
    return np.concatenate([vectors.astype(np.float32), words, ones], axis=1)
