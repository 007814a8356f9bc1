"""What operators share: which edits they make, what counts as a text, and the parts of a call."""

from __future__ import annotations

import pytest

from mapp.syntax import Node, tree_of
from mapp.validate.mutation.operator import Edit, arguments_of, instead_of, is_text, name_called, swapped


def first(source: str, *kinds: str) -> Node:
    """Returns the first node of one of these kinds."""
    tree = tree_of(source)
    assert tree is not None
    return next(node for node in tree.walk() if node.kind in kinds)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('f = "x" + y;', True),
        ("f = y + (`x`);", True),
        ('f = a + b + "x" + c;', True),
        ("f = a + b;", False),
        ('f = "x" * y;', False),
        ('f = a + g("x");', False),
    ],
)
def test_a_sum_with_a_literal_text_is_a_text(source: str, text: bool) -> None:
    assert is_text(first(source, "binary_expression")) is text


def test_a_missing_node_is_not_a_text() -> None:
    assert not is_text(None)


@pytest.mark.parametrize(
    ("source", "name", "arguments"),
    [
        ("f(a, ...b);", "f", ["a", "...b"]),
        ("a.b.trim();", "trim", []),
        ("new Error('x', y);", "Error", ["'x'", "y"]),
        ("f`x${a}`;", "f", []),
        ("f(a)(b);", "", ["b"]),
        ("(() => 1)(c);", "", ["c"]),
    ],
)
def test_a_call_has_a_name_and_arguments(source: str, name: str, arguments: list[str]) -> None:
    call = first(source, "call_expression", "new_expression")

    assert name_called(call) == name
    assert [argument.text for argument in arguments_of(call)] == arguments


def test_an_edit_counts_bytes_not_characters() -> None:
    source = "é = a < b;"
    comparison = first(source, "binary_expression")

    assert instead_of(comparison, "c") == Edit(start=5, end=10, text="c")
    assert list(swapped(comparison, {"<": ("<=", ">")})) == [
        Edit(start=7, end=8, text="<="),
        Edit(start=7, end=8, text=">"),
    ]
    assert list(swapped(comparison, {"+": ("-",)})) == []
