from __future__ import annotations

from pathlib import Path

import pytest

from mapp.errors import IntegrityError
from mapp.git import packs
from support.apps import app
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
