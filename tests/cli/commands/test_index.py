from __future__ import annotations

from support.library import library
from support.terminal import mapp


def test_without_a_command_the_state_is_shown() -> None:
    library().app("double").build()
    mapp("index", "rebuild")

    assert mapp("index", "--json").json == mapp("index", "status", "--json").json
    assert mapp("index").out == mapp("index", "status").out
