"""Sets the thresholds of an index, so that a test decides which requests count as sure or likely."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mapp.index import generations
from mapp.route.recognise import classifier
from mapp.route.recognise.classifier import Bands

ONLY_LIKELY = Bands(sure=1.0, likely=0.5, ask=0.3)
"""Only what an app's own tests state is sure; whatever mapp would usually run is likely."""
ONLY_ASKED = Bands(sure=1.0, likely=1.0, ask=0.3)
"""Whatever mapp would usually run is asked about."""


def set_bands(index: Path, bands: Bands) -> None:
    """Writes other thresholds into the current generation of an index."""
    generation = generations.current(index)
    assert generation is not None
    seal = generations.read_seal(generation)
    path = generation / classifier.FILE
    classifier.save(replace(classifier.load(path), bands=bands), path)
    (generation / "seal.json").unlink()  # a seal does not list itself
    generations.write_seal(
        generation,
        embedder=seal.embedder,
        digest=seal.digest,
        dimensions=seal.dimensions,
        store=seal.store,
        apps=seal.apps,
        extras=seal.extras,
    )
