"""The prompt for a small model: few words, the types as a signature, the examples as function calls.

A model of one or two billion parameters gets lost in a page of rules and in code inside JSON. What it can do
is continue a signature with a block of code, so the prompt asks for that.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mapp.author.coder import Brief, Files
from mapp.author.prompt import MAX_GOAL, MAX_REPORT, SMALL, Prompt, fixed_words, quoted, short, task_line

_PRINTED: Final = re.compile(r"^console\.\w+\(.*\n?", re.MULTILINE)
MAX_SOURCE: Final = 6_000
MAX_CALLS: Final = 3_000
"""In characters: a context of 8,192 tokens must hold the prompt and the answer."""


def render_code(brief: Brief, files: Files) -> Prompt:
    """Returns the prompt for the code of an app, for a small model.

    The prompt reports what the last program did wrong but does not show it: the model would copy it. Only a
    program that is to be healed is shown: most of it is right.
    """
    parts = [
        ("request", short(brief.goal, MAX_GOAL // 4)),
        ("types", short(_types(files), MAX_CALLS)),
        ("calls that are right", short("\n".join(_calls(files)), MAX_CALLS)),
    ]
    parts += [(name, short(text, MAX_CALLS)) for name, text in brief.evidence]
    fresh = []
    if brief.report and not brief.expanding and brief.phase != "heal":
        files = {path: data for path, data in files.items() if path != "main.js"}
    if "main.js" in files:
        fresh.append(("main.js", short(_text(files, "main.js"), MAX_SOURCE)))
    if brief.report:
        fresh.append(("report on the last program", short(brief.report, MAX_REPORT // 4)))
    return Prompt(
        system=fixed_words(SMALL[brief.phase]),
        stable=quoted(parts),
        fresh="\n".join(filter(None, [quoted(fresh), task_line(brief, files)])),
    )


def read_block(text: str) -> bytes:
    """Returns the program in an answer: the first fenced block, or the whole text if there is none.

    Removes the `console` calls that small models often append: an app has no console.

    Raises:
        ValueError: there is no program, or it is cut off.

    >>> read_block("Here:\\n```js\\nfunction main() {}\\nconsole.log(main());\\n```\\nIt does …")
    b'function main() {}\\n'
    """
    found = re.search(r"^```[a-zA-Z]*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    program = found.group(1) if found else text
    if "```" in program:
        raise ValueError("the program is cut off")
    if not re.search(r"\bmain\b", program):
        raise ValueError("it contains no function main")
    return _PRINTED.sub("", program).encode(errors="replace")


def _types(files: Files) -> str:
    """Returns the manifest as JSDoc, which models know better than any schema."""
    try:
        manifest = tomllib.loads(_text(files, "mapp.toml"))
    except tomllib.TOMLDecodeError:
        return _text(files, "mapp.toml")
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


def _calls(files: Files) -> Iterator[str]:
    for line in _text(files, "tests/examples.jsonl").split("\n"):
        try:
            row = json.loads(line)
            call = f"main({json.dumps(row['input'], ensure_ascii=False)})"
        except (ValueError, LookupError, TypeError):
            continue
        if "error" in row:
            yield f"{call} throws Error({json.dumps(row['error'])})"
        else:
            yield f"{call} returns {json.dumps(row.get('output'), ensure_ascii=False)}"


def _text(files: Files, path: str) -> str:
    return files.get(path, b"").decode(errors="replace")
