"""A small library to train a recogniser on, with vectors made of whole numbers.

`python -m support.small_library` prints the hashes of the files of three recognisers.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mapp.route.recognise import classifier, corpus, train

Floats = NDArray[np.float64]
DIMENSIONS = 32
WANTED = [
    "677aa1d01353ecff1fb6374979dfa326a7d3a7bf93e7872b897d4c1af7ac1d6f",
    "3b92acfa7c7fe1bc4955a3480653ed95d9868dd1719a23929fa30d24f57553e6",
    "a99e85c639e745981dff32fa66bee0fa909410916d0770ed25fd281d1f46a26d",
]
"""The result of `digests` on every machine."""
THINGS = {
    "vat": ("tax", "price", "gross", "net"),
    "sort": ("sort", "lines", "order", "alphabet"),
    "morse": ("morse", "dots", "dashes", "signal"),
    "roman": ("roman", "numeral", "caesar", "latin"),
    "uuid": ("uuid", "identifier", "unique", "random"),
}
FRAMES = (
    "{} {} please",
    "give me the {} of {}",
    "can you do {} with {} {n}",
    "{} and {}",
    "i need {} {} now",
)
MISSES = ("who invented the {} and the {}", "draw {} {} for me", "where can i buy {} {}")
STRANGE = ("weather", "music", "pizza", "football", "holiday", "train", "doctor", "movie")


def vectors(texts: Sequence[str]) -> Floats:
    """Returns a unit vector for each text: the sum of a vector of whole numbers for each of its words."""
    rows = np.zeros((len(texts), DIMENSIONS))
    for row, text in enumerate(texts):
        for word in text.split():
            mark = hashlib.blake2b(word.encode(), digest_size=DIMENSIONS).digest()
            rows[row] += np.frombuffer(mark, dtype=np.uint8).astype(np.float64) - 127
    lengths = np.sqrt((rows * rows).sum(axis=1, keepdims=True))
    unit: Floats = rows / lengths
    return unit


def lesson(apps: Sequence[str] = tuple(THINGS)) -> corpus.Lesson:
    """Returns the rows of some apps: positive requests and near misses."""
    rows = []
    for app in apps:
        words = THINGS[app]
        for n in range(18):
            said = (words[n % 4], words[(n // 3 + 1) % 4])
            rows.append(corpus.TrainingRow(text=FRAMES[n % 5].format(*said, n=n), app=app))
        for n in range(6):
            text = MISSES[n % 3].format(words[n % 4], words[(n + n // 4) % 4])
            rows.append(corpus.TrainingRow(text=text, app=app, fits=False))
    return corpus.Lesson(rows=tuple(rows), vectors=vectors([row.text for row in rows]))


def background() -> corpus.Background:
    """Returns requests that none of the apps serves."""
    texts = tuple(FRAMES[n % 5].format(word, "today", n=n) for word in STRANGE for n in range(3))
    return corpus.Background(texts=texts, vectors=vectors(texts))


def reader(row: corpus.TrainingRow, app: str) -> corpus.Read:
    """Evaluates a row: some rows do not complete an app, and some are doubtful."""
    mark = hashlib.blake2b(f"{row.text} {app}".encode(), digest_size=2).digest()
    return corpus.Read(complete=mark[0] > 20, confidence=1 - mark[1] / 2048)


def trained() -> tuple[classifier.Recogniser, ...]:
    """Returns three recognisers: fitted together, refitted with one more app, and fitted in blocks."""
    whole = train.fit(lesson(), background(), reader=reader)
    known = train.fit(lesson(tuple(THINGS)[:-1]), background(), reader=reader)
    grown = train.refit(known, tuple(THINGS), [tuple(THINGS)[-1]], lesson(), background())
    blocks = train.fit(lesson(), background(), reader=reader, at_once=4)
    return whole, grown, blocks


def digests() -> list[str]:
    """Returns the hashes of the files of all three."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for model in trained():
            path = Path(folder) / "recogniser.npz"
            classifier.save(model, path)
            found.append(hashlib.sha256(path.read_bytes()).hexdigest())
    return found


if __name__ == "__main__":
    sys.stdout.write("\n".join(digests()) + "\n")
