from __future__ import annotations

import pytest

from mapp.errors import InvalidApp
from mapp.model.app import MAX_SOURCE_LINES, Example, content_hash, read_app
from support.apps import app


def test_every_mistake_is_reported_with_file_and_line() -> None:
    files = {
        **app("double").files,
        "mapp.toml": b"manifest = 1\n",
        "main.js": b"\n" * MAX_SOURCE_LINES,
        "tests/examples.jsonl": b'{"input": {}}\n{"input": {}, "output": 1, "recording": "none"}\n',
    }

    with pytest.raises(InvalidApp) as caught:
        read_app(files)

    found = "\n".join(map(str, caught.value.problems))
    for text in (
        "mapp.toml: name: is missing",
        "main.js: is empty",
        "tests/examples.jsonl:1: must have either",
    ):
        assert text in found


def test_an_example_that_names_a_missing_recording_is_a_mistake() -> None:
    draft = app("double").example({"number": 1}, output=2, recording="none")

    with pytest.raises(InvalidApp) as caught:
        draft.read()

    assert str(caught.value.problems[0]).startswith("tests/examples.jsonl:2.recording: names 'none', but")


def test_without_strict_only_manifest_and_source_are_read() -> None:
    files = {**app("double").files, "tests/examples.jsonl": b"not JSON\n"}

    assert read_app(files, strict=False).examples == ()


def test_about_a_third_of_the_examples_is_held_back_and_always_the_same() -> None:
    examples = [Example(input=(("number", number),), output=number) for number in range(1000)]

    held = [row.held_back for row in examples]

    assert 200 < sum(held) < 400
    assert held == [row.held_back for row in examples]


def test_the_content_hash_depends_on_paths_and_content_only() -> None:
    files = app("double").files

    assert content_hash(files) == content_hash(dict(reversed(files.items())))
    assert content_hash(files) != content_hash({**files, "README.md": b""})
