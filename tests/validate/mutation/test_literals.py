"""Operators for literals propose the faults that they describe, and no others."""

from __future__ import annotations

import pytest

from mapp.validate.mutation.literals import LITERALS
from support.mutants import made

# operator, source, its mutants
CASES = [
    ("number", "f = 5;", ["f = 6;", "f = 4;", "f = 0;"]),
    ("number", "f = 0.5;", ["f = 1.5;", "f = -0.5;", "f = 0;"]),
    ("number", "f = a - 0;", ["f = a - 1;", "f = a - (-1);"]),
    ("number", "f = 0xff;", ["f = 256;", "f = 254;", "f = 0;"]),
    ("number", "f = 5n;", []),
    ("string", 'f = "x";', ['f = "";']),
    ("string", "f = '';", ['f = "?";']),
    ("string", 'f = { "x": 1 };', []),
    ("string", '"use strict";', []),
    ("template", "f = `${a} of ${b}`;", ["f = `${a}${b}`;"]),
    ("template", 'f = "x";', []),
    ("boolean", "f = true;", ["f = false;"]),
    ("array", "f = [1];", ["f = [];"]),
    ("array", "f = [];", []),
    ("item", "f = [a, b, c];", ["f = [b, c];", "f = [a, b];"]),
    ("item", "f = [a];", []),
    ("entry", "f = { a: 1, b };", ["f = { b };", "f = { a: 1 };"]),
    ("entry", "f = { a: 1, };", ["f = {};"]),
    ("entry", "f = { a, b, };", ["f = { b, };", "f = { a, };"]),
    ("entry", "f = {};", []),
    ("spread", "f = [...a, b];", ["f = [b];"]),
    ("spread", "f(a, ...b);", ["f(a);"]),
    ("spread", "f = [...a];", []),
    ("regex", "f = /^a+$/;", ["f = /a+$/;", "f = /^a*$/;", "f = /^a$/;", "f = /^a+/;"]),
    ("regex", "f = /\\d[ab]/;", ["f = /\\D[ab]/;", "f = /\\d[^ab]/;"]),
    ("regex", "f = /[^a]{2}/;", ["f = /[a]{2}/;", "f = /[^a]/;"]),
    ("regex", "f = /\\$\\^/;", []),
    ("regex", "f = /\\p{Lu}/u;", ["f = /\\P{Lu}/u;"]),
    ("regex", "f = /a(?=b)/;", ["f = /a(?!b)/;"]),
    ("regex-flag", "f = /a/gi;", ["f = /a/i;", "f = /a/g;"]),
    ("regex-flag", "f = a.split(/b/g);", []),
    ("default", "function f(a = 1) {}", ["function f(a) {}"]),
    ("default", "const { a = 1 } = b;", ["const { a } = b;"]),
]  # fmt: skip


@pytest.mark.parametrize(("operator", "source", "mutants"), CASES)
def test_an_operator_makes_its_faults(operator: str, source: str, mutants: list[str]) -> None:
    assert sorted(made(source, operator)) == sorted(mutants)


def test_every_operator_has_a_case() -> None:
    assert {operator for operator, _, mutants in CASES if mutants} == {operator.id for operator in LITERALS}
