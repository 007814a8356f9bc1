from __future__ import annotations

from support.library import library
from support.terminal import mapp


def test_the_brief_is_shown_and_nothing_is_spent() -> None:
    library().app("double").build()

    found = mapp("expand", "double", "also halve", "--dry-run")

    assert found.code == 0 and "also halve" in found.out
    assert mapp("spend", "--json").json["spend"] == []


def test_a_missing_app_cannot_be_extended() -> None:
    assert mapp("expand", "nothing", "also halve", "--dry-run").code == 1
