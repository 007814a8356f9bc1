"""Each operator proposes the faults that it describes, and no others."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from mapp.validate.mutation.mutants import all_mutants
from mapp.validate.mutation.operators import BY_ID, OPERATORS

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


def made(source: str, operator: str, codes: Collection[str] = ()) -> list[str]:
    return [mutant.source for mutant in all_mutants(source, codes, (BY_ID[operator],))]


@pytest.mark.parametrize(("operator", "source", "mutants"), CASES)
def test_an_operator_makes_its_faults(operator: str, source: str, mutants: list[str]) -> None:
    assert sorted(made(source, operator)) == sorted(mutants)


def test_every_operator_has_a_case() -> None:
    assert {operator for operator, _, mutants in CASES if mutants} == set(BY_ID)


def test_operators_have_unique_names() -> None:
    assert len(OPERATORS) == len(BY_ID) >= 16
