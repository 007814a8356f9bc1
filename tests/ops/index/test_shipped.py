"""A new library takes what was trained on the starter apps from a file, and trains only the rest."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from mapp.config import load_config
from mapp.git.identity import tree_id
from mapp.index import generations
from mapp.index.build import Contents, build
from mapp.index.embed import Embedder
from mapp.index.embedders import choose_embedder
from mapp.index.entry import Head
from mapp.index.packed_vectors import read_packed
from mapp.index.vectors import open_vectors
from mapp.model.app import App, Card, read_app
from mapp.ops.index import build_worker, training_data
from mapp.ops.index.cue_worker import learn_all
from mapp.ops.index.shipped import Shipped, differences, write
from mapp.ops.index.training_data import VECTORS, background_key, extras
from mapp.ops.manage import record_starter
from mapp.route import per_app_table
from mapp.route.fill.cues import Cues
from mapp.route.recognise import classifier, train
from mapp.starter import bundle
from support.apps import Draft
from support.embedders import HashedWords

TREES = {name: tree_id(bundle.files(name)) for name in bundle.names()}
RECORD = "run: python -m mapp.ops.manage.record_starter"


class Trains(Exception):
    """All apps would be trained now."""


@dataclass
class Watched:
    """An index over the starter apps, and a note of what is learned and refitted for it."""

    folder: Path
    embedder: Embedder
    heads: dict[str, Head] = field(default_factory=dict)
    cards: dict[str, Card] = field(default_factory=dict)
    learned: list[str] = field(default_factory=list)
    refitted: list[str] = field(default_factory=list)

    def put(self, files: dict[str, bytes]) -> None:
        """Adds an app, or replaces the one of its name."""
        self.add(read_app(files, tree=tree_id(files)))

    def add(self, app: App) -> None:
        """Adds an app that was read already."""
        self.heads[app.name] = Head(app=app.name, commit=app.tree, tree=app.tree)
        self.cards[app.name] = app.card

    def remove(self, name: str) -> None:
        """Removes an app."""
        del self.heads[name], self.cards[name]

    def build(self, shipped: Shipped, *, fresh: bool = False) -> None:
        """Builds the index."""
        vectors = self.folder / VECTORS
        with open_vectors(vectors, self.embedder) as cache:
            cache.put(read_packed(bundle.VECTORS, self.embedder))
        build(
            self.folder / "index",
            Contents(list(self.heads.values()), lambda head: self.cards[head.app]),
            embedder=self.embedder,
            vectors=vectors,
            extras=extras(vectors, shipped),
            fresh=fresh,
        )

    @property
    def generation(self) -> Path:
        """Returns the generation in use."""
        found = generations.current(self.folder / "index")
        assert found is not None
        return found

    @property
    def recogniser(self) -> classifier.Recogniser:
        """Returns the recogniser of the index."""
        return classifier.load(self.generation / classifier.FILE)

    @property
    def lessons(self) -> dict[str, Cues]:
        """Returns the cues of every app of the index."""
        with sqlite3.connect(self.generation / per_app_table.FILE) as connection:
            rows = connection.execute("select app, cues from lessons").fetchall()
        connection.close()
        return {app: Cues.from_dict(json.loads(text)) for app, text in rows}


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    found = Watched(tmp_path / "watched", choose_embedder())
    found.folder.mkdir()
    for app in starter_apps():
        found.add(app)
    watch(monkeypatch, found.learned, found.refitted)
    return found


@cache
def starter_apps() -> tuple[App, ...]:
    """Returns the starter apps, read once."""
    return tuple(read_app(bundle.files(name), tree=tree) for name, tree in TREES.items())


def watch(monkeypatch: pytest.MonkeyPatch, learned: list[str], refitted: list[str]) -> None:
    """Notes what is learned and refitted, and raises `Trains` where everything would be trained."""
    refit = train.refit

    def noted(cards: Sequence[tuple[str, Card]]) -> Iterable[tuple[str, Cues]]:
        learned.extend(app for app, _ in cards)
        return learn_all(cards) if len(cards) < 5 else ()

    def refit_noted(
        known: classifier.Recogniser, apps: Sequence[str], changed: Sequence[str], *rest: object
    ) -> classifier.Recogniser:
        refitted.extend(changed)
        return refit(known, apps, changed, *rest)  # type: ignore[arg-type]

    def fit(*_: object, **__: object) -> classifier.Recogniser:
        raise Trains

    monkeypatch.setattr(training_data, "learn_all", noted)
    monkeypatch.setattr(train, "refit", refit_noted)
    monkeypatch.setattr(train, "fit", fit)


def another(name: str = "bake-cakes") -> dict[str, bytes]:
    """Returns the files of an app that is not a starter app."""
    return Draft.double(name).files


def changed(name: str) -> dict[str, bytes]:
    """Returns the files of a starter app with another description."""
    files = bundle.files(name)
    text = files["mapp.toml"].decode()
    description = read_app(files).manifest.description
    return {**files, "mapp.toml": text.replace(description, f"{description} Really.", 1).encode()}


# The shipped file


def test_the_shipped_file_was_made_from_the_shipped_apps() -> None:
    shipped = Shipped()
    assert sorted(shipped.cues(TREES)) == sorted(TREES), RECORD
    found = shipped.recogniser(TREES, choose_embedder(), background_key())
    assert found is not None, RECORD
    assert (found.changed, found.gone) == ((), ()), RECORD
    assert found.model.apps == bundle.names()
    assert found.model.refits == 0


def test_the_shipped_file_is_small() -> None:
    assert bundle.TRAINED.stat().st_size < 1_000_000


@pytest.mark.sweep
def test_training_gives_the_shipped_file(tmp_path: Path) -> None:
    record_starter.train(choose_embedder(), tmp_path / "trained.zip")
    assert differences(bundle.TRAINED, tmp_path / "trained.zip") == (), RECORD


# What an index takes from it


def test_the_first_index_of_the_starter_apps_trains_nothing(watched: Watched) -> None:
    watched.build(Shipped())
    assert (watched.learned, watched.refitted) == ([], [])
    found = Shipped().recogniser(TREES, watched.embedder, background_key())
    assert found is not None
    assert (watched.generation / classifier.FILE).read_bytes() == found.data
    assert watched.lessons == Shipped().cues(TREES)


def test_the_build_process_takes_the_shipped_file(
    starter_library: Path, world: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    learned: list[str] = []
    refitted: list[str] = []
    watch(monkeypatch, learned, refitted)
    monkeypatch.setattr("mapp.ops.index.build_worker.load_config", lambda **_: load_config())
    job = {
        "library": str(starter_library),
        "cache": str(world / "cache"),
        "embedder": "minilm",
        "store": "auto",
        "fresh": False,
    }
    assert build_worker.main(json.dumps(job)) == 0
    assert (learned, refitted) == ([], [])
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["status"]["apps"] == len(TREES)


def test_a_new_app_is_the_only_one_that_is_learned_and_refitted(watched: Watched) -> None:
    watched.put(another())
    watched.build(Shipped())
    assert watched.learned == watched.refitted == ["bake-cakes"]
    assert "bake-cakes" in watched.recogniser.apps
    assert watched.lessons.keys() == {*TREES, "bake-cakes"}


def test_it_makes_no_difference_whether_an_app_came_before_or_after_the_first_index(
    watched: Watched, tmp_path: Path
) -> None:
    watched.build(Shipped())
    watched.put(another())
    watched.build(Shipped())
    later = (watched.generation / classifier.FILE).read_bytes()
    watched.build(Shipped(), fresh=True)
    assert (watched.generation / classifier.FILE).read_bytes() == later


def test_a_changed_starter_app_is_learned_and_refitted(watched: Watched) -> None:
    name = bundle.names()[7]
    watched.put(changed(name))
    watched.build(Shipped())
    assert watched.learned == watched.refitted == [name]


def test_a_removed_starter_app_is_not_in_the_index(watched: Watched) -> None:
    name = bundle.names()[7]
    watched.remove(name)
    watched.build(Shipped())
    assert (watched.learned, watched.refitted) == ([], [])
    assert set(watched.recogniser.apps) == watched.lessons.keys() == TREES.keys() - {name}


def test_a_library_that_has_little_in_common_with_the_starter_apps_is_trained(watched: Watched) -> None:
    for name in bundle.names()[: training_data.ALONE + 1]:
        watched.remove(name)
    with pytest.raises(Trains):
        watched.build(Shipped())
    assert watched.learned == []


def test_another_embedder_trains_its_own_recogniser(watched: Watched) -> None:
    watched.embedder = HashedWords()
    with pytest.raises(Trains):
        watched.build(Shipped())
    assert watched.learned == [], "cues do not depend on the embedder"


def missing(path: Path) -> None:
    path.unlink()


def no_zip(path: Path) -> None:
    path.write_bytes(b"no zip file" * 1000)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


def flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for place in range(200, len(data) - 2000, 5000):
        data[place] ^= 0xFF
    path.write_bytes(data)


def foreign(path: Path) -> None:
    own = Shipped().recogniser(TREES, choose_embedder(), background_key())
    assert own is not None
    write(
        path,
        trees=dict.fromkeys(TREES, "0" * 40),
        cues=Shipped().cues(TREES),
        recogniser=own.data,
        embedder=choose_embedder(),
        background=background_key(),
    )


@pytest.mark.parametrize("damage", [missing, no_zip, cut, flipped, foreign])
def test_a_file_that_does_not_match_is_ignored(
    watched: Watched, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    path = tmp_path / "trained.zip"
    path.write_bytes(bundle.TRAINED.read_bytes())
    damage(path)
    with pytest.raises(Trains):
        watched.build(Shipped(path))
    assert sorted(watched.learned) == sorted(TREES)


@pytest.mark.parametrize(
    "label",
    [
        b"null",
        b"[]",
        b"{}",
        b"{",
        b'{"form": 1, "lessons": "lessons-2.sqlite"}',
        b'{"form": 1, "lessons": "lessons-2.sqlite", "apps": 3}',
    ],
)
def test_a_strange_label_is_ignored(tmp_path: Path, label: bytes) -> None:
    path = tmp_path / "trained.zip"
    with zipfile.ZipFile(bundle.TRAINED) as source, zipfile.ZipFile(path, "w") as copy:
        for name in source.namelist():
            copy.writestr(name, label if name == "label.json" else source.read(name))
    assert Shipped(path).cues(TREES) == {}
    assert Shipped(path).recogniser(TREES, choose_embedder(), background_key()) is None


def test_another_background_is_another_recogniser() -> None:
    assert Shipped().recogniser(TREES, choose_embedder(), "0" * 64) is None
