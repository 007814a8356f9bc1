"""Defines a mutation operator: a named rule that proposes small faults at one node of a syntax tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mapp.syntax import Node


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """Replaces the bytes from `start` to `end` of a source by `text`."""

    start: int
    end: int
    text: str


Proposals = Iterator[Edit]


@dataclass(frozen=True, kw_only=True, slots=True)
class Operator:
    """One kind of fault: its name, a one-line description, and the kinds of node that it applies to.

    `untested` names the behaviour that is not tested if no test notices the mutant.
    """

    id: str
    says: str
    untested: str
    kinds: tuple[str, ...]
    propose: Callable[[Node], Proposals]


def instead_of(node: Node, text: str) -> Edit:
    """Returns the edit that replaces a node by a text."""
    return Edit(start=node.start, end=node.end, text=text)


def token_of(node: Node) -> Node | None:
    """Returns the operator of a binary, unary, update or augmented expression."""
    return node.part("operator")


def swapped(node: Node, table: dict[str, tuple[str, ...]]) -> Proposals:
    """Yields the edits that replace an expression's operator by the table's alternatives."""
    token = token_of(node)
    if token is not None:
        for text in table.get(token.text, ()):
            yield instead_of(token, text)


def is_text(node: Node | None) -> bool:
    """Returns whether an expression is certainly a text: a literal, or a sum that contains one."""
    if node is None:
        return False
    if node.kind == "parenthesized_expression":
        return any(is_text(part) for part in node.parts)
    if node.kind == "binary_expression":
        token = token_of(node)
        return token is not None and token.text == "+" and any(is_text(part) for part in node.parts)
    return node.kind in ("string", "template_string")


def arguments_of(call: Node) -> list[Node]:
    """Returns the arguments of a call; none for a tagged template."""
    listed = call.part("arguments")
    return listed.parts if listed is not None and listed.kind == "arguments" else []


def name_called(call: Node) -> str:
    """Returns the name of the called function or method, "" if it has none."""
    function = call.part("function") or call.part("constructor")
    if function is not None and function.kind == "member_expression":
        function = function.part("property")
    return function.text if function is not None and function.kind.endswith("identifier") else ""
