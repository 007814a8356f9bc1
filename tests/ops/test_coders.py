"""The coder that the settings name."""

from __future__ import annotations

from pathlib import Path

import pytest

from mapp.author.agent import CLAUDE, AgentCoder
from mapp.author.anthropic import AnthropicCoder
from mapp.author.local import LocalCoder
from mapp.config import Config, load_config, parse_setting
from mapp.errors import InvalidInput, UsageError
from mapp.keys import KeyNeeded, set_key
from mapp.model.budget import Budget
from mapp.ops.coders import budgets_of, open_coder

KEY = "sk-planted-0123456789"


def config(monkeypatch: pytest.MonkeyPatch, **settings: str) -> Config:
    for name, value in settings.items():
        monkeypatch.setenv(f"MAPP_{name.upper()}", value)
    return load_config()


def test_a_model_of_anthropic_has_its_price_and_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPP_KEY_ANTHROPIC", KEY)
    coder = open_coder(config(monkeypatch, coder="anthropic:claude-opus-5-5"))

    assert isinstance(coder, AnthropicCoder)
    assert (coder.name, coder.key) == ("anthropic:claude-opus-5-5", KEY)
    assert coder.price.output == 20
    assert KEY not in repr(coder)


def test_a_price_of_ones_own_beats_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPP_KEY_ANTHROPIC", KEY)
    coder = open_coder(config(monkeypatch, coder="anthropic:new", coder_price="1/2"))
    assert isinstance(coder, AnthropicCoder) and coder.price.output == 2


def test_without_its_key_it_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeyNeeded) as error:
        open_coder(config(monkeypatch, coder="anthropic:claude-opus-5-5"))
    assert error.value.hint == "mapp keys set ANTHROPIC"


def test_a_server_of_ones_own_costs_nothing_and_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    coder = open_coder(config(monkeypatch, coder="openai:qwen", coder_url="http://127.0.0.1:9/v1"))
    assert isinstance(coder, LocalCoder)
    assert coder.name == "local:qwen"
    assert coder.price.output == 0


def test_a_file_is_a_local_model(monkeypatch: pytest.MonkeyPatch) -> None:
    coder = open_coder(config(monkeypatch, coder="local:~/models/coder.gguf"))
    assert isinstance(coder, LocalCoder) and coder.name == "local:coder.gguf"


def test_claude_is_the_agent_where_none_is_named(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = config(monkeypatch, coder="agent")
    set_key(settings.config_file, "ANTHROPIC", KEY)
    coder = open_coder(settings)

    assert isinstance(coder, AgentCoder)
    assert (coder.command, coder.told, dict(coder.keys)) == (CLAUDE, "claude", {"ANTHROPIC_API_KEY": KEY})
    assert coder.hidden == (world / "library", world / "config" / "keys.json")
    assert KEY not in repr(coder)


def test_any_command_with_its_keys_and_its_cost_is_an_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPP_KEY_OWN_KEY", KEY)
    words = "agent:my-agent --say '{brief}'"
    coder = open_coder(config(monkeypatch, coder=words, coder_keys="OWN_KEY", coder_price="0.30"))

    assert isinstance(coder, AgentCoder)
    assert (coder.command, coder.told) == (("my-agent", "--say", "{brief}"), "nothing")
    assert (dict(coder.keys), coder.most_micros) == ({"OWN_KEY": KEY}, 300_000)


@pytest.mark.parametrize("named", ["", "anthropic", "anthropic:", "openai:x", "local:", "gemini:x"])
def test_what_names_no_coder_is_told(monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    with pytest.raises(UsageError) as error:
        open_coder(config(monkeypatch, coder=named))
    assert "mapp config coder" in error.value.hint


def test_there_are_budgets_from_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    budgets = budgets_of(load_config())
    assert budgets.change == Budget(micros=2_000_000, rounds=12, seconds=1_800)
    assert (budgets.day.micros, budgets.month.micros) == (5_000_000, 50_000_000)


def test_a_budget_that_is_none_is_refused_when_it_is_set() -> None:
    with pytest.raises(UsageError, match="is no limit"):
        parse_setting("budget_day", "five dollars")


@pytest.mark.parametrize("line", ['coder = "agent:evil"', 'coder_url = "http://x"', 'budget_month = ""'])
def test_a_folder_chooses_neither_the_coder_nor_the_budget(world: Path, line: str) -> None:
    (world / "work" / ".mapp.toml").write_text(line)
    with pytest.raises(InvalidInput):
        load_config()
