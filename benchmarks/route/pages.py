"""Writes the published figures into the documentation: each page has only what the results file says.

A page marks where a part of the benchmark goes with `<!-- figures: NAME -->` and `<!-- end of figures -->`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks.route.figures import markdown

ROOT: Final = Path(__file__).resolve().parents[2]
RESULTS: Final = ROOT / "benchmarks" / "data" / "route.json"
GATE: Final = ROOT / "benchmarks" / "data" / "gate.json"
CLASSIFY: Final = ROOT / "benchmarks" / "data" / "classify.json"
HEAL: Final = ROOT / "benchmarks" / "data" / "heal.json"
STREAM: Final = ROOT / "benchmarks" / "data" / "stream.json"
REGISTRY: Final = ROOT / "benchmarks" / "data" / "registry.json"
"""The published figures of each benchmark, as `--write` left them; their parts have different names."""
PUBLISHED: Final = (RESULTS, GATE, CLASSIFY, HEAL, STREAM, REGISTRY)
MISSING: Final = "Not measured yet.\n"
_BLOCK: Final = re.compile(r"(?<=<!-- figures: )([a-z]+) -->\n.*?(?=<!-- end of figures -->)", re.DOTALL)


def results() -> dict[str, Any]:
    """Returns the published figures, by part."""
    return {name: part for path in PUBLISHED for name, part in stored(path).items()}


def stored(path: Path) -> dict[str, Any]:
    """Returns the figures in one file, by part; {} without the file."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found


def store(path: Path, found: Mapping[str, Any], order: Iterable[str] = ()) -> None:
    """Writes figures into a file, beside those of other parts that it has; a skipped part changes nothing."""
    known = stored(path)
    fresh = {name: part for name, part in found.items() if not part["skipped"] or name not in known}
    merged = {**known, **fresh}
    ordered = {name: merged[name] for name in order or sorted(merged) if name in merged}
    path.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def pages() -> Iterator[Path]:
    """Yields the pages of the documentation that have figures."""
    for path in sorted((ROOT / "docs").rglob("*.md")):
        if _BLOCK.search(path.read_text(encoding="utf-8")):
            yield path


def written(text: str, found: Mapping[str, Any]) -> str:
    """Returns a page with the figures in it."""
    return _BLOCK.sub(lambda block: f"{block[1]} -->\n\n{figures_of(block[1], found)}\n", text)


def figures_of(name: str, found: Mapping[str, Any]) -> str:
    """Returns the tables of one part, and what they were measured on."""
    if name not in found or found[name]["skipped"]:
        return MISSING
    part = found[name]
    return f"{markdown(part)}\nMeasured with {part['machine']}.\n"


def write() -> list[Path]:
    """Writes the figures into all pages, and returns those that changed."""
    found = results()
    changed = []
    for path in pages():
        text = path.read_text(encoding="utf-8")
        if (new := written(text, found)) != text:
            path.write_text(new, encoding="utf-8")
            changed.append(path)
    return changed
