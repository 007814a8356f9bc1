"""Creates the folder of a new app with everything that `mapp add` requires."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from mapp import distribution
from mapp.distribution import Source
from mapp.errors import AlreadyExists, UsageError
from mapp.model.names import app_name_fault

WORKFLOW: Final = ".github/workflows/validate.yml"

_SOURCE: Final = """\
// Returns a greeting for a name. `input` fits mapp.toml; what is returned must fit [output].
function main(input, host) {
  const name = input.name.trim();
  if (name === "") throw new Error("no_name");
  return `Hello, ${name}!`;
}
"""

_PROPERTIES: Final = """\
// A predicate must be true for every valid input that has an output.
function prop_contains_the_name(input, output) {
  return output.includes(input.name.trim());
}

// A metamorphic one may call the app again: run(input) is {output} or {error}.
function meta_spaces_around_do_not_matter(input, run) {
  const one = run({ name: input.name });
  const other = run({ name: ` ${input.name} `.slice(0, 200) });
  return input.name.length > 198 || JSON.stringify(one) === JSON.stringify(other);
}

// True exactly when the app must refuse with that declared error.
function throws_no_name(input) {
  return input.name.trim() === "";
}
"""

_README: Final = """\
# {name}

An app for mapp: a typed JavaScript function with its tests.

- `mapp.toml`: what it takes, returns, refuses and may do
- `main.js`: the function
- `tests/examples.jsonl`: inputs with their outputs
- `tests/properties.js`: what holds for every input
- `tests/requests.jsonl`: how people ask for it, and what only sounds like it
- `.github/workflows/validate.yml`: has a forge validate every commit

`mapp add .` checks it and commits it to your library.
"""

# The checks run untrusted code in the sandbox; the job has no secrets and may only read.
_WORKFLOW: Final = """\
name: validate

on:
  push:
  pull_request:

permissions: {}

jobs:
  validate:
    runs-on: ubuntu-24.04
    timeout-minutes: 20
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
        with:
          fetch-depth: 0
          persist-credentials: false
      - uses: actions/setup-python@a26af69be951a213d495a4c3e4e4022e16d87065 # v5.6.0
        with:
          python-version: "3.12"
      # One commit of the repository of mapp, and everything else from a list with hashes in that commit.
      # Nothing is installed by a bare name from a package index: `mapp` is another project's name there.
      - name: Install mapp
        env:
          MAPP_REPOSITORY: @REPOSITORY@
          MAPP_COMMIT: @COMMIT@
        run: |
          if ! [[ "$MAPP_REPOSITORY" == https://* && "$MAPP_COMMIT" =~ ^[0-9a-f]{40}([0-9a-f]{24})?$ ]]; then
            echo "::error::set MAPP_REPOSITORY (an https address) and MAPP_COMMIT (a whole id)"
            exit 2
          fi
          git init --quiet "$RUNNER_TEMP/mapp"
          cd "$RUNNER_TEMP/mapp"
          git fetch --quiet --depth 1 "$MAPP_REPOSITORY" "$MAPP_COMMIT"
          git checkout --quiet "$MAPP_COMMIT"
          python -m pip install --quiet --require-hashes -r requirements.txt
          python -m pip install --quiet --no-index --no-deps --no-build-isolation .
      - run: mapp ci --junit junit.xml --sarif mapp.sarif
"""


def new(name: str, parent: Path) -> Path:
    """Creates a new app's folder in `parent` and returns it.

    Raises:
        UsageError: the name is not a valid app name.
        AlreadyExists: the path is taken.
    """
    return write_app_folder(parent / name, name, _starting_files(name))


def write_app_folder(folder: Path, name: str, files: Mapping[str, str]) -> Path:
    """Writes files into a folder that must not exist yet, and returns it.

    Raises:
        UsageError: the name is not a valid app name.
        AlreadyExists: the path is taken.
    """
    if fault := app_name_fault(name):
        raise UsageError(f"{name!r} {fault}")
    if folder.exists():
        raise AlreadyExists(f"{folder} already exists", hint="choose another name or folder")
    building = folder.with_name(f".new-{folder.name}")
    for path, text in files.items():
        target = building / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    building.rename(folder)
    return folder


def workflow(source: Source | None) -> str:
    """Returns the workflow that validates an app with the mapp of one commit.

    Without a `source`, the commit comes from the forge: the variables MAPP_REPOSITORY and MAPP_COMMIT of the
    repository or organisation.
    """
    repository = source.repository if source else "${{ vars.MAPP_REPOSITORY }}"
    commit = f'"{source.commit}"' if source else "${{ vars.MAPP_COMMIT }}"
    return _WORKFLOW.replace("@REPOSITORY@", repository).replace("@COMMIT@", commit)


def rows(items: list[dict[str, Any]]) -> str:
    """Returns items as JSON lines."""
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)


def readme(name: str) -> str:
    """Returns the README of a new app."""
    return _README.format(name=name)


def _starting_files(name: str) -> dict[str, str]:
    import tomli_w

    manifest = {
        "manifest": 1,
        "name": name,
        "version": "0.1.0",
        "description": "Greets somebody by name.",
        "input": {"name": {"type": "string", "maxLength": 200, "description": "Who is greeted"}},
        "output": {"type": "string", "minLength": 8},
        "errors": {"no_name": "the name is empty"},
    }
    examples: list[dict[str, Any]] = [
        {"input": {"name": "Ada"}, "output": "Hello, Ada!"},
        {"input": {"name": " Grace "}, "output": "Hello, Grace!"},
        {"input": {"name": " "}, "error": "no_name"},
    ]
    requests: list[dict[str, Any]] = [
        {"request": "greet Ada", "arguments": {"name": "Ada"}},
        {"request": "say hello to 'Grace Hopper'", "arguments": {"name": "Grace Hopper"}},
        {"request": "who is Ada", "fits": False, "why": "asks about a person, greets nobody"},
    ]
    return {
        "mapp.toml": tomli_w.dumps(manifest),
        "main.js": _SOURCE,
        "tests/examples.jsonl": rows(examples),
        "tests/properties.js": _PROPERTIES,
        "tests/requests.jsonl": rows(requests),
        "README.md": readme(name),
        WORKFLOW: workflow(distribution.source()),
    }
