"""Two versions of files next to each other."""

from __future__ import annotations

from mapp_cli.side_by_side import side_by_side


def test_what_was_stands_left_and_what_is_right() -> None:
    before = {"main.js": b"one\ntwo\nthree\n", "same": b"x\n"}
    after = {"main.js": b"one\n2\nthree\nfour\n", "same": b"x\n"}

    assert list(side_by_side(before, after, 21)) == [
        "── main.js ──────────",
        "one         one",
        "two       │ 2",
        "three       three",
        "          │ four",
        "",
    ]


def test_long_lines_are_cut_and_a_new_file_stands_alone() -> None:
    assert list(side_by_side({}, {"a": b"\t123456789012\n"}, 21))[1] == "          │     1234…"
