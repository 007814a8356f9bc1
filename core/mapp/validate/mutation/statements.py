"""Faults in statements: missing ones, conditions, loops, jumps, return values."""

from __future__ import annotations

from typing import Final

from mapp.syntax import Node
from mapp.validate.mutation.operator import Operator, Proposals, instead_of, is_text, token_of

_NUMERIC: Final = ("+", "-", "*", "/", "%", "**", "|", "&", "^", "<<", ">>", ">>>")
_TRUTHY: Final = ("===", "!==", "==", "!=", "<", "<=", ">", ">=", "in", "instanceof", "!")
_WRITTEN: Final = ("true", "false", "null", "number", "string", "array", "object", "ternary_expression")


def statement(node: Node) -> Proposals:
    """Proposes to remove a call, an assignment or a `throw`."""
    if node.kind == "throw_statement" or (node.parts and node.parts[0].kind != "string"):
        yield instead_of(node, ";")


def branch(node: Node) -> Proposals:
    """Proposes a condition that always holds, and one that never does."""
    condition = node.part("condition")
    if condition is not None:
        yield instead_of(condition, "(true)")
        yield instead_of(condition, "(false)")


def answer(node: Node) -> Proposals:
    """Proposes another value to return: nothing of the kind, or the opposite.

    What is written down (lists, texts, numbers) has operators of its own.
    """
    if not node.parts or node.parts[0].kind in _WRITTEN:
        return
    value = node.parts[0]
    token = token_of(value)
    name = token.text if token is not None and value.kind in ("binary_expression", "unary_expression") else ""
    if is_text(value):
        yield instead_of(value, '""')
    elif name in _NUMERIC:
        yield instead_of(value, "0")
    elif name in _TRUTHY:
        yield instead_of(value, "true")
        yield instead_of(value, "false")
    else:
        yield instead_of(value, "null")


def jump(node: Node) -> Proposals:
    """Proposes to go on instead of a `break` or a `continue`, and a `break` instead of a `continue`."""
    yield instead_of(node, ";")
    if node.kind == "continue_statement":
        yield instead_of(node, node.text.replace("continue", "break", 1))


def loop(node: Node) -> Proposals:
    """Proposes a loop that skips the first item, the last item, or everything."""
    if node.kind == "while_statement":
        condition = node.part("condition")
        if condition is not None:
            yield instead_of(condition, "(false)")
        return
    listed, word = node.part("right"), node.part("operator")
    if listed is not None and word is not None and word.text == "of":
        yield instead_of(listed, f"[...{listed.text}].slice(1)")
        yield instead_of(listed, f"[...{listed.text}].slice(0, -1)")


def case(node: Node) -> Proposals:
    """Proposes a `switch` without one of its cases, and a `try` block without its `catch`."""
    if node.kind == "switch_case":
        yield instead_of(node, "")
        return
    body = node.part("body")
    if body is not None and node.part("handler") is not None and node.part("finalizer") is None:
        yield instead_of(node, body.text)


STATEMENTS: Final = (
    Operator(
        id="statement",
        says="a call, an assignment or a `throw` is left out",
        untested="what this statement is there for",
        kinds=("expression_statement", "throw_statement"),
        propose=statement,
    ),
    Operator(
        id="branch",
        says="`if (a)` becomes `if (true)`, or `if (false)`",
        untested="an input for which this condition does not hold, or does",
        kinds=("if_statement",),
        propose=branch,
    ),
    Operator(
        id="return",
        says='`return a` becomes `return 0`, `""`, `true`, `false` or `null`, by what `a` looks like',
        untested="the value that is returned here",
        kinds=("return_statement",),
        propose=answer,
    ),
    Operator(
        id="jump",
        says="`break` and `continue` are left out; `continue` becomes `break`",
        untested="that the loop is left, or goes on, here",
        kinds=("break_statement", "continue_statement"),
        propose=jump,
    ),
    Operator(
        id="loop",
        says="`for (a of b)` leaves out the first item, or the last; `while (a)` never runs",
        untested="the first, or the last, round of this loop",
        kinds=("for_in_statement", "while_statement"),
        propose=loop,
    ),
    Operator(
        id="case",
        says="one `case` of a `switch` is left out; `try {a} catch {b}` becomes `{a}`",
        untested="an input that comes this way",
        kinds=("switch_case", "try_statement"),
        propose=case,
    ),
)
