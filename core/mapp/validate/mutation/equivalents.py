"""Finds edits that cannot change the app's behaviour, judging by the source alone."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Final

from mapp.syntax import Node
from mapp.validate.mutation.operator import Edit, name_called, token_of

_LEAVING: Final = ("return_statement", "throw_statement", "break_statement", "continue_statement")
_SCALING: Final = ("*", "/", "**")
_SHIFTING: Final = ("+", "-", ">>", ">>>", "<<", "|")


def is_idle(node: Node, edit: Edit, replaced: str, codes: Collection[str]) -> bool:
    """Returns whether an edit at a node cannot matter.

    These are: the same tokens, unreachable code, the message of an error that the app does not declare
    (`codes` are the declared ones), and an operator change that keeps the number, such as `x * 1` to `x / 1`.
    """
    return (
        squeezed(edit.text) == squeezed(replaced)
        or _is_message(node, codes)
        or _is_unreached(node)
        or _is_neutral(node, edit)
    )


def squeezed(text: str) -> str:
    """Returns a piece of source without whitespace and outer brackets."""
    text = re.sub(r"\s+", "", text).removesuffix(";")
    while text.startswith("(") and text.endswith(")") and "(" not in text[1:-1]:
        text = text[1:-1]
    return text


def _is_message(node: Node, codes: Collection[str]) -> bool:
    if node.kind not in ("string", "string_fragment", "template_string"):
        return False
    around: Node | None = node
    while around is not None and not around.kind.endswith("statement"):
        if around.kind in ("call_expression", "new_expression") and name_called(around).endswith("Error"):
            return node.text.strip("\"'`") not in codes
        around = around.parent
    return False


def _is_unreached(node: Node) -> bool:
    inner: Node = node
    while (around := inner.parent) is not None:
        if around.kind in ("statement_block", "switch_case", "switch_default"):
            left = _left_at(around)
            if left is not None and inner.start > left and inner.kind != "function_declaration":
                return True
        inner = around
    return False


@lru_cache(maxsize=1024)
def _left_at(block: Node) -> int | None:
    """Returns where the first statement of a block that always leaves it starts; None if there is none."""
    return next((part.start for part in block.parts if part.kind in _LEAVING), None)


def _is_neutral(node: Node, edit: Edit) -> bool:
    token, right = token_of(node), node.part("right")
    if node.kind != "binary_expression" or token is None or right is None or edit.start != token.start:
        return False
    if right.text == "1":
        return token.text in _SCALING and edit.text in _SCALING
    return right.text == "0" and token.text in _SHIFTING and edit.text in _SHIFTING
