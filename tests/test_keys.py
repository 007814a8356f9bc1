from __future__ import annotations

from pathlib import Path

import pytest

from mapp.errors import IntegrityError, UsageError
from mapp.keys import KeyNeeded, key, key_names, keys_file, remove_key, set_key
from support.terminal import mapp

SECRET = "hunter2-hunter2-hunter2"


@pytest.fixture
def config_file(world: Path) -> Path:
    return world / "config" / "config.toml"


def test_only_the_owner_can_read_a_stored_key(config_file: Path) -> None:
    set_key(config_file, "EXAMPLE_KEY", SECRET)

    assert key(config_file, "EXAMPLE_KEY") == SECRET
    assert keys_file(config_file).stat().st_mode & 0o777 == 0o600


def test_the_environment_takes_precedence_over_stored_keys(
    config_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_key(config_file, "EXAMPLE_KEY", SECRET)
    monkeypatch.setenv("MAPP_KEY_EXAMPLE_KEY", "from-the-environment")

    assert key(config_file, "EXAMPLE_KEY") == "from-the-environment"
    assert key_names(config_file) == {"EXAMPLE_KEY": "environment"}


def test_a_missing_key_is_an_error_with_the_command_that_sets_it(config_file: Path) -> None:
    with pytest.raises(KeyNeeded) as error:
        key(config_file, "EXAMPLE_KEY")

    assert (error.value.exit_code, error.value.hint) == (4, "mapp keys set EXAMPLE_KEY")


@pytest.mark.parametrize("name", ["", "key", "A-B", "1A", "A" * 65, "../A"])
def test_invalid_names_are_refused(config_file: Path, name: str) -> None:
    with pytest.raises(UsageError):
        set_key(config_file, name, SECRET)


@pytest.mark.parametrize("value", ["", "short", "x" * 9000, "line\nbreak-line", "ümlaut-ümlaut"])
def test_an_invalid_key_is_refused_without_showing_it(config_file: Path, value: str) -> None:
    with pytest.raises(UsageError) as error:
        set_key(config_file, "A", value)

    assert not value or value not in str(error.value)


def test_a_removed_key_is_gone(config_file: Path) -> None:
    set_key(config_file, "A", SECRET)
    remove_key(config_file, "A")

    assert key_names(config_file) == {}
    assert SECRET not in keys_file(config_file).read_text()


def test_a_damaged_file_is_an_error(config_file: Path) -> None:
    keys_file(config_file).parent.mkdir(parents=True)
    keys_file(config_file).write_text('{"A": 1}')

    with pytest.raises(IntegrityError):
        key(config_file, "A")


def test_the_commands_read_a_key_from_standard_input_and_never_show_it(config_file: Path) -> None:
    stored = mapp("keys", "set", "EXAMPLE_KEY", stdin=f"{SECRET}\n")
    listed = mapp("keys", "list", "--json")

    assert (stored.code, listed.code) == (0, 0)
    assert listed.json["keys"] == [{"name": "EXAMPLE_KEY", "from": "stored"}]
    assert SECRET not in stored.out + stored.err + listed.out + listed.err
    assert key(config_file, "EXAMPLE_KEY") == SECRET


def test_key_names_may_be_typed_in_lower_case() -> None:
    assert "stored ANTHROPIC" in mapp("keys", "set", "anthropic", stdin=f"{SECRET}\n").err
    assert "ANTHROPIC" in mapp("keys").out
    assert "removed ANTHROPIC" in mapp("keys", "remove", "anthropic").err
