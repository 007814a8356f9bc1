"""What a small model is told: short words, the types as a signature, the examples as calls of the function.

A model of one or two billion parameters loses itself in a page of rules and in code inside JSON. It is good
at one thing: a block of code that continues a signature. So that is what it is asked for.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mapp.author.coder import Brief, Files
from mapp.author.prompt import MAX_GOAL, MAX_REPORT, Prompt, fixed_words, quoted, short, task_line

_PRINTED: Final = re.compile(r"^console\.\w+\(.*\n?", re.MULTILINE)
MAX_SOURCE: Final = 6_000
MAX_CALLS: Final = 3_000
"""In characters: a context of 8,192 tokens has to hold all, and the answer."""


def render_code(brief: Brief, workspace: Files) -> Prompt:
    """Returns the prompt for the code of an app, for a small model.

    It is not shown the program that failed, only what that did wrong: it would copy it word for word.
    """
    parts = [
        ("request", short(brief.goal, MAX_GOAL // 4)),
        ("types", short(_types(workspace), MAX_CALLS)),
        ("calls that are right", short("\n".join(_calls(workspace)), MAX_CALLS)),
    ]
    fresh = []
    if brief.report and not brief.widening:
        workspace = {path: data for path, data in workspace.items() if path != "main.js"}
    if "main.js" in workspace:
        fresh.append(("main.js", short(_text(workspace, "main.js"), MAX_SOURCE)))
    if brief.report:
        fresh.append(("report on the last program", short(brief.report, MAX_REPORT // 4)))
    return Prompt(
        system=fixed_words("small-code"),
        stable=quoted(parts),
        fresh="\n".join(filter(None, [quoted(fresh), task_line(brief, workspace)])),
    )


def read_block(text: str) -> bytes:
    """Returns the program in an answer: what its first fence holds, or all of it where there is none.

    Calls that small models like to print below it are left out: an app has no console.

    Raises:
        ValueError: there is no program, or it breaks off.

    >>> read_block("Here:\\n```js\\nfunction main() {}\\nconsole.log(main());\\n```\\nIt does …")
    b'function main() {}\\n'
    """
    found = re.search(r"^```[a-zA-Z]*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    program = found.group(1) if found else text
    if "```" in program:
        raise ValueError("the program breaks off before its end")
    if not re.search(r"\bmain\b", program):
        raise ValueError("it holds no function main")
    return _PRINTED.sub("", program).encode(errors="replace")


def _types(workspace: Files) -> str:
    """Returns the manifest as JSDoc, which models have read more of than of any schema."""
    try:
        manifest = tomllib.loads(_text(workspace, "mapp.toml"))
    except tomllib.TOMLDecodeError:
        return _text(workspace, "mapp.toml")
    return "\n".join(_jsdoc(manifest))


def _jsdoc(manifest: Mapping[str, Any]) -> Iterator[str]:
    arguments = manifest.get("input", {})
    yield "/**"
    yield f" * {manifest.get('description', '')}"
    for name, schema in arguments.items():
        given = f"[input.{name}]" if schema.get("optional") or "default" in schema else f"input.{name}"
        yield f" * @param {{{_kind(schema)}}} {given}{_more(schema)}"
    output = manifest.get("output", {})
    yield f" * @returns {{{_kind(output)}}}{_more(output)}"
    for code, meaning in manifest.get("errors", {}).items():
        yield f" * @throws Error({json.dumps(code)}) when {meaning}"
    yield " */"
    yield "function main(input, host)"
    if arguments:
        yield f"// the arguments: const {{ {', '.join(arguments)} }} = input;"


def _kind(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(json.dumps(value, ensure_ascii=False) for value in schema["enum"])
    kinds = schema.get("type", "any")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return " | ".join(f"{_kind(schema.get('items', {}))}[]" if kind == "array" else kind for kind in kinds)


_SAID: Final = {
    "default": "{} if not given",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "above {}",
    "exclusiveMaximum": "below {}",
    "multipleOf": "a multiple of {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} values",
    "maxItems": "at most {} values",
    "pattern": "matches {}",
    "format": "a {}",
    "unit": "in {}",
}


def _more(schema: Mapping[str, Any]) -> str:
    said = [words.format(json.dumps(schema[name])) for name, words in _SAID.items() if name in schema]
    told = [str(schema["description"])] if "description" in schema else []
    return f" - {'; '.join([*told, *said])}" if told or said else ""


def _calls(workspace: Files) -> Iterator[str]:
    for line in _text(workspace, "tests/examples.jsonl").split("\n"):
        try:
            row = json.loads(line)
            call = f"main({json.dumps(row['input'], ensure_ascii=False)})"
        except (ValueError, LookupError, TypeError):
            continue
        if "error" in row:
            yield f"{call} throws Error({json.dumps(row['error'])})"
        else:
            yield f"{call} returns {json.dumps(row.get('output'), ensure_ascii=False)}"


def _text(workspace: Files, path: str) -> str:
    return workspace.get(path, b"").decode(errors="replace")
