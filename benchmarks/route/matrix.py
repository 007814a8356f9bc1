"""The matrix: the same library decides the same, whatever multiplies its matrices.

Each setting is a process of its own that decides on requests of the starter apps and on all fresh ones, at
both levels of certainty. They are compared with those of the first setting: decision, app and arguments have
to be equal, and sureness to .001. `-m sweep` of the tests adds emulated processors, and trains again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

from benchmarks.route.figures import Cell, Part, Table, number, share
from benchmarks.route.library import starter_library, starter_router

Rows: TypeAlias = list[dict[str, Any]]
CLOSE: Final = 0.001
ROOT: Final = Path(__file__).resolve().parents[2]
SETTINGS: Final[Mapping[str, Mapping[str, str]]] = {
    "this machine": {},
    "one thread": {"OPENBLAS_NUM_THREADS": "1"},
    "two threads, kernels of Haswell": {"OPENBLAS_NUM_THREADS": "2", "OPENBLAS_CORETYPE": "Haswell"},
    "one thread, kernels of Nehalem": {"OPENBLAS_NUM_THREADS": "1", "OPENBLAS_CORETYPE": "Nehalem"},
}
HEADINGS: Final = ("setting", "decision, app and arguments equal", "sure within .001", "largest difference")


def measure(step: int, versions: Sequence[str]) -> Part:
    """Returns the table.

    Args:
        step: every so many requests of the starter apps are asked.
        versions: numpy's, each installed into a temporary folder with pip.
    """
    starter_router()
    library = starter_library().workspace.home.root
    with tempfile.TemporaryDirectory() as folder:
        vectors = Path(folder) / "vectors.npy"
        found = {name: answered(library, vectors, step, **setting) for name, setting in SETTINGS.items()}
        for version in versions:
            place = numpy_in(Path(folder) / version, version)
            found[f"numpy {version}"] = answered(library, vectors, step, PYTHONPATH=place)
    first, *_ = found.values()
    rows = tuple((name, *compared(rows, first)) for name, rows in found.items())
    note = f"{len(first):,} decisions each, on every {step}. request of the starter apps and all fresh ones."
    return Part(tables=(Table(title="The same everywhere", headings=HEADINGS, rows=rows),), notes=(note,))


def compared(rows: Rows, wanted: Rows) -> tuple[Cell, ...]:
    """Returns how many decisions are equal, and how far sureness is apart."""
    pairs = list(zip(rows, wanted, strict=True))
    equal = sum(plain(one) == plain(other) for one, other in pairs)
    apart = [abs(one["sure"] - other["sure"]) for one, other in pairs]
    close = sum(distance <= CLOSE for distance in apart)
    return share(equal, len(pairs)), share(close, len(pairs)), number(max(apart, default=0.0), "score")


def plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a row without its sureness."""
    return {name: value for name, value in row.items() if name != "sure"}


def answered(
    library: Path, vectors: Path, step: int = 1, before: Sequence[str] = (), **settings: str
) -> Rows:
    """Returns the decisions of a new process; `before` is put in front of the interpreter."""
    paths = os.pathsep.join(each for each in (settings.pop("PYTHONPATH", ""), str(ROOT)) if each)
    command = [*before, sys.executable, "-m", "benchmarks.route.decisions"]
    found = subprocess.run(
        [*command, str(library), str(library.parent / "cache"), str(vectors), str(step)],
        env={**os.environ, **settings, "PYTHONPATH": paths},
        check=True,
        capture_output=True,
        text=True,
    )
    return [json.loads(line) for line in found.stdout.splitlines()]


def numpy_in(folder: Path, version: str) -> str:
    """Installs a version of numpy into a folder, and returns it."""
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder)]
    subprocess.run([*install, f"numpy=={version}"], check=True)
    return str(folder)
