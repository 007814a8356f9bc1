from __future__ import annotations

import pytest

from mapp.author.coder import MAY_CHANGE, Files
from mapp.author.patch import LARGEST, MAX_OTHER_SIZE, PatchRefused, apply

WORKSPACE: Files = {"mapp.toml": b"manifest = 1\n", "main.js": b"old"}
CODE, CONTRACT = MAY_CHANGE["code"], MAY_CHANGE["contract"]


def test_a_proposal_replaces_existing_files() -> None:
    assert apply(WORKSPACE, {"main.js": b"new"}, CODE) == {"mapp.toml": b"manifest = 1\n", "main.js": b"new"}
    assert WORKSPACE["main.js"] == b"old"


@pytest.mark.parametrize(
    "path",
    [
        "mapp.toml",
        "tests/examples.jsonl",
        "../main.js",
        "./main.js",
        "/etc/passwd",
        "main.js/",
        "Main.js",
        "",
    ],
)
def test_a_file_that_may_not_change_is_refused(path: str) -> None:
    with pytest.raises(PatchRefused) as error:
        apply(WORKSPACE, {"main.js": b"new", path: b"new"}, CODE)
    assert [problem.path for problem in error.value.problems] == [path]
    assert "must not be changed" in str(error.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff", "is not UTF-8: byte 0"),
        (b"ab\xed\xa0\x80", "is not UTF-8: byte 2"),
        (b"a\0b", "contains a null character"),
        (b"x" * (LARGEST["main.js"] + 1), "is too large"),
    ],
)
def test_a_file_that_is_not_text_or_too_large_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(PatchRefused, match=words):
        apply(WORKSPACE, {"main.js": content}, CODE)


def test_a_file_of_the_largest_size_is_accepted() -> None:
    content = b"x" * MAX_OTHER_SIZE
    assert apply({}, {"tests/requests.jsonl": content}, CONTRACT) == {"tests/requests.jsonl": content}


def test_all_mistakes_are_named_together() -> None:
    with pytest.raises(PatchRefused) as error:
        apply(WORKSPACE, {"main.js": b"\xff", "a": b"", "b": b""}, CODE)
    assert len(error.value.problems) == 3


@pytest.mark.parametrize(
    ("old", "new", "grown"),
    [
        (b"a\nb\n", b"c\n", b"a\nb\nc\n"),
        (b"a\nb", b"b\nc\na", b"a\nb\nc\n"),
        (b"a\n", b"", b"a\n"),
        (b"", b"a", b"a\n"),
        (b"a\n\n", b"c\n\n", b"a\nc\n"),
    ],
)
def test_adding_rows_loses_none(old: bytes, new: bytes, grown: bytes) -> None:
    path = "tests/examples.jsonl"
    assert apply({path: old}, {path: new}, CONTRACT, adding=True) == {path: grown}
    assert apply({path: old}, {path: new}, CONTRACT) == {path: new}


def test_adding_affects_only_files_with_rows() -> None:
    proposed = {"mapp.toml": b"new", "tests/requests.jsonl": b"{}\n"}
    assert apply(WORKSPACE, proposed, CONTRACT, adding=True) == {**WORKSPACE, **proposed}
