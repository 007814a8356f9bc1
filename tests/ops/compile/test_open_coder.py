"""The coder that the settings name."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from mapp.author.coders.agent import CLAUDE, UNPRICED, AgentCoder
from mapp.author.coders.anthropic import AnthropicCoder
from mapp.author.coders.local import LocalCoder
from mapp.author.prices import prices_date
from mapp.config import Config, load_config, parse_setting
from mapp.errors import InvalidInput, UsageError
from mapp.keys import KeyNeeded, set_key
from mapp.model.budget import Budget
from mapp.ops.compile.open_coder import budgets_of, coder_of, open_coder
from mapp.ops.workspace import Workspace

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


def test_a_price_in_the_settings_takes_precedence_over_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPP_KEY_ANTHROPIC", KEY)
    coder = open_coder(config(monkeypatch, coder="anthropic:new", coder_price="1/2"))
    assert isinstance(coder, AnthropicCoder) and coder.price.output == 2


@pytest.mark.parametrize(
    ("settings", "days", "warned"),
    [
        ({"coder": "anthropic:claude-opus-5-5"}, 180, False),
        ({"coder": "anthropic:claude-opus-5-5"}, 181, True),
        ({"coder": "anthropic:claude-opus-5-5", "coder_price": "4/20"}, 999, False),
        ({"coder": "local:~/models/coder.gguf"}, 999, False),
    ],
)
def test_there_is_a_warning_before_old_prices_are_used(
    settings: dict[str, str], days: int, warned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAPP_KEY_ANTHROPIC", KEY)
    made = datetime.fromisoformat(f"{prices_date()}T12:00:00+00:00").timestamp()
    told: list[str] = []

    coder_of(
        Workspace(
            config=config(monkeypatch, **settings), clock=lambda: made + days * 86_400, tell=told.append
        )
    )

    assert [f"{days} days old" in line and "coder_price" in line for line in told] == [True] * warned


def test_without_its_key_it_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeyNeeded) as error:
        open_coder(config(monkeypatch, coder="anthropic:claude-opus-5-5"))
    assert error.value.hint == "mapp keys set ANTHROPIC"


def test_a_local_server_costs_nothing_and_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    coder = open_coder(config(monkeypatch, coder="openai:qwen", coder_url="http://127.0.0.1:9/v1"))
    assert isinstance(coder, LocalCoder)
    assert coder.name == "local:qwen"
    assert coder.price.output == 0


def test_a_file_is_a_local_model(monkeypatch: pytest.MonkeyPatch) -> None:
    coder = open_coder(config(monkeypatch, coder="local:~/models/coder.gguf"))
    assert isinstance(coder, LocalCoder) and coder.name == "local:coder.gguf"


def test_claude_is_the_default_agent(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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


def written(world: Path, text: str) -> Config:
    """Returns the settings after this text was written into the person's file."""
    file = world / "config" / "config.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    return load_config()


def test_a_table_with_a_list_of_words_is_an_agent(world: Path) -> None:
    settings = written(world, '[coder.agent]\ncommand = ["my-agent", "{brief}", "two words"]\n')
    coder = open_coder(settings)

    assert isinstance(coder, AgentCoder)
    assert coder.command == ("my-agent", "{brief}", "two words")
    assert (coder.told, coder.most_micros) == ("perhaps", UNPRICED)


def test_the_table_may_name_keys_and_a_price(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPP_KEY_OWN_KEY", KEY)
    coder = open_coder(
        written(world, '[coder.agent]\ncommand = "my-agent {brief}"\nkeys = ["OWN_KEY"]\nprice = 0.3\n')
    )

    assert isinstance(coder, AgentCoder)
    assert (coder.command, coder.told) == (("my-agent", "{brief}"), "nothing")
    assert (dict(coder.keys), coder.most_micros) == ({"OWN_KEY": KEY}, 300_000)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('[coder.agent]\ncomand = ["a"]', "coder"),
        ("[coder.agent]\ncommand = []", "coder.agent.command"),
        ("[coder.agent]\ncommand = [1]", "coder.agent.command"),
        ("[coder.agent]\nkeys = []", "coder.agent.command"),
        ('[coder.agent]\ncommand = "a \'b"', "coder.agent.command"),
        ('[coder.agent]\ncommand = ["a"]\nkeys = "K"', "coder.agent.keys"),
        ('[coder.agents]\ncommand = ["a"]', "coder"),
    ],
)
def test_an_invalid_table_is_refused_with_its_place(world: Path, text: str, path: str) -> None:
    with pytest.raises(InvalidInput) as error:
        written(world, text)
    assert [problem.path for problem in error.value.problems] == [path]


def test_a_command_with_an_open_quote_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="cannot split the command"):
        open_coder(config(monkeypatch, coder="agent:my-agent 'oh"))


def test_the_default_budget_allows_an_agent_without_a_cost_report_every_round() -> None:
    budget = budgets_of(load_config()).change
    assert budget.micros is not None and budget.rounds is not None
    assert budget.rounds * UNPRICED <= budget.micros


@pytest.mark.parametrize("named", ["", "anthropic", "anthropic:", "openai:x", "local:", "gemini:x"])
def test_an_unknown_kind_of_coder_is_an_error(monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    with pytest.raises(UsageError) as error:
        open_coder(config(monkeypatch, coder=named))
    assert "mapp config coder" in error.value.hint


def test_there_are_default_budgets(monkeypatch: pytest.MonkeyPatch) -> None:
    budgets = budgets_of(load_config())
    assert budgets.change == Budget(micros=2_000_000, rounds=12, seconds=1_800)
    assert (budgets.day.micros, budgets.month.micros) == (5_000_000, 50_000_000)


def test_an_invalid_budget_is_refused_when_it_is_set() -> None:
    with pytest.raises(UsageError, match="invalid or repeated limit"):
        parse_setting("budget_day", "five dollars")


@pytest.mark.parametrize(
    "line",
    [
        'coder = "agent:evil"',
        '[coder.agent]\ncommand = ["evil"]',
        'coder_url = "http://x"',
        'budget_month = ""',
    ],
)
def test_a_project_can_set_neither_the_coder_nor_the_budget(world: Path, line: str) -> None:
    (world / "work" / ".mapp.toml").write_text(line)
    with pytest.raises(InvalidInput):
        load_config()
