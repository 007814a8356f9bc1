from __future__ import annotations

from importlib.metadata import version

import pytest

from support.terminal import mapp


@pytest.mark.parametrize("words", ["--version", "-V", "version"])
def test_the_version_is_shown(words: str) -> None:
    found = mapp(words)

    assert (found.code, found.out) == (0, f"mapp {version('mapp-cli')}\n")


def test_the_version_as_json_names_python_and_the_platform() -> None:
    answer = mapp("version", "--json").json

    assert set(answer) == {"schema", "version", "python", "platform"}
    assert answer["version"] == version("mapp-cli")
