"""The table of changes in the journal's file."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from mapp.errors import NotFound
from mapp.model.change import Change
from mapp.model.change_spec import CompileSpec
from mapp.observe.changes import Changes

CHANGE = Change(
    id="019ac5f2-0000-7000-8000-000000000001",
    began=1_700_000_000.0,
    app="vat",
    request="add VAT",
    coder="scripted",
    spec=CompileSpec(named=False),
)


@pytest.fixture
def changes(world: Path) -> Changes:
    return Changes(world / "journal.sqlite")


def test_a_change_is_found_by_its_id_its_beginning_and_its_branch(changes: Changes) -> None:
    changes.put(CHANGE)
    assert [changes.get(text) for text in (CHANGE.id, "019ac5f2", CHANGE.branch)] == [CHANGE] * 3


def test_an_unknown_or_ambiguous_id_is_refused(changes: Changes) -> None:
    changes.put(CHANGE)
    changes.put(replace(CHANGE, id=CHANGE.id[:-1] + "2"))
    for text in ("019ac5f2", "ffff", "%"):
        with pytest.raises(NotFound):
            changes.get(text)


def test_a_change_that_ended_no_longer_waits(changes: Changes) -> None:
    changes.put(CHANGE)
    merged = changes.set_state(CHANGE, "merged", commit="f00d")

    assert (changes.waiting(), changes.waiting(ended=True)) == ([], [merged])
    assert changes.get(CHANGE.id).commit == "f00d"


def test_a_row_of_an_earlier_version_is_read(changes: Changes) -> None:
    changes.put(CHANGE)
    given = '{"named": false, "new": false, "near": [["tip", "Splits a tip."]], "stated": [], "base": ""}'
    with sqlite3.connect(changes.path) as connection:
        connection.execute("UPDATE changes SET given = ?", [given])
    spec = changes.get(CHANGE.id).spec

    assert isinstance(spec, CompileSpec) and [one.name for one in spec.near] == ["tip"]
