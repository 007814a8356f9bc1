"""The registries in the user's settings."""

from pathlib import Path

import pytest

from mapp.config import load_config, save_setting
from mapp.errors import AlreadyExists, InvalidInput, NotFound, PermissionNeeded, UsageError
from mapp.share.registries import add_registry, read_registries, remove_registry

URL = "https://git.example.com/apps/registry.git"


@pytest.fixture
def settings(world: Path) -> Path:
    """Returns the path of the user's settings file."""
    return load_config().config_file


def test_a_registry_is_added_listed_and_removed(settings: Path) -> None:
    save_setting(settings, "keep_days", 7)
    add_registry(settings, "team", URL)
    add_registry(settings, "team", URL)
    add_registry(settings, "local", "/srv/registry.git", allow_plain=True)
    assert [(row.name, row.url, row.allow_plain) for row in read_registries(settings).values()] == [
        ("team", URL, False),
        ("local", "file:///srv/registry.git", True),
    ]
    assert load_config().keep_days == 7, "other settings stay"
    remove_registry(settings, "team")
    assert list(read_registries(settings)) == ["local"]
    with pytest.raises(NotFound):
        remove_registry(settings, "team")


def test_a_name_or_an_address_cannot_be_taken_twice(settings: Path) -> None:
    add_registry(settings, "team", URL)
    with pytest.raises(AlreadyExists):
        add_registry(settings, "team", "https://git.example.com/other.git")
    with pytest.raises(AlreadyExists):
        add_registry(settings, "other", URL)


def test_what_is_not_allowed_is_not_added(settings: Path) -> None:
    with pytest.raises(PermissionNeeded):
        add_registry(settings, "local", "/srv/registry.git")
    with pytest.raises(UsageError):
        add_registry(settings, "../x", URL)
    with pytest.raises(UsageError):
        add_registry(settings, "team", "ext::sh -c id")
    assert read_registries(settings) == {}


@pytest.mark.parametrize(
    "text",
    [
        'registries = "x"\n',
        "[registries.team]\n",
        '[registries.team]\nurl = "http://example.com/x.git"\n',
        f'[registries.Team]\nurl = "{URL}"\n',
        f'[registries.team]\nurl = "{URL}"\nallow_plain = "yes"\n',
    ],
)
def test_a_damaged_table_is_reported_with_its_path(settings: Path, text: str) -> None:
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(text)
    with pytest.raises(InvalidInput, match="registries"):
        read_registries(settings)


def test_a_projects_file_cannot_name_a_registry(world: Path) -> None:
    (world / "work" / ".mapp.toml").write_text(f'[registries.team]\nurl = "{URL}"\n')
    with pytest.raises(InvalidInput, match="only in your own settings file"):
        load_config()
