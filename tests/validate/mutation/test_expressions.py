"""Operators for expressions propose the faults that they describe, and no others."""

from __future__ import annotations

import pytest

from mapp.validate.mutation.expressions import EXPRESSIONS
from support.mutants import made

# operator, source, its mutants
CASES = [
    ("arithmetic", "f = a + b;", ["f = a - b;"]),
    ("arithmetic", "f = a % b;", ["f = a * b;"]),
    ("arithmetic", "f = a ** b;", ["f = a * b;"]),
    ("arithmetic", 'f = "x" + b;', []),
    ("bitwise", "f = a & b;", ["f = a | b;"]),
    ("bitwise", "f = a >>> b;", ["f = a >> b;", "f = a << b;"]),
    ("assignment", "a += b;", ["a -= b;", "a = b;"]),
    ("assignment", 'a += "x";', ['a = "x";']),
    ("assignment", "a ??= b;", ["a = b;"]),
    ("comparison", "f = a < b;", ["f = a >= b;"]),
    ("boundary", "f = a < b;", ["f = a <= b;"]),
    ("boundary", "f = a >= b;", ["f = a > b;"]),
    ("equality", "f = a === b;", ["f = a !== b;"]),
    ("logical", "f = a && b;", ["f = a || b;"]),
    ("logical", "f = a ?? b;", []),
    ("operand", "f = a || b;", ["f = (a);", "f = (b);"]),
    ("operand", "f = a ?? b;", ["f = (a);", "f = (b);"]),
    ("concatenation", 'f = "x" + y;', ['f = ("x");', "f = String(y);"]),
    ("concatenation", "f = x + y;", []),
    ("negation", "if (a) b();", ["if (!(a)) b();"]),
    ("negation", "while (a) b();", ["while (!(a)) b();"]),
    ("negation", "f = a ? b : c;", ["f = !(a) ? b : c;"]),
    ("negation", "f = !a;", ["f = a;"]),
    ("negation", "if (a === b) c();", []),
    ("ternary", "f = a ? b : c;", ["f = (b);", "f = (c);"]),
    ("unary", "f = -a;", ["f = (a);"]),
    ("unary", "f = ~a;", ["f = (a);"]),
    ("unary", "f = typeof a;", []),
    ("update", "a++;", ["a--;"]),
]  # fmt: skip


@pytest.mark.parametrize(("operator", "source", "mutants"), CASES)
def test_an_operator_makes_its_faults(operator: str, source: str, mutants: list[str]) -> None:
    assert sorted(made(source, operator)) == sorted(mutants)


def test_every_operator_has_a_case() -> None:
    assert {operator for operator, _, mutants in CASES if mutants} == {
        operator.id for operator in EXPRESSIONS
    }
