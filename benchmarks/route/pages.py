"""Writes the published figures into the documentation: each page has only what the results file says.

A page marks where a part of the benchmark goes with `<!-- figures: NAME -->` and `<!-- end of figures -->`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks.route.figures import markdown

ROOT: Final = Path(__file__).resolve().parents[2]
RESULTS: Final = ROOT / "benchmarks" / "data" / "route.json"
"""The published figures, as `--write` left them."""
MISSING: Final = "Not measured yet.\n"
_BLOCK: Final = re.compile(r"(?<=<!-- figures: )([a-z]+) -->\n.*?(?=<!-- end of figures -->)", re.DOTALL)


def results() -> dict[str, Any]:
    """Returns the published figures, by part."""
    found: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    return found


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
