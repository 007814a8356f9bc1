from __future__ import annotations

import pytest

from mapp.model.version import Level, Version


@pytest.mark.parametrize(
    "text", ["1", "1.2", "1.2.3.4", "01.2.3", "1.2.x", "v1.2.3", "1.2.3-rc1", " 1.2.3", "1.2.1000000000"]
)
def test_only_three_plain_numbers_are_a_version(text: str) -> None:
    with pytest.raises(ValueError, match="is not a version"):
        Version.parse(text)


@pytest.mark.parametrize(
    ("level", "next_version"), [(Level.PATCH, "1.2.4"), (Level.MINOR, "1.3.0"), (Level.MAJOR, "2.0.0")]
)
def test_a_bump_resets_the_lower_numbers(level: Level, next_version: str) -> None:
    assert str(Version.parse("1.2.3").bumped(level)) == next_version
