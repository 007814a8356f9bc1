from __future__ import annotations

import pytest

from support.terminal import mapp


def test_without_a_change_the_pending_ones_are_listed() -> None:
    assert mapp("review", "--json").json == {"schema": 1, "changes": []}


@pytest.mark.parametrize(
    "words",
    [("--approve",), ("abc", "--approve", "--reject"), ("--markdown",), ("abc", "--markdown", "--json")],
)
def test_a_decision_needs_exactly_one_change_and_one_action(words: tuple[str, ...]) -> None:
    assert mapp("review", *words).code == 2


def test_a_missing_change_is_an_error() -> None:
    assert mapp("review", "abc").code == 1
