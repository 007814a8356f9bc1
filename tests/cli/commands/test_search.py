from __future__ import annotations

from support.library import library
from support.terminal import mapp


def test_the_nearest_app_comes_first_as_text_and_as_json() -> None:
    library().app("double").build()

    rows = mapp("search", "double", "a", "number", "--json").json["apps"]

    assert rows[0]["app"] == "double" and set(rows[0]) == {"app", "score", "version", "description"}
    assert mapp("search", "double a number", "-n", "1").out.startswith("double")


def test_words_are_needed() -> None:
    assert mapp("search").code == 2
