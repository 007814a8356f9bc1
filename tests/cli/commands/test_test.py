"""`mapp test` runs the gate on an app and ends with its verdict."""

from __future__ import annotations

from support.library import library
from support.terminal import mapp


def test_an_app_that_passes_ends_with_exit_code_0_and_its_verdict() -> None:
    mapp("new", "greeting")

    found = mapp("test", "./greeting", "--inputs", "5", "--json")

    assert found.code == 0, found.err
    assert (found.json["passed"], found.json["apps"][0]["app"]) == (True, "greeting")


def test_an_app_that_fails_ends_with_exit_code_8() -> None:
    library().app("double").broken("returns the wrong type").build()

    found = mapp("test", "double", "--inputs", "5")

    assert (found.code, "FAILED" in found.err) == (8, True)
