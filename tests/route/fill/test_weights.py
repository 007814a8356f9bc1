from dataclasses import FrozenInstanceError, replace

import pytest

from mapp.model.manifest import Manifest
from mapp.route.fill.board import Board, lay_out
from mapp.route.fill.candidate import TextCues
from mapp.route.fill.weights import DEFAULT, active, scored_with
from mapp.route.read.parsed_request import read

DAY = Manifest.from_toml(
    'manifest = 1\nname = "weekday"\nversion = "1.0.0"\ndescription = "A weekday."\nsources = ["none"]\n'
    '[input.date]\ntype = "string"\nformat = "date"\n[output]\ntype = "string"\n'
)


def board() -> Board:
    return lay_out(DAY, read("weekday of 5 March 2024"), TextCues())


def test_another_table_changes_the_scores_inside_the_block_only() -> None:
    before = board().options[0][0].score
    table = replace(DEFAULT, date=replace(DEFAULT.date, typed=DEFAULT.date.typed + 1))
    with scored_with(table):
        assert active() is table
        assert board().options[0][0].score == pytest.approx(before + 1)
    assert active() is DEFAULT
    assert board().options[0][0].score == before


def test_the_default_table_comes_back_after_an_error() -> None:
    with pytest.raises(RuntimeError), scored_with(replace(DEFAULT)):
        raise RuntimeError
    assert active() is DEFAULT


def test_the_table_cannot_be_changed_in_place() -> None:
    with pytest.raises(FrozenInstanceError):
        DEFAULT.date.typed = 0.0  # type: ignore[misc]
