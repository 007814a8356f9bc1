"""The page about the gate publishes what its benchmark wrote."""

from __future__ import annotations

import pytest

from benchmarks.gate.__main__ import PARTS, main
from benchmarks.route import pages


@pytest.mark.parametrize("name", PARTS)
def test_every_part_has_a_place_on_one_page(name: str) -> None:
    places = [path for path in pages.pages() if f"<!-- figures: {name} -->" in path.read_text("utf-8")]
    assert [path.name for path in places] == ["the-gate-measured.md"]


def test_a_sample_is_not_published(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--every", "2", "--write"])
    assert "--write publishes the whole" in capsys.readouterr().err


def test_an_unknown_part_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "nothing"])
    assert "no part nothing" in capsys.readouterr().err
