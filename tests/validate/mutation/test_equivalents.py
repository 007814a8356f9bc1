"""Edits that cannot change the app's behaviour are dropped."""

from __future__ import annotations

import pytest

from support.mutants import made


@pytest.mark.parametrize(
    ("operator", "source"),
    [
        ("arithmetic", "f = a * 1;"),
        ("arithmetic", "f = a + 0;"),
        ("number", "function f() { return a; b = 5; }"),
        ("statement", "function f() { return a; b(); }"),
        ("string", 'throw new Error("some words");'),
        ("argument", "f(a, a);"),
        ("string", 'throw TypeError("some words" + a);'),
    ],
)
def test_edits_that_cannot_matter_are_dropped(operator: str, source: str) -> None:
    assert made(source, operator) == []


def test_the_code_of_a_declared_error_matters() -> None:
    source = 'throw new Error("no_such_rate");'

    assert made(source, "string", ["no_such_rate"]) == ['throw new Error("");']
