"""Reads the bundled apps from the package."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mapp.model.verdict import Verdict

APPS: Final = Path(__file__).parent / "apps"
DIGEST: Final = Path(__file__).parent / "DIGEST"
VECTORS: Final = Path(__file__).parent / "vectors.npz"
TRAINED: Final = Path(__file__).parent / "trained.zip"
VERDICTS: Final = Path(__file__).parent / "verdicts.json"
BORN: Final = 1_767_225_600
"""The commit time of every starter app: 2026-01-01T00:00:00Z. It is fixed so that commit ids are too."""


def names() -> tuple[str, ...]:
    """Returns the names of the bundled apps, sorted."""
    return tuple(sorted(folder.name for folder in APPS.iterdir() if (folder / "mapp.toml").is_file()))


def files(name: str) -> dict[str, bytes]:
    """Returns the files of one bundled app (path -> bytes)."""
    folder = APPS / name
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in _files(folder)}


def verdicts() -> dict[str, Verdict]:
    """Returns the recorded verdicts on the bundled apps, by name."""
    rows = json.loads(VERDICTS.read_text(encoding="utf-8"))
    return {row["app"]: Verdict.from_dict(row) for row in rows}


def digest() -> str:
    """Returns the recorded hash of all bundled apps, which saves reading hundreds of files."""
    return DIGEST.read_text(encoding="ascii").strip()


def compute_digest() -> str:
    """Computes the hash of all bundled apps; `digest()` must return the same."""
    found = hashlib.sha256()
    for name in names():
        for path, data in sorted(files(name).items()):
            found.update(f"{name}/{path}\0{hashlib.sha256(data).hexdigest()}\n".encode())
    return found.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())
