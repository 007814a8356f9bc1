"""Decisions are the same on every processor and with every numpy, as the page on determinism says.

Slow: each setting decides all requests of the starter library, and the fresh ones of the benchmark.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from benchmarks.route.matrix import CLOSE, Rows, answered, numpy_in, plain
from mapp.config import load_config
from mapp.index import generations
from mapp.ops.index.refresh import rebuild
from mapp.ops.workspace import Workspace
from mapp.route.recognise import classifier
from support import small_library
from support.small_library import WANTED

pytestmark = pytest.mark.sweep

OLD = {"OPENBLAS_CORETYPE": "Nehalem", "OPENBLAS_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("vectors") / "all.npy"


@pytest.fixture(scope="module")
def native(indexed_template: Path, vectors: Path) -> Rows:
    found = answered(indexed_template / "library", vectors)
    assert len(found) > 2 * (5000 + 900)
    return found


def compare(found: Rows, wanted: Rows) -> None:
    """Asserts that decision, app and arguments are equal and the confidence is close."""
    assert len(found) == len(wanted)
    for one, other in zip(found, wanted, strict=True):
        assert abs(one["sure"] - other["sure"]) <= CLOSE, other["request"]
        assert plain(one) == plain(other)


@pytest.mark.parametrize("processor", ["Nehalem", "Haswell"])
def test_another_processor_decides_the_same(
    processor: str, native: Rows, indexed_template: Path, vectors: Path
) -> None:
    emulator = shutil.which("qemu-x86_64")
    if emulator is None:
        pytest.skip("qemu-x86_64 is not installed")
    before = [emulator, "-cpu", processor]
    compare(answered(indexed_template / "library", vectors, before=before), native)


@pytest.mark.parametrize("processor", ["Nehalem", "Haswell"])
def test_another_processor_trains_the_same(processor: str) -> None:
    emulator = shutil.which("qemu-x86_64")
    if emulator is None:
        pytest.skip("qemu-x86_64 is not installed")
    command = [emulator, "-cpu", processor, sys.executable, "-m", "support.small_library"]
    environment = {**os.environ, "PYTHONPATH": str(Path(small_library.__file__).parents[1])}
    found = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    assert found.stdout.split() == WANTED


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="numpy 1.26 has no wheels for this Python")
def test_an_older_numpy_decides_the_same(
    native: Rows, indexed_template: Path, vectors: Path, tmp_path: Path
) -> None:
    compare(
        answered(indexed_template / "library", vectors, PYTHONPATH=numpy_in(tmp_path / "numpy", "1.26.4")),
        native,
    )


@pytest.mark.parametrize("settings", [OLD, {"OPENBLAS_CORETYPE": "Haswell", "OPENBLAS_NUM_THREADS": "2"}])
def test_the_starter_library_is_learned_to_the_same_bytes(
    settings: Mapping[str, str], indexed_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(indexed_template / "library", tmp_path / "library")
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    places = {
        "MAPP_HOME": str(tmp_path / "library"),
        "MAPP_CACHE": str(tmp_path / "cache"),
        "MAPP_CONFIG": os.devnull,
    }
    rebuild(Workspace(config=load_config(environment=places)), fresh=True)
    assert trained(tmp_path / "library") == trained(indexed_template / "library")


def trained(library: Path) -> bytes:
    """Returns the bytes of the recogniser in a library's index."""
    path = generations.current(library / "index")
    assert path is not None
    return (path / classifier.FILE).read_bytes()
