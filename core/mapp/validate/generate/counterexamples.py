"""Keeps counterexamples in a folder, to be tried first the next time; the folder can be deleted."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from mapp.errors import InvalidInput
from mapp.model.arguments import with_defaults
from mapp.model.manifest import Manifest
from mapp.model.values import canonical, parse
from mapp.plain_files import read_plain, write_whole
from mapp.validate.generate.inputs import Arguments

MOST: Final = 50
"""How many are kept for one app, the newest first."""
MAX_LENGTH: Final = 20_000
"""Longer inputs, in characters of JSON, are not kept."""


def remembered(folder: Path | None, manifest: Manifest) -> tuple[Arguments, ...]:
    """Returns the kept inputs of an app, completed with defaults; skips those that no longer fit."""
    if folder is None:
        return ()
    try:
        lines = read_plain(_file(folder, manifest), follow=True).decode("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ()
    found = []
    for line in lines[:MOST]:
        with contextlib.suppress(InvalidInput):
            value = parse(line)
            if isinstance(value, dict):
                found.append(with_defaults(manifest, value))
    return tuple(found)


def remember(folder: Path | None, manifest: Manifest, inputs: Sequence[Arguments]) -> None:
    """Keeps inputs for the next time, in front of earlier ones."""
    if folder is None or not inputs:
        return
    rows = {canonical(row): json.dumps(row) for row in (*inputs, *remembered(folder, manifest))}
    kept = [text for text in rows.values() if len(text) <= MAX_LENGTH][:MOST]
    with contextlib.suppress(OSError):  # a full disk must not fail a check
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(_file(folder, manifest), "".join(f"{text}\n" for text in kept).encode())


def _file(folder: Path, manifest: Manifest) -> Path:
    return folder / f"{manifest.name}.jsonl"
