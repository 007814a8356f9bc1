"""A person's answers to the questions that tests leave open: they become examples."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from mapp.errors import InvalidInput
from mapp.model.app import EXAMPLES, App, Example
from mapp.model.manifest import Manifest
from mapp.model.outcome import Declared, Outcome, Value
from mapp.model.question import Question
from mapp.model.validation import violations
from mapp.model.values import parse
from mapp.plain_files import write_whole

Ask = Callable[[App, Sequence[Question]], Sequence[Example]]
"""Asks a person some questions about an app and returns the answers as examples."""


def with_examples(
    files: Mapping[str, bytes], examples: Sequence[Example], path: str = EXAMPLES
) -> dict[str, bytes]:
    """Returns an app's files (path -> bytes) with rows added to the end of one, by default the examples."""
    if not examples:
        return dict(files)
    old = files.get(path, b"")
    rows = "".join(f"{json.dumps(row.to_dict(), ensure_ascii=False)}\n" for row in examples)
    gap = b"" if not old or old.endswith(b"\n") else b"\n"
    return {**files, path: old + gap + rows.encode()}


def write_examples(folder: Path, files: Mapping[str, bytes], examples: Sequence[Example]) -> dict[str, bytes]:
    """Adds rows to the `tests/examples.jsonl` of a folder; returns its files (path -> bytes) with them."""
    new = with_examples(files, examples)
    (folder / EXAMPLES).parent.mkdir(parents=True, exist_ok=True)
    write_whole(folder / EXAMPLES, new[EXAMPLES])
    return new


def parse_answer(text: str, manifest: Manifest) -> Outcome:
    """Returns the answer that a person typed: an output as JSON, or the code of a declared error.

    Raises:
        InvalidInput: it is neither, or the output does not fit the manifest.
    """
    if text in manifest.error_codes:
        return Declared(error=text, meaning=dict(manifest.errors)[text])
    try:
        output = parse(text, what="the answer")
    except InvalidInput as error:
        codes = ", ".join(code for code, _ in manifest.errors)
        more = f", or an error of the app: {codes}" if codes else ""
        raise InvalidInput(f'{error.message}; type a value as JSON, e.g. 5 or "text"{more}') from None
    if found := violations(manifest.output, output):
        raise InvalidInput("the answer does not fit the app's output", found)
    return Value(output=output)
