"""Operators for calls and lookups propose the faults that they describe, and no others."""

from __future__ import annotations

import pytest

from mapp.validate.mutation.calls import CALLS
from support.mutants import made

# operator, source, its mutants
CASES = [
    ("call", "f = g(a, b);", ["f = (a);"]),
    ("call", "f = a.trim();", ["f = a;"]),
    ("call", "f = Math.round(a);", ["f = (a);"]),
    ("call", "g(a);", []),
    ("call", "function f() { throw new Error('x'); }", []),
    ("argument", "f(a, b);", ["f(b, a);"]),
    ("argument", "f(a, ...b);", []),
    ("argument", "f = Math.max(a, b);", []),
    ("argument-gone", "f(a, b);", ["f(a);"]),
    ("argument-gone", "f = parseInt(a, 10);", []),
    ("method", "f = Math.min(a);", ["f = Math.max(a);"]),
    ("method", "f = a.some(b);", ["f = a.every(b);"]),
    ("method", "f = a.min;", []),
    ("offset", "f = a.slice(b, c);", ["f = a.slice((b) + 1, c);", "f = a.slice(b, (c) + 1);"]),
    ("offset", "f = a.slice(1);", []),
    ("index", "f = a[i];", ["f = a[(i) + 1];", "f = a[(i) - 1];"]),
    ("index", 'f = a["x"];', []),
    ("field", "f = a.from + a.to;", ["f = a.to + a.to;", "f = a.from + a.from;"]),
    ("field", "f = a.from + b.to;", []),
    ("field", "f = a.from + a.trim();", []),
    ("names", "const { a, b } = c;", ["const { a: b, b: a } = c;"]),
    ("names", "const [a, b] = c;", ["const [b, a] = c;"]),
    ("optional-chaining", "f = a?.b;", ["f = a.b;"]),
    ("optional-chaining", "f = a?.[b];", ["f = a[b];"]),
    ("optional-chaining", "f = a?.(b);", ["f = a(b);"]),
]  # fmt: skip


@pytest.mark.parametrize(("operator", "source", "mutants"), CASES)
def test_an_operator_makes_its_faults(operator: str, source: str, mutants: list[str]) -> None:
    assert sorted(made(source, operator)) == sorted(mutants)


def test_every_operator_has_a_case() -> None:
    assert {operator for operator, _, mutants in CASES if mutants} == {operator.id for operator in CALLS}
