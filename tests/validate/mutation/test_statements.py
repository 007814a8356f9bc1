"""Operators for statements propose the faults that they describe, and no others."""

from __future__ import annotations

import pytest

from mapp.validate.mutation.statements import STATEMENTS
from support.mutants import made

# operator, source, its mutants
CASES = [
    ("statement", "f(a);", [";"]),
    ("statement", "function f() { throw new Error('x'); }", ["function f() { ; }"]),
    ("statement", '"use strict";', []),
    ("branch", "if (a) b();", ["if (true) b();", "if (false) b();"]),
    ("return", "function f() { return a * b; }", ["function f() { return 0; }"]),
    ("return", "() => { return !a; }", ["() => { return true; }", "() => { return false; }"]),
    ("return", "function f() { return `${a}!`; }", ['function f() { return ""; }']),
    ("return", "function f() { return g(a); }", ["function f() { return null; }"]),
    ("return", "function f() { return 5; }", []),
    ("return", "function f() { return; }", []),
    ("jump", "for (;;) break;", ["for (;;) ;"]),
    ("jump", "for (;;) continue;", ["for (;;) ;", "for (;;) break;"]),
    ("loop", "for (a of b) c;", ["for (a of [...b].slice(1)) c;", "for (a of [...b].slice(0, -1)) c;"]),
    ("loop", "for (const a in b) c(a);", []),
    ("loop", "while (a) b();", ["while (false) b();"]),
    ("case", "switch (a) { case 1: b(); }", ["switch (a) {  }"]),
    ("case", "try { a(); } catch { b(); }", ["{ a(); }"]),
]  # fmt: skip


@pytest.mark.parametrize(("operator", "source", "mutants"), CASES)
def test_an_operator_makes_its_faults(operator: str, source: str, mutants: list[str]) -> None:
    assert sorted(made(source, operator)) == sorted(mutants)


def test_every_operator_has_a_case() -> None:
    assert {operator for operator, _, mutants in CASES if mutants} == {operator.id for operator in STATEMENTS}
