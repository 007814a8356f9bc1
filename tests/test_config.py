"""Settings from several places: what wins, where it comes from, and what a project may not say."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from mapp.config import PROJECT_SETTINGS, SETTINGS, Config, load_config, load_settings
from mapp.errors import InvalidInput
from mapp.model.budget import parse_budget
from support.terminal import mapp

PERSONAL = tuple(name for name in SETTINGS if name not in PROJECT_SETTINGS)
VALUES = {
    "keep_inputs": "true",
    "keep_runs": "1",
    "keep_days": "1",
    "engine": '"dukpy"',
    "isolation": '"none"',
    "isolation_strangers": '"none"',
    "merge": '"auto"',
    "budget_change": '"$900"',
    "budget_day": '""',
    "budget_month": '""',
}


@pytest.fixture
def user(world: Path) -> Path:
    """Gives the user's settings file, in an existing folder."""
    file = world / "config" / "config.toml"
    file.parent.mkdir()
    return file


@pytest.fixture
def project(world: Path) -> Path:
    """Gives the project's settings file."""
    return world / "work" / ".mapp.toml"


def places(name: str) -> list[tuple[str, str]]:
    return [(row.source, row.place) for row in load_settings().origins[name]]


# Budgets, limit by limit


@pytest.mark.parametrize("name", [name for name in SETTINGS if name.startswith("budget_")])
def test_setting_one_limit_leaves_the_others_unchanged(
    user: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    default = parse_budget(getattr(load_config(), name))
    user.write_text(f'{name} = "7 rounds"\n')
    monkeypatch.setenv(f"MAPP_{name.upper()}", "77k tokens")
    found = parse_budget(getattr(load_config(), name))

    assert (found.micros, found.seconds) == (default.micros, default.seconds)
    assert (found.rounds, found.tokens) == (7, 77_000)
    assert [source for source, _ in places(name)] == ["environment", "user", "default"]


def test_the_command_changes_one_limit_and_keeps_the_earlier_ones() -> None:
    assert mapp("config", "budget_change", "$5").code == 0
    assert mapp("config", "budget_change", "20 rounds").code == 0

    assert load_config().budget_change == "$5, 20 rounds, 30 min"
    assert mapp("config", "budget_change").out == "$5, 20 rounds, 30 min\n"
    assert mapp("config", "budget_change", "no money").code == 0
    assert parse_budget(load_config().budget_change).micros is None


def test_an_empty_budget_lifts_all_limits() -> None:
    assert mapp("config", "budget_day", "").code == 0
    assert load_config().budget_day == ""


# The table of an agent


def test_a_setting_of_the_agent_is_written_to_its_table(user: Path) -> None:
    user.write_text('[coder.agent]\ncommand = ["mine"]\nkeys = ["ONE"]\nprice = 0.5\n')
    assert mapp("config", "coder_price", "0.75").code == 0
    assert mapp("config", "coder_keys", "ONE, TWO").code == 0
    found = load_config()

    assert (found.coder, found.coder_price, found.coder_keys) == ("agent:mine", "0.75", "ONE,TWO")
    assert mapp("config", "unset", "coder_keys").code == 0
    assert (load_config().coder_keys, load_config().coder_price) == ("", "0.75")


def test_another_coder_does_not_get_the_keys_of_the_agent(
    user: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user.write_text('[coder.agent]\ncommand = ["mine"]\nkeys = ["ONE"]\nprice = 0.5\n')
    monkeypatch.setenv("MAPP_CODER", "agent:another")
    found = load_config()

    assert (found.coder, found.coder_keys, found.coder_price) == ("agent:another", "", "")


# Where a value comes from


def test_the_source_of_highest_precedence_wins_and_is_named(
    user: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert places("embedder") == [("default", "")]
    user.write_text('embedder = "wordllama"\n')
    assert places("embedder") == [("user", str(user))]
    project.write_text('embedder = "minilm"\n')
    assert places("embedder") == [("project", str(project))]
    monkeypatch.setenv("MAPP_EMBEDDER", "wordllama")
    assert places("embedder") == [("environment", "MAPP_EMBEDDER")]
    assert load_config().embedder == "wordllama"


def test_every_value_is_listed_with_its_origin(user: Path, project: Path) -> None:
    user.write_text("keep_runs = 5\n")
    project.write_text('store = "exact"\n')
    lines = {line.split()[0]: line for line in mapp("--library", "here", "config").out.splitlines()}

    assert [*lines] == [item.name for item in fields(Config)]
    assert "5" in lines["keep_runs"] and str(user) in lines["keep_runs"]
    assert str(project) in lines["store"] and "--library" in lines["library"]
    assert "MAPP_CACHE" in lines["cache"] and "MAPP_STARTER" in lines["starter"]
    assert "default" in lines["merge"] and "  true  " in lines["keep_inputs"]


def test_json_has_values_and_origins(user: Path) -> None:
    user.write_text('budget_day = "3 rounds"\n')
    found = mapp("config", "budget_day", "--json").json

    assert found["settings"] == {"budget_day": "$5, 3 rounds"}
    assert found["origins"] == {
        "budget_day": [{"from": "user", "place": str(user)}, {"from": "default", "place": ""}]
    }


def test_setting_a_value_that_is_overridden_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPP_KEEP_RUNS", "7")
    found = mapp("config", "keep_runs", "5")

    assert "in force: 7 (from MAPP_KEEP_RUNS)" in found.err


def test_a_setting_can_be_unset(user: Path) -> None:
    user.write_text("keep_runs = 5\nkeep_days = 6\n")
    found = mapp("config", "unset", "keep_runs")

    assert found.code == 0 and "no longer set" in found.err
    assert user.read_text() == "keep_days = 6\n"
    again = mapp("config", "unset", "keep_runs", "--json").json
    assert again["unset"] is False and again["settings"] == {"keep_runs": 10000}
    assert mapp("config", "unset").code == 2
    assert mapp("config", "unset", "keep_run").code == 2


# Mistakes


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("keep_run",), "did you mean keep_runs"),
        (("kep_days", "5"), "did you mean keep_days"),
        (("unset", "isolatoin"), "did you mean isolation"),
        (("colour", "red"), "settings are "),
        (("library", "here"), "--library FOLDER or MAPP_HOME"),
        (("merge", "never"), "auto, ask, review"),
        (("keep_inputs", "perhaps"), "yes or no"),
        (("keep_runs", "many"), "0 to 999,999,999"),
        (("keep_runs", "1234567890"), "less than 1,000,000,000"),
        (("budget_day", "five dollars"), "for example: $1.50"),
        (("coder", "gemini:x"), "anthropic:"),
        (("llm", "local:x"), "openai:"),
        (("coder_url", "ftp://x"), "https://"),
    ],
)
def test_an_invalid_value_lists_the_valid_ones(user: Path, words: tuple[str, ...], says: str) -> None:
    found = mapp("config", *words)

    assert found.code == 2 and says in found.err
    assert not user.exists()


def test_an_unknown_name_in_a_file_suggests_similar_names(user: Path) -> None:
    user.write_text("keep_run = 5\n")
    found = mapp("list")

    assert found.code == 8 and "did you mean keep_runs" in found.err


# What a project may not say


def test_a_project_may_set_only_how_apps_are_found() -> None:
    assert set(PROJECT_SETTINGS) == {"embedder", "store", "starter"}


@pytest.mark.parametrize("name", PERSONAL)
def test_a_project_cannot_spend_merge_send_delete_or_loosen(project: Path, name: str) -> None:
    project.write_text(f"{name} = {VALUES.get(name, repr('anthropic:x'))}\n")
    with pytest.raises(InvalidInput) as error:
        load_config()

    assert [(row.path, row.message) for row in error.value.problems] == [
        (name, "can be set only in your own settings file")
    ]


@pytest.mark.parametrize("name", ["accept", "heal", "tiers", "cheap_model", "index_url", "registries"])
def test_unknown_names_are_refused_in_a_project_too(project: Path, name: str) -> None:
    project.write_text(f'{name} = "anything"\n')
    with pytest.raises(InvalidInput):
        load_config()
