"""A change in progress: its state, its branch and its row of the journal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mapp.model.change import Change, ChangeState
from mapp.model.change_spec import CompileSpec, ExpandSpec

EXTENDED = Change(
    id="019a",
    began=1_700_000_000.5,
    app="tip",
    request="split a tip",
    coder="scripted",
    spec=ExpandSpec(base="f00d"),
)


def test_the_printed_change_has_its_branch_and_not_the_stored_text() -> None:
    document = EXTENDED.to_dict()
    assert document["branch"].startswith("expand/") and "given" not in document


def test_the_kind_of_the_spec_names_the_branch() -> None:
    assert (EXTENDED.kind, EXTENDED.branch) == ("expand", "expand/019a")
    compiled = replace(EXTENDED, spec=CompileSpec())
    assert (compiled.kind, compiled.branch) == ("compile", "compile/019a")


@pytest.mark.parametrize(
    ("state", "ended"),
    [("open", False), ("proven", False), ("failed", False), ("merged", True), ("dropped", True)],
)
def test_only_a_merged_or_dropped_change_has_ended(state: ChangeState, ended: bool) -> None:
    assert replace(EXTENDED, state=state).ended is ended


def test_a_change_survives_its_row_whatever_else_the_row_holds() -> None:
    change = replace(EXTENDED, state="failed", detail="a check failed", commit="abc")
    assert Change.from_row({**change.to_row(), "later_column": 1}) == change
