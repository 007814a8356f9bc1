from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mapp.errors import IntegrityError
from mapp.git import packs
from support.apps import app
from support.hostile_repository import write_delta_cycle
from support.library import Built, git, library


@pytest.fixture
def built() -> Built:
    return library().app("double").build()


def _packed(built: Built) -> tuple[Path, list[str]]:
    """Returns a packed repository with a delta chain, and the ids of all its objects."""
    text = "".join(f"line {number}\n" for number in range(500))
    for number in range(8):
        built.put(app("double").version(f"1.0.{number + 1}").file("README.md", f"{text}{number}\n"))
    path = built.repository("double")
    git(path, "repack", "-adfq", "--depth=50")
    return path, git(path, "cat-file", "--batch-check=%(objectname)", "--batch-all-objects").split()


def test_every_object_of_an_ordinary_pack_is_accepted(built: Built) -> None:
    path, names = _packed(built)

    for name in names:
        packs.ensure_small_chain(path, name)


def test_an_object_that_is_not_packed_is_skipped(built: Built) -> None:
    packs.ensure_small_chain(built.repository("double"), "1" * 40)


def test_a_chain_that_is_too_long_is_refused(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    path, names = _packed(built)
    monkeypatch.setattr(packs, "MAX_CHAIN_LENGTH", 0)

    with pytest.raises(IntegrityError, match="a delta chain") as caught:
        for name in names:
            packs.ensure_small_chain(path, name)

    assert caught.value.code == "MAPP-0622"


def test_a_large_object_in_a_chain_is_refused(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    path, names = _packed(built)
    monkeypatch.setattr(packs, "MAX_BASE_SIZE", 1000)

    with pytest.raises(IntegrityError, match="mapp reads at most 1,000"):
        for name in names:
            packs.ensure_small_chain(path, name)


def test_a_truncated_pack_is_damaged(built: Built) -> None:
    path, names = _packed(built)
    pack = next(path.rglob("*.pack"))
    pack.chmod(0o644)
    pack.write_bytes(pack.read_bytes()[:40])

    with pytest.raises(IntegrityError, match="is damaged"):
        for name in names:
            packs.ensure_small_chain(path, name)


def test_all_objects_of_an_ordinary_pack_are_accepted_at_once(built: Built) -> None:
    path, _ = _packed(built)
    packs.ensure_small_chains(path)


@pytest.mark.parametrize(("limit", "most"), [("MAX_CHAIN_LENGTH", 0), ("MAX_BASE_SIZE", 1000)])
def test_what_is_refused_one_by_one_is_refused_at_once(
    built: Built, monkeypatch: pytest.MonkeyPatch, limit: str, most: int
) -> None:
    path, names = _packed(built)
    monkeypatch.setattr(packs, limit, most)
    said = []

    def one_by_one() -> None:
        for name in names:
            packs.ensure_small_chain(path, name)

    for check in (one_by_one, lambda: packs.ensure_small_chains(path)):
        with pytest.raises(IntegrityError) as caught:
            check()
        said.append((caught.value.code, caught.value.message.split(" in ")[0]))
    assert said[0] == said[1]


def test_the_longest_allowed_chain_is_the_same_for_both(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, names = _packed(built)

    def one_by_one() -> None:
        for name in names:
            packs.ensure_small_chain(path, name)

    def accepts(check: Callable[[], None]) -> int:
        for most in range(60):
            monkeypatch.setattr(packs, "MAX_CHAIN_LENGTH", most)
            try:
                check()
            except IntegrityError:
                continue
            return most
        raise AssertionError("no chain is that long")

    single = accepts(one_by_one)
    assert single == accepts(lambda: packs.ensure_small_chains(path)) > 0


def test_differences_in_a_circle_are_refused_at_once(built: Built) -> None:
    path = built.repository("double")
    write_delta_cycle(path, b"1" * 20, b"2" * 20)
    with pytest.raises(IntegrityError, match="a delta chain"):
        packs.ensure_small_chains(path)


@pytest.mark.parametrize("length", [0, 12, 40])
def test_a_cut_pack_is_damaged_at_once(built: Built, length: int) -> None:
    path, _ = _packed(built)
    (pack,) = (path / "objects" / "pack").glob("*.pack")
    pack.chmod(0o644)
    pack.write_bytes(pack.read_bytes()[:length])
    with pytest.raises(IntegrityError, match="is damaged"):
        packs.ensure_small_chains(path)


def test_a_cut_index_is_damaged_at_once(built: Built) -> None:
    path, _ = _packed(built)
    (index,) = (path / "objects" / "pack").glob("*.idx")
    index.chmod(0o644)
    for length in (0, 8, 1000, 1100):
        index.write_bytes(index.read_bytes()[:length])
        with pytest.raises(IntegrityError, match="is damaged"):
            packs.ensure_small_chains(path)
