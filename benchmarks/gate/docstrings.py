"""Apps from HumanEvalFix's functions: a contract from prompt and signature, and a body from the data set.

The data stay beside the project (`../shared/data/humanevalfix-js`, or where MAPP_BENCH_DATA says). Argument
names come from the signature and examples from the docstring. `benchmarks/data/docstring_contracts.toml` has
what cannot be derived: types, a guard where the prompt states a precondition, and obvious properties. It was
written from the prompts alone, without looking at the bodies or the tests.
"""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.route.data import data_file

WALL_MS: Final = 200
"""The time limit of these apps, which end within a few milliseconds on inputs that people would give."""
TABLE: Final = Path(__file__).resolve().parents[1] / "data" / "docstring_contracts.toml"
BUGS: Final = "humanevalfix-js/bugs.jsonl"
_ANSWER: Final = re.compile(r"\s*(?:==>|=>|==|->|➞|returns|should return)\s*")
_SIGNATURE: Final = re.compile(r"=\s*\(([^)]*)\)")
_WORDS: Final = {"true": "True", "false": "False", "null": "None"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Bug:
    """A function of the data set: its two bodies, and what the prompt says."""

    task: str
    kind: str
    symptoms: str
    entry: str
    prompt: str
    declaration: str
    signature: str
    right: str
    buggy: str

    @property
    def arguments(self) -> tuple[str, ...]:
        """Returns the names of the arguments."""
        found = _SIGNATURE.search(self.signature)
        assert found is not None
        return tuple(name.strip() for name in found[1].split(","))


def bugs() -> tuple[Bug, ...]:
    """Returns all bugs.

    Raises:
        NoData: the data set is not there.
    """
    rows = map(json.loads, data_file(BUGS).read_text(encoding="utf-8").splitlines())
    return tuple(_bug(row) for row in rows)


def _bug(row: Mapping[str, Any]) -> Bug:
    return Bug(
        task=row["task_id"].rpartition("/")[2],
        kind=row["bug_type"],
        symptoms=row["failure_symptoms"],
        entry=row["entry_point"],
        prompt=row["prompt"],
        declaration=row["declaration"],
        signature=row["signature"],
        right=row["canonical_solution"],
        buggy=row["buggy_solution"],
    )


def contracts() -> dict[str, Any]:
    """Returns the table: `types` by name, and a contract for each task."""
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def files_of(bug: Bug, body: str, table: Mapping[str, Any]) -> dict[str, bytes]:
    """Returns an app (path -> bytes) with a body and the contract of its prompt."""
    contract = table[bug.task]
    types = table["types"]
    inputs = {name: _schema(contract["input"][name], types) for name in bug.arguments}
    manifest = {
        "manifest": 1,
        "name": f"docstring-{bug.task}",
        "version": "1.0.0",
        "description": f"The function that is called {bug.entry} in its prompt.",
        "input": inputs,
        "output": _schema(contract["output"], types),
        "limits": {"wall_ms": WALL_MS},
    }
    if "guard" in contract:
        manifest["errors"] = {"unfit": "the input breaks a precondition"}
    examples = [*examples_of(bug), *map(json.loads, contract.get("examples", ()))]
    skipped = contract.get("skip", [])
    rows = [row for at, row in enumerate(examples, 1) if at not in skipped]
    return {
        "mapp.toml": _toml(manifest).encode(),
        "main.js": source_of(bug, body, contract.get("guard", "")).encode(),
        "tests/examples.jsonl": "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode(),
        "tests/properties.js": properties_of(contract).encode(),
    }


def source_of(bug: Bug, body: str, guard: str) -> str:
    """Returns the source: the declaration with a body, and a `main` that calls it.

    A function of the prompt that the body does not call is left out.
    """
    names = ", ".join(bug.arguments)
    check = f'  if (!({guard})) throw new Error("unfit");\n' if guard else ""
    main = f"function main({{ {names} }}) {{\n{check}  return {bug.entry}({names});\n}}\n"
    start = bug.declaration.rindex(f"const {bug.entry}")
    helpers, declaration = bug.declaration[:start], bug.declaration[start:]
    called = any(f"{name}(" in body for name in re.findall(r"const (\w+) = \(", helpers))
    return f"{helpers if called else ''}{declaration.strip()}\n{body.rstrip()}\n\n{main}".lstrip()


def properties_of(contract: Mapping[str, Any]) -> str:
    """Returns the properties, with one for the guard if there is a guard."""
    text = str(contract.get("properties", ""))
    if "guard" in contract:
        names = ", ".join(contract["input"])
        text += f"\nfunction throws_unfit({{ {names} }}) {{\n  return !({contract['guard']});\n}}\n"
    return text


def examples_of(bug: Bug) -> list[dict[str, Any]]:
    """Returns the examples that the docstring of the last function states."""
    text = bug.prompt[bug.prompt.rindex("/*") :].rpartition("*/")[0]
    rows = []
    for arguments, answer in _calls(text, bug.entry):
        values, result = _value(f"[{arguments}]"), _value(answer)
        if isinstance(values, list) and len(values) == len(bug.arguments) and result is not ...:
            rows.append({"input": dict(zip(bug.arguments, values, strict=True)), "output": result})
    return rows


def _calls(text: str, entry: str) -> Iterator[tuple[str, str]]:
    """Yields the argument list and the text of the answer of each call in a docstring."""
    for found in re.finditer(rf"(?<![\w.]){re.escape(entry)}\(", text):
        end = _closing(text, found.end())
        arguments, rest = text[found.end() : end - 1], text[end:]
        if found.start() >= 4 and text[found.start() - 4 : found.start()] == ">>> " and rest[:1] == "\n":
            yield arguments, rest.lstrip("\n").partition("\n")[0].strip()
        elif answer := _ANSWER.match(rest):
            yield arguments, rest[answer.end() :].partition("\n")[0].strip()


def _closing(text: str, at: int) -> int:
    """Returns the place behind the bracket that closes the one before `at`, apart from those in texts."""
    depth, quote = 1, ""
    while depth and at < len(text):
        character = text[at]
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        else:
            depth += (character in "([{") - (character in ")]}")
        at += 1
    return at


def _value(text: str) -> Any:
    """Returns the JSON value of a literal in Python or JavaScript, `...` if there is none.

    >>> _value("(null, 1)"), _value("'ab'"), _value("12 # a comment"), _value("19 - 5 - 6 = 8")
    ([None, 1], 'ab', 12, Ellipsis)
    """
    for candidate in dict.fromkeys([text, text.rstrip("."), text.partition(" #")[0]]):
        words = re.sub(r"\b(true|false|null)\b", lambda found: _WORDS[found[0]], candidate)
        try:
            return json.loads(json.dumps(ast.literal_eval(words)))
        except (ValueError, SyntaxError, TypeError):
            continue
    return ...


def _schema(given: Any, types: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(types[given]) if isinstance(given, str) else dict(given)
    if "items" in found:
        found["items"] = _schema(found["items"], types)
    return found


def _toml(document: Mapping[str, Any]) -> str:
    """Returns a manifest as TOML; every value below the first level is written inline."""
    return "".join(f"{key} = {_inline(value)}\n" for key, value in document.items())


def _inline(value: Any) -> str:
    match value:
        case dict():
            return (
                "{" + ", ".join(f"{json.dumps(name)} = {_inline(row)}" for name, row in value.items()) + "}"
            )
        case list():
            return "[" + ", ".join(map(_inline, value)) + "]"
    return json.dumps(value)
