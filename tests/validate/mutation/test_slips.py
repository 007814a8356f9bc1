"""Operators for mistakes longer than one token propose the faults that they describe, and no others."""

from __future__ import annotations

import pytest

from mapp.validate.mutation.slips import SLIPS
from support.mutants import made

# operator, source, its mutants
CASES = [
    ("rounding", "f = Math.round(a);", ["f = Math.ceil(a);", "f = Math.trunc(a);", "f = -Math.round(-(a));"]),
    ("rounding", "f = Math.ceil(a / b);", ["f = Math.round(a / b);", "f = (Math.floor(a / b) + 1);"]),
    ("rounding", "f = Math.max(a); g = round(a);", []),
    (
        "rounding-place",
        "f = Math.round(a * 100) / 100;",
        ["f = Math.round(a * 1000) / 1000;", "f = Math.round(a * 10) / 10;"],
    ),
    ("rounding-place", "f = Math.round(a * 100) / 10; g = Math.round(a * 3) / 3;", []),
    ("rounding-first", "f = Math.round(a + b);", ["f = (Math.round(a) + Math.round(b));"]),
    ("rounding-first", "f = roundMoney(a * (1 + b));", [
        "f = (roundMoney(a) * (1 + b));",
        "f = (a * roundMoney((1 + b)));",
    ]),
    ("rounding-first", "f = Math.floor(a / 7);", ["f = (Math.floor(a) / 7);"]),
    ("rounding-first", "f = g(a + b); h = Math.round(a);", []),
    ("rounding-each", "s += a * b; t = Math.round(s);", ["s += Math.round(a * b); t = Math.round(s);"]),
    ("rounding-each", "s += a * b;", []),
    ("rounding-each", "s += a; s += `x${a * b}`; t = Math.round(s);", []),
    ("division", "f = a / b + 1;", ["f = Math.floor(a / b) + 1;"]),
    ("division", "f = Math.round((a / b));", []),
    ("operands", "f = (a, b) => a - b;", ["f = (a, b) => ((b) - (a));"]),
    ("operands", "f = a / b; g = a / 100;", ["f = ((b) / (a)); g = a / 100;"]),
    ("operands", "f = a + b; g = a - a;", []),
    ("raw-value", "const tidy = text.trim(); go(tidy);", ["const tidy = text.trim(); go(text);"]),
    ("raw-value", "const tidy = text; go(tidy);", []),
    ("raw-value", "const both = one.concat(two); go(both);", []),
    ("raw-value", "const go = (text) => text.trim(); go(1);", []),
    ("remainder", "f = ((a % n) + n) % n;", ["f = (a % n);"]),
    ("remainder", "f = (a + n) % n;", []),
    ("remainder", "f = n - (-a % n);", ["f = ((n - (-a % n)) % n);"]),
    ("remainder", "f = a % n + n;", ["f = ((a % n + n) % n);"]),
    ("remainder", "f = m - (a % n);", []),
    ("remainder", "f = (n - (a % n)) % 7;", []),
    ("factor", "f = a * 60;", ["f = a * 100;"]),
    ("factor", "const DAY = 86400;", ["const DAY = 3600;"]),
    ("factor", "f = a + 60; g = a * 61;", []),
    ("span", "f = a === 5;", ["f = a <= 5;", "f = a >= 5;"]),
    ("span", "f = a <= 5;", ["f = a === 5;"]),
    ("span", "f = a === b; g = a < 5;", []),
    ("loop-end", "for (let i = 0; i < n; i++) { f(i); }", [
        "for (let i = 0; i < (n) - 1; i++) { f(i); }",
        "for (let i = 0; i < n; i++) { f(i); break; }",
    ]),
    ("loop-end", "for (const a of b) { f(a); }", ["for (const a of b) { f(a); break; }"]),
    ("loop-end", "function g() { for (const a of b) { return a; } }", []),
    (
        "early-return",
        "function g() { for (const a of b) { s += a; } return s; }",
        ["function g() { for (const a of b) { s += a; return s; } return s; }"],
    ),
    ("early-return", "function g() { for (const a of b) { s += a; } return s + 1; }", []),
    ("sorting", "f = a.sort(g);", [
        "f = a.sort((one, other) => (g)(other, one));",
        "f = a.sort();",
        "f = a.reverse().sort(g);",
    ]),
    ("sorting", "f = a.sort();", ["f = a.sort().reverse();", "f = a.sort((one, other) => one - other);"]),
    ("sorting", "f = sort(a);", []),
    ("collation", "f = a.localeCompare(b);", ["f = (a < b ? -1 : a > b ? 1 : 0);"]),
    ("missing", "f = a ?? b;", ["f = a || b;"]),
    ("missing", "f = a === undefined;", ["f = !(a);"]),
    ("missing", "f = a !== null;", ["f = !!(a);"]),
    ("missing", "f = a || b;", []),
    ("limit", "f = Math.min(a, b);", ["f = (b);"]),
    ("limit", "f = Math.min(...a); g = Math.max(a, b, c);", []),
    ("code-units", "f = [...a].length;", [
        'f = (typeof a === "string" ? a.split("") : [...a]).length;',
    ]),
    ("code-units", "f = Array.from(a);", ['f = (typeof a === "string" ? a.split("") : [...a]);']),
    ("code-units", "f = [...a, b]; g = [...f(a)];", []),
    (
        "other-text",
        'f = (a) => a === "month" ? 1 : a === "year" ? 2 : 3;',
        [
            'f = (a) => a === "year" ? 1 : a === "year" ? 2 : 3;',
            'f = (a) => a === "month" ? 1 : a === "month" ? 2 : 3;',
        ],
    ),
    ("other-text", 'f = (a) => a === "month" ? "x" : "y";', []),
]  # fmt: skip


@pytest.mark.parametrize(("operator", "source", "mutants"), CASES)
def test_an_operator_makes_its_faults(operator: str, source: str, mutants: list[str]) -> None:
    assert sorted(made(source, operator)) == sorted(mutants)


def test_every_operator_has_a_case() -> None:
    assert {operator for operator, _, mutants in CASES if mutants} == {operator.id for operator in SLIPS}
