"""Drafts of apps: by default one that doubles a number; methods modify it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import tomli_w

from mapp.model.app import App, read_app

DOUBLE = "function main(input, host) {\n  return input.number * 2;\n}\n"

FAULTS = {
    "returns NaN": "function main(input, host) { return 0 / 0; }\n",
    "returns the wrong type": "function main(input, host) { return 'two'; }\n",
    "throws": "function main(input, host) { throw new TypeError('oh no'); }\n",
    "never returns": "function main(input, host) { for (;;) {} }\n",
    "does not parse": "function main(input, host) { return (; }\n",
    "has no main": "function other(input, host) { return 1; }\n",
    "does not finish loading": "for (;;) {}\n",
}


@dataclass
class Draft:
    """An app that has not been written to disk yet."""

    name: str
    manifest: dict[str, Any] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def double(cls, name: str) -> Self:
        """Returns an app that doubles a number."""
        manifest = {
            "manifest": 1,
            "name": name,
            "version": "1.0.0",
            "description": "Doubles a number.",
            "input": {"number": {"type": "number", "minimum": -1000, "maximum": 1000}},
            "output": {"type": "number", "minimum": -2000, "maximum": 2000},
        }
        draft = cls(name=name, manifest=manifest)
        draft.source(DOUBLE).example({"number": 2}, output=4)
        return draft.said("double 21", {"number": 21})

    def version(self, version: str) -> Self:
        """Sets the version."""
        return self.stating(version=version)

    def stating(self, **keys: Any) -> Self:
        """Sets keys of the manifest."""
        self.manifest.update(keys)
        return self

    def taking(self, **arguments: Any) -> Self:
        """Adds or replaces arguments, each given by its table."""
        self.manifest["input"] = {**self.manifest["input"], **arguments}
        return self

    def source(self, source: str) -> Self:
        """Sets `main.js`."""
        return self.file("main.js", source)

    def broken(self, how: str) -> Self:
        """Breaks the app in one of the ways of `FAULTS`; drops its examples, which would fail too."""
        return self.source(FAULTS[how]).file("tests/examples.jsonl", "")

    def example(self, arguments: dict[str, Any], **rest: Any) -> Self:
        """Adds a row to the examples."""
        return self._row("tests/examples.jsonl", {"input": arguments, **rest})

    def said(self, request: str, arguments: dict[str, Any]) -> Self:
        """Adds a row to the requests."""
        return self._row("tests/requests.jsonl", {"request": request, "arguments": arguments})

    def file(self, path: str, content: str | bytes) -> Self:
        """Sets the content of a file."""
        self.contents[path] = content.encode() if isinstance(content, str) else content
        return self

    def without(self, path: str) -> Self:
        """Removes a file."""
        self.contents.pop(path)
        return self

    @property
    def files(self) -> dict[str, bytes]:
        """Returns all files (path -> bytes)."""
        manifest = {"mapp.toml": tomli_w.dumps(self.manifest).encode()}
        return {**manifest, **self.contents}

    def read(self) -> App:
        """Parses the draft as mapp does."""
        return read_app(self.files)

    def write(self, folder: Path) -> Path:
        """Writes the draft into a folder and returns the folder."""
        return write_files(folder, self.files)

    def _row(self, path: str, document: Mapping[str, Any]) -> Self:
        return self.file(path, self.contents.get(path, b"") + json.dumps(document).encode() + b"\n")


def app(name: str = "double") -> Draft:
    """Returns a draft of a small valid app."""
    return Draft.double(name)


def write_files(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Writes files (path -> bytes) into a folder and returns the folder."""
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder
