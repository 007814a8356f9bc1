"""Two versions of files in two columns."""

from __future__ import annotations

from mapp_cli.side_by_side import side_by_side


def test_the_old_version_is_on_the_left_and_the_new_one_on_the_right() -> None:
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


def test_long_lines_are_cut_and_a_new_file_is_only_on_the_right() -> None:
    assert list(side_by_side({}, {"a": b"\t123456789012\n"}, 21))[1] == "          │     1234…"


def test_columns_stay_aligned_with_wide_combining_and_invisible_characters() -> None:
    lines = list(side_by_side({"a": "日本語日本語\nx\u202ey\n".encode()}, {"a": "e\u0301a\n".encode()}, 23))

    assert lines[1:3] == ["日本語日…  │ e\u0301a", "x\\u202ey   │"]
