"""Rejected patches: kept in git, found again whatever the layout, each for one failure only."""

from __future__ import annotations

from mapp.library import read
from mapp.library.rejections import patch_id, reject, rejected
from support.library import fsck, library

ONE = b"function main(input) {\n  return input.number * 2; // twice\n}\n"


def test_the_layout_and_the_comments_of_a_patch_do_not_matter() -> None:
    assert patch_id(ONE) == patch_id(b"function main(input){return input.number*2}".replace(b"}", b";}"))
    assert patch_id(ONE) != patch_id(ONE.replace(b"2", b"3"))
    assert patch_id(b"not ( a program") == patch_id(b"not  ( a\nprogram")


def test_a_rejection_is_for_one_failure_of_one_app() -> None:
    built = library().app("double").source(ONE.decode()).app("other").build()
    commit = read.snapshot(built.home, "double").commit
    reject(built.home, "double", "v1:0a", commit)
    reject(built.home, "double", "v1:0a", commit)

    assert rejected(built.home, "double", "v1:0a") == {patch_id(ONE)}
    assert rejected(built.home, "double", "v1:0b") == frozenset()
    assert rejected(built.home, "other", "v1:0a") == frozenset()
    fsck(built.home.root)


def test_any_fingerprint_makes_a_valid_ref() -> None:
    built = library().app("double").source(ONE.decode()).build()
    commit = read.snapshot(built.home, "double").commit
    for fingerprint in ("v2:ff", "../../heads/main", "a b\n", ""):
        reject(built.home, "double", fingerprint, commit)
        assert rejected(built.home, "double", fingerprint) == {patch_id(ONE)}

    assert read.snapshot(built.home, "double").commit == commit
    fsck(built.home.root)
