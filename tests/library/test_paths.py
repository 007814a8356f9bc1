from __future__ import annotations

from pathlib import Path

import pytest

from mapp.errors import UsageError
from mapp.library.paths import Home


@pytest.mark.parametrize("name", ["", "..", "a/b", "../double", "A", "con", "a.git"])
def test_an_invalid_name_never_becomes_a_path(name: str, tmp_path: Path) -> None:
    home = Home(root=tmp_path)

    with pytest.raises(UsageError):
        home.repository(name)
    with pytest.raises(UsageError):
        home.store(name)


def test_creating_a_home_does_not_touch_the_disk(tmp_path: Path) -> None:
    home = Home(root=tmp_path / "library")

    assert home.repository("double") == tmp_path / "library" / "apps" / "double.git"
    assert not home.root.exists()
