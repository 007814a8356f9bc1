"""Turns a JavaScript function into an app's folder: signature and JSDoc become the manifest."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from mapp.errors import InvalidInput, NotFound, UsageError
from mapp.git.tree import MAX_FILE_SIZE
from mapp.model.app import EXAMPLES, MANIFEST, SOURCE, Example
from mapp.model.names import app_name_fault
from mapp.model.values import InvalidValue, JSONValue, parse
from mapp.ops.manage.scaffold import readme, rows, write_app_folder
from mapp.syntax import Function, Parameter, Script, read_script

_PLAIN_TYPES: Final = {
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "int": {"type": "integer"},
    "string": {"type": "string"},
    "boolean": {"type": "boolean"},
    "bool": {"type": "boolean"},
    "object": {"type": "object"},
    "array": {"type": "array"},
    "null": {"type": "null"},
    "date": {"type": "string", "format": "date"},
}


def import_function(
    path: Path,
    parent: Path,
    *,
    function: str | None = None,
    name: str | None = None,
    ask: Callable[[str, dict[str, Any]], None] | None = None,
) -> Path:
    """Makes an app's folder from a function in a JavaScript file, and returns it.

    Args:
        path: the JavaScript file.
        parent: the folder that receives the app's folder.
        function: the function's name; by default the exported one, or the only one.
        name: the app's name; by default derived from the function's name.
        ask: receives the app's name and manifest before anything is written.

    Raises:
        NotFound: no such file or function.
        InvalidInput: the file does not parse, imports others, or has parameters outside the schema subset.
    """
    script = read_script(_read(path))
    chosen = _chosen(script, function, path)
    app = name or _app_name(chosen.name if chosen.name != "main_function" else path.stem)
    manifest = _manifest(app, chosen, path)
    if ask is not None:
        ask(app, manifest)
    return write_app_folder(parent / app, app, _files(app, manifest, script, chosen))


def imported(
    path: Path, *, function: str | None = None, name: str | None = None
) -> tuple[str, dict[str, bytes], list[Example]]:
    """Returns an app's name, its manifest and code (path -> bytes), and the examples of its JSDoc.

    For a coder that writes the tests. Raises as `import_function` does.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = import_function(path, Path(place), function=function, name=name)
        files = {part: (folder / part).read_bytes() for part in (MANIFEST, SOURCE)}
        lines = (folder / EXAMPLES).read_text(encoding="utf-8").splitlines()
        return folder.name, files, [Example.from_dict(parse(line)) for line in lines if line.strip()]


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:  # may be a pipe, as in `mapp import <(command)`
            data = file.read(MAX_FILE_SIZE + 1)
        if len(data) > MAX_FILE_SIZE:
            raise InvalidInput(f"{path} is too large for an app")
        return data.decode("utf-8")
    except FileNotFoundError:
        raise NotFound(f"there is no file {path}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path} cannot be read: {error}") from None


def _chosen(script: Script, wanted: str | None, path: Path) -> Function:
    known = {row.name: row for row in script.functions}
    if wanted is not None:
        if wanted not in known:
            raise NotFound(f"{path} defines no function {wanted!r}", hint=f"it defines {', '.join(known)}")
        return known[wanted]
    exported = [known[name] for name in script.exported if name in known]
    choices = exported or list(known.values())
    if not choices:
        raise NotFound(f"{path} defines no function at its top level")
    if len(choices) > 1:
        names = ", ".join(row.name for row in choices)
        raise UsageError(f"{path} has several functions: {names}", hint="name one with --function")
    return choices[0]


def _app_name(text: str) -> str:
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", text)
    name = "-".join(word.lower() for word in words)
    if app_name_fault(name):
        raise UsageError(f"cannot derive an app name from {text!r}", hint="give one with --name")
    return name


def _manifest(app: str, function: Function, path: Path) -> dict[str, Any]:
    described = function.description or f"Calls {function.name} of {path.name}."
    manifest: dict[str, Any] = {
        "manifest": 1,
        "name": app,
        "version": "0.1.0",
        "description": " ".join(described.split())[:300],
        "input": {row.name: _argument(row) for row in function.parameters},
        "output": schema_of(function.returns),
    }
    if function.returns_description:
        manifest["output"]["description"] = function.returns_description[:300]
    return manifest


def _argument(parameter: Parameter) -> dict[str, Any]:
    schema = schema_of(parameter.kind)
    value = _literal(parameter.default)
    if not parameter.kind and value is not _NO_LITERAL:
        schema = schema_of(_type_of(value))
    if value is not _NO_LITERAL:
        schema["default"] = value
    elif parameter.optional:
        schema["optional"] = True
    if parameter.description:
        schema["description"] = parameter.description[:300]
    return schema


def schema_of(kind: str) -> dict[str, Any]:
    """Returns the schema for a JSDoc type; types outside the subset become a schema for any value.

    >>> schema_of("string[]"), schema_of('"a"|"b"'), schema_of("?number")
    ({'type': 'array', 'items': {'type': 'string'}}, {'enum': ['a', 'b']}, {'type': ['number', 'null']})
    """
    kind = kind.strip().strip("()").strip().rstrip("=")
    if kind.startswith("?"):
        return _nullable(schema_of(kind[1:]))
    if kind.startswith("Promise<") and kind.endswith(">"):
        return schema_of(kind[8:-1])
    if kind.endswith("[]"):
        return _array(schema_of(kind[:-2]))
    if found := re.fullmatch(r"Array\.?<(.*)>", kind):
        return _array(schema_of(found.group(1)))
    if "|" in kind and "<" not in kind and "{" not in kind:
        return _union([part.strip() for part in kind.split("|")])
    return dict(_PLAIN_TYPES.get(kind.lower(), {}))


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "type": [schema["type"], "null"]} if isinstance(schema.get("type"), str) else schema


def _array(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items} if items else {"type": "array"}


def _union(parts: list[str]) -> dict[str, Any]:
    values = [_literal(part) for part in parts]
    if all(value is not _NO_LITERAL and value is not None for value in values):
        return {"enum": values}
    types = [_PLAIN_TYPES[part.lower()]["type"] for part in parts if part.lower() in _PLAIN_TYPES]
    return {"type": types} if len(types) == len(parts) else {}


_NO_LITERAL: Final = object()


def _literal(text: str | None) -> Any:
    if text is None:
        return _NO_LITERAL
    text = text.strip()
    if len(text) >= 2 and text[0] == text[-1] == "'" and "\\" not in text and '"' not in text:
        text = f'"{text[1:-1]}"'
    try:
        return parse(text)
    except InvalidValue:
        return _NO_LITERAL


def _type_of(value: JSONValue) -> str:
    kinds: dict[type, str] = {bool: "boolean", int: "number", float: "number", str: "string", list: "array"}
    return kinds.get(type(value), "")


def _files(app: str, manifest: dict[str, Any], script: Script, function: Function) -> dict[str, str]:
    import tomli_w

    return {
        "mapp.toml": tomli_w.dumps(manifest),
        "main.js": script.source.strip() + "\n" + _entry(function),
        "tests/examples.jsonl": rows(list(_examples(function))),
        "tests/properties.js": "",
        "tests/requests.jsonl": "",
        "README.md": readme(app),
    }


def _entry(function: Function) -> str:
    if function.name == "main" and [row.name for row in function.parameters] == ["input", "host"]:
        return ""
    values = ", ".join(f"input.{row.name}" for row in function.parameters)
    if function.name == "main":
        raise UsageError("a function called main must take (input, host)", hint="rename it in the file")
    return f"\nfunction main(input, host) {{\n  return {function.name}({values});\n}}\n"


def _examples(function: Function) -> list[dict[str, Any]]:
    """Returns the rows of JSDoc examples of the form `name(1, "a") // => 2`."""
    found = []
    form = re.compile(re.escape(function.name) + r"\((.*)\);?\s*//\s*(?:=>|->|returns)?\s*(.+)")
    for line in function.examples:
        match = form.fullmatch(line)
        values = _literal(f"[{match.group(1)}]") if match else _NO_LITERAL
        output = _literal(match.group(2)) if match else _NO_LITERAL
        if isinstance(values, list) and output is not _NO_LITERAL:
            names = [row.name for row in function.parameters]
            found.append({"input": dict(zip(names, values, strict=False)), "output": output})
    return found
