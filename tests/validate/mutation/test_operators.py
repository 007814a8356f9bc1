"""The list of operators is complete, and their names are unique."""

from __future__ import annotations

from mapp.validate.mutation.calls import CALLS
from mapp.validate.mutation.expressions import EXPRESSIONS
from mapp.validate.mutation.literals import LITERALS
from mapp.validate.mutation.operators import BY_ID, OPERATORS
from mapp.validate.mutation.slips import SLIPS
from mapp.validate.mutation.statements import STATEMENTS


def test_every_operator_belongs_to_one_of_the_five_tested_groups() -> None:
    assert set(BY_ID) == {
        row.id for group in (EXPRESSIONS, LITERALS, STATEMENTS, CALLS, SLIPS) for row in group
    }


def test_operators_have_unique_names() -> None:
    assert len(OPERATORS) == len(BY_ID) >= 16
