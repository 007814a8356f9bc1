"""What an index learns does not depend on what the vector cache holds already."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mapp.index import generations
from mapp.index.sentences import MiniLM
from mapp.ops.index.training_data import background_of, background_texts, extras
from mapp.route import per_app_table
from mapp.route.recognise import classifier
from support.embedders import HashedWords
from support.shelf import Shelf

if TYPE_CHECKING:
    from mapp.index.embed import Vectors

SAID = {
    "sort-lines": ("sort", "lines", "order"),
    "vat": ("vat", "tax", "price"),
    "rot13": ("rotate", "letters", "cipher"),
    "morse": ("morse", "dots", "signal"),
}


def shelf(folder: Path) -> Shelf:
    """Returns a shelf with enough requests to set thresholds on."""
    found = Shelf(folder)
    for name, (first, second, third) in SAID.items():
        requests = [f"{first} the {second} '{'abc'[: n % 3 + 1]}' with {third} {n}" for n in range(30)]
        misses = [f"who invented {second} and {third} in {n}" for n in range(8)]
        found.put(name, f"Does {first} with {second}.", *requests, misses=misses)
    return found


def learned(shelf: Shelf) -> dict[str, bytes]:
    """Builds an index from nothing and returns the files of what it learned."""
    shelf.build(extras=extras(shelf.vectors), fresh=True)
    path = generations.current(shelf.index)
    assert path is not None
    return {name: (path / name).read_bytes() for name in (classifier.FILE, per_app_table.VERBATIM_FILE)}


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return learned(shelf(tmp_path_factory.mktemp("empty")))


def damaged(path: Path) -> None:
    """Turns one byte of every entry over."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute("select rowid, data from vectors").fetchall()
        for row, data in rows:
            connection.execute(
                "update vectors set data = ? where rowid = ?", (data[:-1] + bytes([data[-1] ^ 1]), row)
            )
    connection.close()


def foreign(path: Path) -> None:
    """Has another embedder's entries stand under this one's name."""
    path.unlink()
    other = shelf(path.parents[1] / "other")
    other.embedder = HashedWords(digest="another")
    learned(other)
    path.write_bytes(other.vectors.read_bytes())
    with sqlite3.connect(path) as connection:
        connection.execute("update vectors set embedder = ?", (HashedWords().digest,))
    connection.close()


CACHES: dict[str, Callable[[Path], object]] = {
    "warm": lambda path: None,
    "deleted": lambda path: path.unlink(),
    "not a database": lambda path: path.write_bytes(b"plain text instead of a database file. " * 40),
    "damaged": damaged,
    "foreign": foreign,
}


@pytest.mark.parametrize("state", CACHES)
def test_the_same_is_learned_whatever_the_vector_cache_holds(
    state: str, wanted: dict[str, bytes], tmp_path: Path
) -> None:
    mine = shelf(tmp_path)
    assert learned(mine) == wanted
    CACHES[state](mine.vectors)
    assert learned(mine) == wanted


def test_the_background_of_the_default_embedder_ships_with_the_package(tmp_path: Path) -> None:
    class Counting(MiniLM):
        asked = 0

        def embed(self, texts: Sequence[str]) -> Vectors:
            Counting.asked += len(texts)
            return super().embed(texts)

    found = background_of(Counting(), tmp_path / "vectors.sqlite")
    assert Counting.asked == 0
    sample = range(0, len(found.texts), 97)
    computed = MiniLM().embed([found.texts[place] for place in sample])
    assert found.vectors[list(sample)].tobytes() == computed.tobytes()


def test_the_background_of_another_embedder_is_embedded_once(tmp_path: Path) -> None:
    path = tmp_path / "vectors.sqlite"
    first = background_of(HashedWords(), path)
    assert first.vectors.tobytes() == HashedWords().embed(background_texts()).tobytes()
    assert background_of(HashedWords(), path).vectors.tobytes() == first.vectors.tobytes()
