from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mapp.library import read
from support.library import Built
from support.terminal import mapp

Fill = Callable[[str, str | bytes], Path]

SCRIPT = """
/**
 * Joins words with a separator.
 * @param {string[]} words - what to join
 * @param {string} [separator=", "] - what goes between
 * @returns {string} the words in one text
 * @example joinWords(["a", "b"], "-") // => "a-b"
 */
export function joinWords(words, separator = ", ") { return words.join(separator); }
"""


def test_a_functions_documentation_becomes_the_manifest(fill: Fill) -> None:
    fill("join.js", SCRIPT)

    folder = mapp("import", "join.js").out.strip()

    assert mapp("add", folder).code == 0
    assert mapp("exec", "join-words", "words=a,b").out == "a, b\n"
    known = read.load(Built().home, "join-words")
    assert known.manifest.description == "Joins words with a separator."
    assert len(known.examples) == 1


@pytest.mark.parametrize(
    ("source", "code", "says"),
    [
        ("function (", 8, "line 1: does not parse"),
        ("import x from 'y';\nexport function a() {}", 8, "line 1: imports another file"),
        ("function a() {}\nfunction b() {}", 2, "has several functions: a, b"),
        ("const a = 1;", 1, "defines no function"),
        ("function a(...rest) {}", 8, "a rest parameter"),
        ("function a({b}) {}", 8, "a destructured parameter"),
        (b"\xff", 8, "cannot be read"),
        ("", 1, "defines no function"),
        ("function $() {}", 2, "give one with --name"),
        ("function a() {" + "(" * 5000, 8, "does not parse"),
    ],
)
def test_a_file_that_cannot_be_imported_is_refused(
    source: str | bytes, code: int, says: str, fill: Fill
) -> None:
    fill("some.js", source)

    found = mapp("import", "some.js")

    assert (found.code, says in found.err) == (code, True), found.err
    assert [path.name for path in Path.cwd().iterdir()] == ["some.js"]
