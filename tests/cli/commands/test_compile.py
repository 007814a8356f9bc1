from __future__ import annotations

import shlex

import pytest

from support.library import library
from support.terminal import mapp


@pytest.mark.parametrize("words", [(), ("a request", "--resume", "abc"), ("--contract", "x", "--name", "y")])
def test_a_request_a_contract_or_a_change_is_needed(words: tuple[str, ...]) -> None:
    assert mapp("compile", *words).code == 2


def test_the_brief_is_shown_and_nothing_is_spent() -> None:
    found = mapp("compile", "the number of weekdays in a month", "--dry-run")

    assert found.code == 0 and "the number of weekdays in a month" in found.out
    assert mapp("spend", "--json").json["spend"] == []


def test_without_approval_the_hint_is_safe_to_paste(monkeypatch: pytest.MonkeyPatch) -> None:
    library().app("double").build()
    monkeypatch.setenv("MAPP_CODER", "openai:some-model")
    monkeypatch.setenv("MAPP_CODER_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("MAPP_KEY_OPENAI", "a-secret-of-mine")
    monkeypatch.setenv("MAPP_CODER_PRICE", "1/1")

    found = mapp("compile", "count $(touch pwned) things")

    assert found.code == 7, found.err
    hint = found.err.partition("hint: ")[2].strip()
    assert shlex.split(hint) == ["mapp", "compile", "--yes", "count $(touch pwned) things"]
