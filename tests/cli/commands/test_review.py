from __future__ import annotations

import pytest

from support.terminal import mapp


def test_without_a_change_the_ones_that_wait_are_listed() -> None:
    assert mapp("review", "--json").json == {"schema": 1, "changes": []}


@pytest.mark.parametrize("words", [("--approve",), ("abc", "--approve", "--reject")])
def test_one_thing_is_done_to_one_change(words: tuple[str, ...]) -> None:
    assert mapp("review", *words).code == 2


def test_a_change_that_is_not_there_is_told() -> None:
    assert mapp("review", "abc").code == 1
