"""BFCL: how many rows the deterministic filler gets exactly right, without a model or training requests.

The function descriptions of the Berkeley Function Calling Leaderboard are adapted into manifests here: dotted
names, `dict`, `float` and `tuple`, defaults stated in prose.
"""

from __future__ import annotations

import json
import math
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks.route.data import data_file
from benchmarks.route.figures import Cell, Part, Table, number, share
from mapp.model.manifest import Argument, Manifest
from mapp.model.request import Request
from mapp.model.schema import ABSENT, Absent, Schema
from mapp.model.values import JSONValue
from mapp.model.version import Version
from mapp.route.fill.fill import Filling, fill
from mapp.route.read.tokens import stem, tokenise, words_of_name

GIVEN = ("simple_python", "live_simple", "multiple", "live_multiple")
CHOOSING = ("multiple", "live_multiple")
NONE_FITS = ("irrelevance", "live_irrelevance")

_TYPES = {
    "dict": "object", "object": "object", "float": "number", "number": "number", "double": "number",
    "tuple": "array", "list": "array", "array": "array", "integer": "integer", "int": "integer",
    "string": "string", "str": "string", "char": "string", "boolean": "boolean", "bool": "boolean",
}  # fmt: skip


def rows(name: str) -> list[dict[str, Any]]:
    """Returns the rows of one file."""
    text = data_file(f"bfcl/{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def request_of(row: Mapping[str, Any]) -> Request:
    """Returns the user's text in the row, without the system prompt."""
    said = [turn["content"] for turn in row["question"][0] if turn["role"] == "user"]
    return Request(text="\n".join(said))


# A function description as a manifest


def manifest_of(function: Mapping[str, Any]) -> Manifest:
    """Returns the function as an app's manifest."""
    parameters = function["parameters"]
    required = set(parameters.get("required", ()))
    arguments = []
    for name, document in parameters.get("properties", {}).items():
        schema = schema_of(document)
        arguments.append(
            Argument(name=name, schema=schema, optional=name not in required and not schema.has_default)
        )
    return Manifest(
        name=re.sub(r"[^a-z0-9]+", "-", function["name"].lower()).strip("-") or "function",
        version=Version.parse("1.0.0"),
        description=function.get("description", ""),
        output=Schema(),
        arguments=tuple(arguments),
    )


def schema_of(document: Mapping[str, Any]) -> Schema:
    """Returns a parameter's description in mapp's subset of JSON Schema."""
    kind = _TYPES.get(str(document.get("type", "")).lower())
    inner = document.get("properties") or {}
    enum = document.get("enum")
    properties = tuple((name, schema_of(part)) for name, part in inner.items() if isinstance(part, Mapping))
    return Schema(
        types=(kind,) if kind else (),
        description=document.get("description", ""),
        enum=tuple(enum) if enum else None,
        default=_default(document, kind),
        items=schema_of(document["items"]) if isinstance(document.get("items"), Mapping) else None,
        properties=properties,
        required=tuple(document.get("required", ())),
    )


_STATED = re.compile(r"[Dd]efault(?:s| value)?(?: is| to|:| =)? ['\"`]?([^'\"`.,;()]+(?:\.\d+)?)")


def _default(document: Mapping[str, Any], kind: str | None) -> JSONValue | Absent:
    if "default" in document:
        default: JSONValue = document["default"]
        return (
            {"true": True, "false": False}.get(str(default).lower(), ABSENT) if kind == "boolean" else default
        )
    match = _STATED.search(document.get("description", ""))
    if match is None:
        return ABSENT
    word = match.group(1).strip()
    if kind == "boolean":
        return {"true": True, "false": False}.get(word.lower(), ABSENT)
    if kind in ("integer", "number"):
        number = re.match(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", word)
        return json.loads(number.group()) if number else ABSENT
    return word if kind == "string" and word in (document.get("enum") or ()) else ABSENT


# What counts as right


def exact(filling: Filling, manifest: Manifest, accepted: Mapping[str, Sequence[Any]]) -> bool:
    """Returns whether the arguments, with defaults, are accepted; "" means: may be left out."""
    if any(name not in accepted for name in filling.arguments):
        return False
    defaults = {argument.name: argument.schema.default for argument in manifest.arguments}
    return all(
        _accepted(filling.arguments.get(name, ABSENT), values)
        or (name not in filling.arguments and _accepted(defaults.get(name, ABSENT), values))
        for name, values in accepted.items()
    )


def _accepted(value: Any, values: Sequence[Any]) -> bool:
    return "" in values if value is ABSENT else any(_equal(value, wanted) for wanted in values)


def _equal(value: Any, wanted: Any) -> bool:
    if isinstance(value, str) and isinstance(wanted, str):
        return _plain(value) == _plain(wanted)
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    if isinstance(value, int | float) and isinstance(wanted, int | float):
        return math.isclose(value, wanted, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(value, list) and isinstance(wanted, list):
        return len(value) == len(wanted) and all(_equal(a, b) for a, b in zip(value, wanted, strict=True))
    if isinstance(value, dict) and isinstance(wanted, dict):
        return set(value) <= set(wanted) and all(
            _accepted(value.get(name, ABSENT), values if isinstance(values, list) else [values])
            for name, values in wanted.items()
        )
    return bool(value == wanted)


def _plain(text: str) -> str:
    return re.sub(r"[ ,./\-_*^]", "", text).lower().replace("'", '"')


# Choosing among candidates


def choose(request: Request, functions: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Returns the function whose words the request shares most, each word weighted by how few functions have
    it.
    """
    bags = [_bag(function) for function in functions]
    shared = Counter(word for bag in bags for word in bag)
    said = {token.stem for token in tokenise(request.text)}

    def score(place: int) -> float:
        return sum(
            weight * math.log(1 + len(bags) / shared[word])
            for word, weight in bags[place].items()
            if word in said
        )

    return functions[max(range(len(functions)), key=score)]


def _bag(function: Mapping[str, Any]) -> dict[str, float]:
    texts = {" ".join(words_of_name(function["name"])): 2.0, function.get("description", ""): 1.0}
    for name, document in function["parameters"].get("properties", {}).items():
        texts[" ".join(words_of_name(name))] = 0.5
        texts[str(document.get("description", "")) + " " + " ".join(map(str, document.get("enum") or ()))] = (
            0.3
        )
    bag: dict[str, float] = {}
    for text, weight in texts.items():
        for token in tokenise(text):
            if token.text[0].isalpha() and weight > bag.get(stem(token.lower), 0.0):
                bag[stem(token.lower)] = weight
    return bag


# The table


def measure() -> Part:
    """Returns one row per file and question."""
    found = [
        *(_row(f"{name}: exact arguments, function given", name, _exact_given) for name in GIVEN),
        *(_row(f"{name}: right function chosen", name, _chosen_right) for name in CHOOSING),
        *(_row(f"{name}: chosen and exact", name, _exact_chosen) for name in CHOOSING),
        *(_row(f"{name}: nothing filled or required missing", name, _abstains) for name in NONE_FITS),
    ]
    headings = ("file and question", "right", "a row")
    return Part(
        tables=(Table(title="BFCL: arguments without a model", headings=headings, rows=tuple(found)),)
    )


def _row(title: str, name: str, check: Callable[[Mapping[str, Any]], bool]) -> tuple[Cell, ...]:
    given = rows(name)
    began = time.perf_counter()
    right = sum(map(check, given))
    spent = (time.perf_counter() - began) / len(given)
    return title, share(right, len(given)), number(spent * 1000, "ms")


def _expected(row: Mapping[str, Any]) -> tuple[str, Mapping[str, Sequence[Any]]]:
    [(name, accepted)] = row["ground_truth"][0].items()
    return name, accepted


def _exact_given(row: Mapping[str, Any]) -> bool:
    name, accepted = _expected(row)
    function = next(function for function in row["function"] if function["name"] == name)
    manifest = manifest_of(function)
    return exact(fill(request_of(row), manifest), manifest, accepted)


def _chosen_right(row: Mapping[str, Any]) -> bool:
    return bool(choose(request_of(row), row["function"])["name"] == _expected(row)[0])


def _exact_chosen(row: Mapping[str, Any]) -> bool:
    return _chosen_right(row) and _exact_given(row)


def _abstains(row: Mapping[str, Any]) -> bool:
    if not row["function"]:
        return True
    filling = fill(request_of(row), manifest_of(choose(request_of(row), row["function"])))
    return bool(filling.missing) or not filling.arguments
