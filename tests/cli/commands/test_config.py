from __future__ import annotations

from pathlib import Path

import pytest

from mapp.config import SETTINGS
from support.terminal import mapp


def test_a_setting_is_kept_and_the_environment_takes_precedence(monkeypatch: pytest.MonkeyPatch) -> None:
    assert mapp("config", "store", "chroma").code == 0
    assert mapp("config", "store").out == "chroma\n"
    Path(".mapp.toml").write_text('store = "exact"\n')
    assert mapp("config", "store").out == "exact\n"
    monkeypatch.setenv("MAPP_STORE", "auto")
    assert mapp("config", "--json").json["settings"]["store"] == "auto"


def test_setting_a_value_answers_in_json_with_the_file_and_the_origin(world: Path) -> None:
    file = str(world / "config/config.toml")

    assert mapp("config", "keep_runs", "500", "--json").json == {
        "schema": 1,
        "file": file,
        "settings": {"keep_runs": 500},
        "origins": {"keep_runs": [{"from": "user", "place": file}]},
    }


def test_unsetting_a_value_says_whether_it_was_set() -> None:
    mapp("config", "keep_runs", "500")

    assert mapp("config", "unset", "keep_runs", "--json").json["unset"] is True
    again = mapp("config", "unset", "keep_runs", "--json").json
    assert (again["unset"], again["settings"]["keep_runs"]) == (False, 10_000)
    assert "is not set in" in mapp("config", "unset", "keep_runs").err


def test_unset_needs_a_name() -> None:
    found = mapp("config", "unset")

    assert (found.code, "to list them: mapp config" in found.err) == (2, True)


def test_a_value_that_another_place_overrides_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPP_KEEP_RUNS", "7")

    assert "in force: 7 (from " in mapp("config", "keep_runs", "500").err


def test_every_setting_is_listed_with_its_source() -> None:
    answer = mapp("config", "--json").json

    assert set(answer["settings"]) >= set(SETTINGS)
    assert set(answer["origins"]) == set(answer["settings"])


def test_a_settings_file_with_mistakes_is_reported_with_every_mistake(world: Path) -> None:
    (world / "config").mkdir()
    (world / "config" / "config.toml").write_text('keep_runs = "x"\ncolour = 1\nisolation = []\n')

    found = mapp("list")

    assert found.code == 8
    assert all(f"  {name}:" in found.err for name in ("keep_runs", "colour", "isolation"))


@pytest.mark.parametrize("text", ["keep_runs = ", "\x00", "a = " + "[" * 10_000])
def test_a_settings_file_that_is_not_toml_is_an_error_and_stays(world: Path, text: str) -> None:
    (world / "config").mkdir()
    (world / "config" / "config.toml").write_text(text)

    assert mapp("list").code == 8
    assert mapp("config", "keep_runs", "5").code == 8
    assert (world / "config" / "config.toml").read_text() == text
