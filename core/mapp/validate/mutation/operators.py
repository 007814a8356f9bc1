"""All mutation operators, in the order of the documentation."""

from __future__ import annotations

from typing import Final

from mapp.validate.mutation.calls import CALLS
from mapp.validate.mutation.expressions import EXPRESSIONS
from mapp.validate.mutation.literals import LITERALS
from mapp.validate.mutation.operator import Operator
from mapp.validate.mutation.slips import SLIPS
from mapp.validate.mutation.statements import STATEMENTS

OPERATORS: Final[tuple[Operator, ...]] = (*EXPRESSIONS, *LITERALS, *STATEMENTS, *CALLS, *SLIPS)
BY_ID: Final = {operator.id: operator for operator in OPERATORS}
