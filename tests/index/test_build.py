"""An index is built, updated, and never trusted when it is damaged."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from mapp.index import build, generations, graph
from mapp.index.build import Corpus
from mapp.index.catalogue import Catalogue
from mapp.index.entry import near_misses, positive_requests
from mapp.index.search import Index, open_index, status
from support.embedders import HashedWords
from support.shelf import Shelf


def opened(shelf: Shelf) -> Index:
    index = shelf.open()
    assert index is not None
    return index


def test_nothing_is_read_when_nothing_changed(shelf: Shelf) -> None:
    first = shelf.build()
    assert sorted(shelf.read) == ["rot13", "sort-lines", "vat"]
    again = shelf.build()
    assert shelf.read == []
    assert again.generation == first.generation


def test_every_app_that_is_read_and_embedded_moves_the_progress(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[tuple[int, int]] = []
    load = shelf.load
    monkeypatch.setattr(shelf, "load", lambda head: None if head.app == "vat" else load(head))
    shelf.build(progress=lambda done, total: steps.append((done, total)))
    # Three are read, one of them is skipped, and the other two are embedded together.
    assert steps == [(1, 6), (2, 6), (3, 6), (4, 6), (6, 6)]
    steps.clear()
    shelf.build(progress=lambda done, total: steps.append((done, total)))
    assert [step for step in steps if step[0] > step[1]] == []


def test_the_card_of_a_changed_app_is_the_same_as_the_stored_one(shelf: Shelf) -> None:
    shelf.build()
    assert {name: opened(shelf).card(name) for name in shelf.cards} == shelf.cards


def test_only_what_changed_is_read_and_embedded(shelf: Shelf) -> None:
    shelf.build()
    shelf.embedder.asked.clear()
    shelf.put("vat", "Adds sales tax to a price.", "add sales tax")
    shelf.build()
    assert shelf.read == ["vat"]
    assert all("tax" in text for text in shelf.embedder.asked)
    assert opened(shelf).card("vat").manifest.description == "Adds sales tax to a price."


def test_an_app_with_another_commit_of_the_same_tree_is_not_read(shelf: Shelf) -> None:
    shelf.build()
    shelf.commits["vat"] = "c1"
    shelf.build()
    assert shelf.read == []
    assert opened(shelf).heads()["vat"].commit == "c1"


def test_a_removed_app_is_no_longer_found(shelf: Shelf) -> None:
    shelf.build()
    del shelf.cards["vat"]
    shelf.build()
    index = opened(shelf)
    assert index.apps == ("rot13", "sort-lines")
    assert "vat" not in {candidate.app for candidate in index.search("add the vat")}


def test_an_incremental_index_equals_one_built_from_scratch(shelf: Shelf) -> None:
    shelf.build()
    shelf.put("aaa", "Comes first.", "first of all").put("vat", "Adds sales tax.", "sales tax please")
    del shelf.cards["rot13"]
    shelf.build()
    step = {text: opened(shelf).search(text) for text in ("sales tax", "first", "sort lines")}
    shutil.rmtree(shelf.index)
    shelf.build()
    whole = {text: opened(shelf).search(text) for text in step}
    assert [[c.app for c in found] for found in step.values()] == [
        [c.app for c in found] for found in whole.values()
    ]
    assert [c.score for c in step["sales tax"]] == pytest.approx([c.score for c in whole["sales tax"]])


def test_cached_vectors_outlive_the_index(shelf: Shelf) -> None:
    shelf.build()
    shelf.embedder.asked.clear()
    shutil.rmtree(shelf.index)
    shelf.build()
    assert shelf.embedder.asked == []


def test_a_damaged_vector_cache_is_replaced(shelf: Shelf) -> None:
    shelf.build()
    shelf.vectors.write_bytes(b"no database at all" * 100)
    shutil.rmtree(shelf.index)
    assert shelf.build().apps == 3


def test_held_back_requests_are_never_indexed(shelf: Shelf) -> None:
    card = shelf.put("many", "Has many requests.", *(f"request number {n}" for n in range(100))).cards["many"]
    held = {phrase.request for phrase in card.phrases if phrase.held_back}
    assert held and not held & set(positive_requests(card))
    shelf.build()
    assert not held & set(shelf.embedder.asked)


def test_near_misses_do_not_move_the_vector_of_their_app(shelf: Shelf) -> None:
    shelf.put("vat", "Adds tax.", "add vat", misses=["who invented pasta", "pasta recipes", "pasta pasta"])
    shelf.build()
    index = opened(shelf)
    assert near_misses(shelf.cards["vat"])
    score = {c.app: c.score for c in index.search("pasta pasta")}
    assert score["vat"] < 0.4


class Note:
    """An extra that notes what it was given."""

    def __init__(self, name: str = "note.json") -> None:
        self.name = name
        self.previous: list[bool] = []

    def make(self, corpus: Corpus, path: Path, previous: Path | None) -> None:
        self.previous.append(previous is not None)
        rows = {app: len(corpus.vectors(app)[1]) for app in corpus.apps}
        path.write_text(json.dumps({"rows": rows, "changed": list(corpus.changed)}))


def test_an_extra_adds_its_file_to_the_generation(shelf: Shelf) -> None:
    note = Note()
    shelf.build(extras=[note])
    path = opened(shelf).extra("note.json")
    assert path is not None
    found = json.loads(path.read_text())
    assert found["changed"] == ["rot13", "sort-lines", "vat"]
    expected = {name: 1 + len(positive_requests(card)) for name, card in shelf.cards.items()}
    assert found["rows"] == expected
    shelf.put("vat", "Adds tax.", "add tax")
    shelf.build(extras=[note])
    assert note.previous == [False, True]
    assert opened(shelf).extra("none.json") is None


def test_an_index_without_the_file_of_an_extra_is_rebuilt(shelf: Shelf) -> None:
    shelf.build()
    shelf.build(extras=[Note()])
    assert opened(shelf).extra("note.json") is not None
    assert shelf.read == []


def test_the_graph_finds_what_the_exact_store_finds(shelf: Shelf) -> None:
    shelf.build(store="exact")
    exact = opened(shelf).search("sort my lines by price")
    made = shelf.build(store="chroma")
    assert made.store == "chroma"
    near = opened(shelf).search("sort my lines by price")
    assert [c.app for c in near] == [c.app for c in exact]
    assert [c.score for c in near] == pytest.approx([c.score for c in exact], abs=1e-4)


@pytest.mark.parametrize("damage", ["gone", "emptied", "scribbled"])
def test_the_exact_store_replaces_a_damaged_graph(shelf: Shelf, damage: str) -> None:
    shelf.build(store="chroma")
    (name,) = shelf.generations()
    folder = shelf.index / name / "chroma"
    if damage == "gone":
        shutil.rmtree(folder)
    for path in folder.rglob("*"):
        if path.is_file():
            path.write_bytes(b"" if damage == "emptied" else b"\xff" * path.stat().st_size)
    assert status(shelf.index).state == "damaged"
    assert opened(shelf).search("sort my lines")[0].app == "sort-lines"


def test_a_graph_that_was_only_read_is_opened_without_a_child(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.build(store="chroma")
    opened(shelf).search("sort my lines")

    def no_child(*_: object) -> bool:
        raise AssertionError("a child was started")

    monkeypatch.setattr(graph, "probe", no_child)
    assert opened(shelf).search("sort my lines")[0].app == "sort-lines"


def files_of_a_generation(shelf: Shelf) -> list[Path]:
    (name,) = shelf.generations()
    return sorted(path for path in (shelf.index / name).iterdir() if path.is_file())


@pytest.mark.parametrize("name", ["seal.json", "apps.npy", "catalogue.sqlite"])
@pytest.mark.parametrize("damage", ["gone", "emptied", "cut", "changed"])
def test_a_damaged_generation_is_noticed_and_rebuilt(shelf: Shelf, name: str, damage: str) -> None:
    shelf.build()
    path = next(path for path in files_of_a_generation(shelf) if path.name == name)
    content = bytearray(path.read_bytes())
    if damage == "gone":
        path.unlink()
    elif damage == "emptied":
        path.write_bytes(b"")
    elif damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    else:
        content[len(content) // 2] ^= 0xFF
        path.write_bytes(content)
        os.utime(path, ns=(1, 1))
    assert shelf.open() is None
    assert status(shelf.index, shelf.heads()).state == "damaged"
    assert shelf.build().apps == 3
    assert opened(shelf).search("sort my lines")[0].app == "sort-lines"
    assert len(shelf.generations()) == 1


def test_a_thorough_check_finds_damage_with_the_same_size_and_time(shelf: Shelf) -> None:
    shelf.build()
    path = next(path for path in files_of_a_generation(shelf) if path.name == "apps.npy")
    known = path.stat()
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(known.st_atime_ns, known.st_mtime_ns))
    assert status(shelf.index, thorough=True).state == "damaged"


@pytest.mark.parametrize("pointer", ["", "gen-none\n", "../../etc\n", "gen-../x\n", "\xff"])
def test_a_wrong_pointer_is_never_followed_and_a_build_fixes_it(shelf: Shelf, pointer: str) -> None:
    shelf.build()
    (shelf.index / "CURRENT").write_text(pointer, encoding="utf-8")
    assert shelf.open() is None
    assert shelf.build().apps == 3
    assert shelf.open() is not None


def test_vectors_of_another_embedder_are_not_compared(shelf: Shelf) -> None:
    shelf.build()
    other = HashedWords(digest="another")
    assert open_index(shelf.index, other) is None
    shelf.embedder = other
    assert shelf.build().apps == 3
    assert shelf.open() is not None


def test_the_status_counts_changed_apps(shelf: Shelf) -> None:
    assert status(shelf.index, shelf.heads()).to_dict()["state"] == "missing"
    shelf.build()
    assert status(shelf.index, shelf.heads()).state == "ready"
    shelf.put("vat", "Adds tax.", "tax").put("new", "Is new.", "new")
    del shelf.cards["rot13"]
    found = status(shelf.index, shelf.heads())
    assert (found.state, found.behind) == ("behind", 3)


def test_a_reader_keeps_its_generation_while_another_is_built(shelf: Shelf) -> None:
    shelf.build()
    reader = opened(shelf)
    shelf.put("vat", "Adds tax.", "tax")
    shelf.build()
    assert reader.search("sort my lines")[0].app == "sort-lines"
    assert reader.card("vat").manifest.description == "Adds value-added tax to a price."


def test_the_remains_of_a_killed_build_are_deleted(shelf: Shelf) -> None:
    shelf.build()
    litter = shelf.index / "gen-0123456789abcdef"
    litter.mkdir()
    (litter / "apps.npy").write_bytes(b"half")
    shelf.build()
    assert len(shelf.generations()) == 1


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.parametrize("step", ["begin", "catalogue", "matrix", "seal", "switch", "sweep"])
def test_a_killed_build_leaves_the_old_or_the_new_index(shelf: Shelf, step: str) -> None:
    shelf.build()
    before = shelf.generations()
    shelf.put("vat", "Adds tax.", "tax")
    pid = os.fork()
    if pid == 0:
        _die_at(step)
        shelf.build()
        os._exit(0)
    _, ended = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(ended) and os.WTERMSIG(ended) == signal.SIGKILL
    index = opened(shelf)
    new = index.card("vat").manifest.description == "Adds tax."
    assert new == (step == "sweep")
    assert new or before[0] in shelf.generations()
    shelf.build()
    assert opened(shelf).card("vat").manifest.description == "Adds tax."
    assert len(shelf.generations()) == 1


def _die_at(step: str) -> None:
    def die(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def die_next_time(*_: object) -> None:
        generations.sweep = die

    owner, name = {
        "begin": (generations, "begin"),
        "catalogue": (Catalogue, "move"),
        "matrix": (build, "write_matrix"),
        "seal": (generations, "write_seal"),
        "switch": (generations, "switch"),
        "sweep": (generations, "sweep"),
    }[step]
    # A build sweeps twice: before it begins, and once the new generation is in use.
    setattr(owner, name, die_next_time if step == "sweep" else die)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_two_builds_at_once_take_turns(shelf: Shelf) -> None:
    shelf.build()
    children = []
    for number in range(4):
        pid = os.fork()
        if pid == 0:
            shelf.put(f"new-{number}", "Is new.", f"new thing {number}")
            shelf.build()
            os._exit(0)
        children.append(pid)
    assert [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children] == [0] * 4
    assert opened(shelf).search("sort my lines")[0].app == "sort-lines"
    assert len(shelf.generations()) == 1


def test_a_wrongly_cached_vector_is_computed_again(shelf: Shelf) -> None:
    shelf.build()
    with sqlite3.connect(shelf.vectors) as connection:
        connection.execute("update vectors set data = x'00000000ffff'")
    connection.close()
    shutil.rmtree(shelf.index)
    shelf.build()
    index = opened(shelf)
    assert np.isfinite(index.search("sort my lines")[0].score)


def test_importing_the_index_loads_nothing_heavy() -> None:
    code = (
        "import mapp.index, sys; print([m for m in ('numpy', 'onnxruntime', 'chromadb') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_file_with_another_time_is_hashed_and_accepted(shelf: Shelf) -> None:
    shelf.build()
    for path in files_of_a_generation(shelf):
        os.utime(path, (time.time() + 100, time.time() + 100))
    assert shelf.open() is not None
