"""Shows a contract as a table: what the app takes and returns, its examples, and what is new."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from mapp.model.schema import ABSENT
from mapp_cli.console import safe

if TYPE_CHECKING:
    from mapp.model.app import App, Example
    from mapp.model.manifest import Argument
    from mapp.model.schema import Schema

NEW: Final = "+"
OTHER: Final = "~"
MAX_CELL: Final = 60
MAX_EXAMPLE: Final = 160
"""The longest cell and the longest example that are shown in full, in characters."""


def contract_lines(app: App, base: App | None = None) -> list[str]:
    """Returns a contract in lines; with `base`, new rows are marked `+` and changed ones `~`."""
    manifest = app.manifest
    head = [f"{app.name} {manifest.version}: {manifest.description}"]
    if base is not None:
        head.append(f"extends {base.name} {base.manifest.version}; {NEW} is new, {OTHER} has changed")
    known = {row.name: row for row in base.manifest.arguments} if base else {}
    cells = [("", "takes", "type", "range", "default", "about")]
    for row in manifest.arguments:
        mark = _mark(row, known.get(row.name), extending=base is not None)
        cells.append((mark, row.name, *_cells(row.schema), _default(row), row.schema.description))
    out = _mark(manifest.output, base.manifest.output if base else None, extending=base is not None)
    cells.append((out, "(returns)", *_cells(manifest.output), "", manifest.output.description))
    lines = [*head, *_table(cells), *_refusals(app, base), *_examples(app, base)]
    lines.append(f"  {len(app.examples)} examples, {len(app.phrases)} requests and near misses")
    return [safe(line) for line in lines]


def _mark(row: object, old: object, *, extending: bool) -> str:
    if not extending or row == old:
        return ""
    return NEW if old is None else OTHER


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Yields rows in columns; cells are cut to `MAX_CELL`, except the last, which is not padded."""
    shown = [[_cut(" ".join(cell.split())) for cell in row] for row in rows]
    widths = [max(len(row[at]) for row in shown) for at in range(len(shown[0]))]
    for row in shown:
        mark, *rest = (cell.ljust(width) for cell, width in zip(row, [1, *widths[1:]], strict=True))
        yield f"{mark} {'  '.join(rest)}".rstrip()


def _cells(schema: Schema) -> tuple[str, str]:
    """Returns the type and the range of a schema."""
    kind = "one of a list" if schema.enum is not None else "|".join(schema.types) or "any value"
    if schema.items is not None:
        kind += f" of {_cells(schema.items)[0]}"
    return kind, "; ".join(_limits(schema)) or "any"


def _limits(schema: Schema) -> Iterator[str]:
    if schema.enum is not None:
        yield ", ".join(_json(value) for value in schema.enum)
    if schema.const is not ABSENT:
        yield f"always {_json(schema.const)}"
    yield from _bounds(schema.minimum, schema.maximum)
    if schema.exclusive_minimum is not None:
        yield f"more than {schema.exclusive_minimum}"
    if schema.exclusive_maximum is not None:
        yield f"less than {schema.exclusive_maximum}"
    if schema.multiple_of is not None:
        yield f"a multiple of {schema.multiple_of}"
    yield from (f"{text} characters" for text in _bounds(schema.min_length, schema.max_length))
    yield from (f"{text} items" for text in _bounds(schema.min_items, schema.max_items))
    if schema.unique_items:
        yield "all different"
    if schema.format:
        yield schema.format
    if schema.pattern:
        yield f"matches {schema.pattern}"
    if schema.properties:
        yield "{" + ", ".join(name for name, _ in schema.properties) + "}"
    if schema.items is not None and (inner := "; ".join(_limits(schema.items))):
        yield f"each {inner}"


def _bounds(low: float | None, high: float | None) -> Iterator[str]:
    if low is not None and high is not None:
        yield f"{low} to {high}"
    elif low is not None:
        yield f"at least {low}"
    elif high is not None:
        yield f"at most {high}"


def _default(row: Argument) -> str:
    if row.schema.has_default:
        return _json(row.schema.default)
    return "needed" if row.required else "optional"


def _refusals(app: App, base: App | None) -> Iterator[str]:
    known = dict(base.manifest.errors) if base else {}
    for code, meaning in app.manifest.errors:
        yield f"{_mark(meaning, known.get(code), extending=base is not None):1} refuses  {code}: {meaning}"
    old = base.manifest.capabilities.names if base else ()
    for name in app.manifest.capabilities.names:
        yield f"{NEW if base is not None and name not in old else '':1} may use  {name}"


def _examples(app: App, base: App | None) -> Iterator[str]:
    """Yields all examples, the new ones of an extension first."""
    old = set(map(_example, base.examples)) if base else set()
    texts = [_example(row) for row in app.examples]
    for text in sorted(texts, key=lambda text: text in old):
        yield f"{'' if base is None or text in old else NEW:1} {text}"


def _example(row: Example) -> str:
    wanted = _json(row.output) if row.error is None else f"refuses: {row.error}"
    return _cut(f"example  {_json(dict(row.input))} -> {wanted}", MAX_EXAMPLE)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _cut(text: str, longest: int = MAX_CELL) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
