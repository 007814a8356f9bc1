"""The corpus: one app for each of some exercises of Exercism, and the exercises' cases as rows of examples.

The apps are ours and lie in `tests/corpus`, without examples. The cases are Exercism's (problem-
specifications, MIT) and stay beside the project (`../shared/data/exercism`, or where MAPP_BENCH_DATA
says). `cases.json` next to each app says how a case becomes a row: which properties count, where an
argument is found in a case's input (`"a": "key.a"`; `@property` is the property's name), and which
declared error a message stands for.

A case is shown, as an example that the coder may see, or held back, to judge by; its hash decides.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mapp.model.app import EXAMPLES, App, Example, read_app

CORPUS: Final = Path(__file__).resolve().parents[1] / "tests" / "corpus"
MAPPING: Final = "cases.json"
REWRITES: Final = "rewrites"
"""A folder next to an app: the same program as somebody else would write it."""
SHOWN: Final = 0.30
"""Which share of an exercise's cases is shown as examples."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Exercise:
    """One app of the corpus as files (path -> bytes), with the rows that are shown and those held back."""

    name: str
    files: Mapping[str, bytes]
    shown: tuple[Example, ...]
    held_back: tuple[Example, ...]

    @property
    def app(self) -> App:
        """Returns the app with the shown rows as its examples."""
        return read_app(self.files)

    def with_source(self, source: str) -> dict[str, bytes]:
        """Returns the files with another `main.js`."""
        return {**self.files, "main.js": source.encode()}


def names() -> tuple[str, ...]:
    """Returns the names of the corpus's apps."""
    return tuple(sorted(path.parent.name for path in CORPUS.glob("*/mapp.toml")))


def files_of(name: str) -> dict[str, bytes]:
    """Returns the files of an app of the corpus, without any examples."""
    folder = CORPUS / name
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    read = {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
    return {path: data for path, data in read.items() if not path.startswith((MAPPING, f"{REWRITES}/"))}


def data_folder() -> Path | None:
    """Returns where Exercism's cases are, or None."""
    root = os.environ.get("MAPP_BENCH_DATA")
    folder = Path(root) if root else Path(__file__).resolve().parents[1].parent / "shared" / "data"
    return folder / "exercism" if (folder / "exercism").is_dir() else None


def load(name: str, folder: Path) -> Exercise:
    """Returns an exercise with its cases."""
    mapping = json.loads((CORPUS / name / MAPPING).read_text(encoding="utf-8"))
    document = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    rows = list(dict.fromkeys(json.dumps(row) for row in rows_of(document, mapping)))
    least = sorted(rows, key=_place)[: max(1, round(SHOWN * len(rows)))]
    shown = [row for row in rows if row in least]
    return Exercise(
        name=name,
        files={**files_of(name), EXAMPLES: "".join(f"{row}\n" for row in shown).encode()},
        shown=tuple(Example.from_dict(json.loads(row)) for row in shown),
        held_back=tuple(Example.from_dict(json.loads(row)) for row in rows if row not in least),
    )


def rows_of(document: Mapping[str, Any], mapping: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yields a row of examples for each case that the mapping takes; a case that another replaces is none."""
    cases = list(_flat(document["cases"]))
    replaced = {case.get("reimplements") for case in cases}
    for case in cases:
        wanted = mapping.get("properties")
        if case["uuid"] in replaced or (wanted is not None and case["property"] not in wanted):
            continue
        yield {"input": _arguments(case, mapping), **_ending(case["expected"], mapping)}


def _place(row: str) -> str:
    return hashlib.sha256(row.encode()).hexdigest()


def _flat(cases: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for case in cases:
        if "cases" in case:
            yield from _flat(case["cases"])
        else:
            yield case


def _arguments(case: Mapping[str, Any], mapping: Mapping[str, Any]) -> dict[str, Any]:
    places = mapping.get("input") or {name: name for name in case["input"]}
    found = {name: _at(case, place) for name, place in places.items()}
    return {name: value for name, value in found.items() if value is not None}


def _at(case: Mapping[str, Any], place: str) -> Any:
    if place == "@property":
        return case["property"]
    value: Any = case["input"]
    for part in place.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _ending(expected: Any, mapping: Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(expected, dict) and set(expected) == {"error"}:
        return {"error": mapping["errors"][expected["error"]]}
    return {"output": expected}
