from __future__ import annotations

from pathlib import Path

from support.terminal import mapp


def test_a_new_app_is_in_its_folder_and_the_next_command_is_safe_to_paste() -> None:
    Path("my apps").mkdir()

    found = mapp("new", "other", "--in", "my apps")

    assert found.out == "my apps/other\n"
    assert "mapp add 'my apps/other'" in found.err
    assert Path("my apps/other/mapp.toml").is_file()


def test_an_existing_folder_is_not_changed() -> None:
    mapp("new", "other")

    assert mapp("new", "other").code == 1
