from __future__ import annotations

from support.library import library
from support.terminal import mapp


def test_without_an_app_the_removed_apps_are_listed() -> None:
    library().app("double").build()
    assert "there are no removed apps" in mapp("restore").err
    mapp("remove", "double")

    (row,) = mapp("restore", "--json").json["removed"]

    assert (row["app"], row["version"]) == ("double", "1.0.0")
    assert mapp("restore").out.split()[:2] == ["double", "1.0.0"]


def test_the_restored_version_is_named() -> None:
    library().app("double").build()
    mapp("remove", "double")

    assert mapp("restore", "double", "--json").json == {"schema": 1, "app": "double", "version": "1.0.0"}


def test_an_app_that_was_not_removed_cannot_be_restored() -> None:
    assert mapp("restore", "nothing").code == 1
