"""Faults in literals: numbers, texts, booleans, lists, objects, regular expressions."""

from __future__ import annotations

import re
from typing import Final

from mapp.syntax import Node
from mapp.validate.mutation.operator import Edit, Operator, Proposals, instead_of, name_called

_CLASSES: Final = {"d": "D", "D": "d", "w": "W", "W": "w", "s": "S", "S": "s", "b": "B", "B": "b"}
_PIECE: Final = re.compile(
    r"\\[pPu]\{[^}]*\}|\\.|\[\^?(?:\\.|[^\]\\])*\]|\{\d+(?:,\d*)?\}|\(\?(?:[:=!]|<[=!]|<\w+>)|.", re.DOTALL
)


def number(node: Node) -> Proposals:
    """Proposes the numbers next to a number, and zero."""
    try:
        value = float(int(node.text, 0))
    except ValueError:
        try:
            value = float(node.text.replace("_", ""))
        except ValueError:
            return  # a BigInt
    for other in dict.fromkeys((value + 1, value - 1, 0.0)):
        if other != value:
            yield instead_of(node, _written(other, node))


def _written(value: float, node: Node) -> str:
    text = str(int(value)) if value.is_integer() and abs(value) < 1e21 else repr(value)
    signed = node.parent is not None and node.parent.kind in ("unary_expression", "binary_expression")
    return f"({text})" if value < 0 and signed else text


def string(node: Node) -> Proposals:
    """Proposes the empty text for a text, and a text for the empty one."""
    if node.parent is None or _is_directive(node.parent):
        return
    if node.parent.kind == "pair" and node.parent.part("key") == node:
        return
    yield instead_of(node, '""' if len(node.text) > 2 else '"?"')


def _is_directive(statement: Node) -> bool:
    return statement.kind == "expression_statement"


def template(node: Node) -> Proposals:
    """Proposes a template without one of its literal pieces."""
    if node.parent is not None and node.parent.kind == "template_string":
        yield instead_of(node, "")


def boolean(node: Node) -> Proposals:
    """Proposes the other truth value."""
    yield instead_of(node, "false" if node.kind == "true" else "true")


def array(node: Node) -> Proposals:
    """Proposes the empty list."""
    if node.parts:
        yield instead_of(node, "[]")


def item(node: Node) -> Proposals:
    """Proposes a list without its first item, and one without its last."""
    if len(node.parts) > 1:
        first, second, *_ = node.parts
        yield Edit(start=first.start, end=second.start, text="")
        *_, before, last = node.parts
        yield Edit(start=before.end, end=last.end, text="")


def entry(node: Node) -> Proposals:
    """Proposes an object without one of its properties; one with a single property is emptied."""
    if len(node.parts) == 1:
        yield instead_of(node, "{}")
        return
    for position, part in enumerate(node.parts):
        if position + 1 < len(node.parts):
            yield Edit(start=part.start, end=node.parts[position + 1].start, text="")
        else:
            yield Edit(start=node.parts[position - 1].end, end=part.end, text="")


def spread(node: Node) -> Proposals:
    """Proposes a list, an object or a call without one of its spread parts."""
    around = node.parent
    if around is not None and len(around.parts) > 1:
        position = around.parts.index(node)
        if position + 1 < len(around.parts):
            yield Edit(start=node.start, end=around.parts[position + 1].start, text="")
        else:
            yield Edit(start=around.parts[position - 1].end, end=node.end, text="")


def regex(node: Node) -> Proposals:
    """Proposes a regular expression without an anchor, with another quantifier, or with a class inverted."""
    offset = 0
    for found in _PIECE.finditer(node.text):
        text, at = found.group(), node.start + offset
        size = len(text.encode())
        offset += size
        for other in _other_piece(text):
            yield Edit(start=at, end=at + size, text=other)


def _other_piece(text: str) -> tuple[str, ...]:
    if len(text) == 2 and text[0] == "\\" and text[1] in _CLASSES:
        return (f"\\{_CLASSES[text[1]]}",)
    if text.startswith("[") and len(text) > 2:
        return ((f"[{text[2:]}") if text.startswith("[^") else f"[^{text[1:]}",)
    if text.startswith(("\\p", "\\P")) and len(text) > 2:
        return (f"\\{text[1].swapcase()}{text[2:]}",)
    if text.startswith("{") and len(text) > 2:
        return ("",)
    swaps = {
        "^": ("",),
        "$": ("",),
        "+": ("*", ""),
        "*": ("+",),
        "?": ("",),
        "(?=": ("(?!",),
        "(?!": ("(?=",),
    }
    return swaps.get(text, ())


def regex_flag(node: Node) -> Proposals:
    """Proposes a regular expression without one of its flags."""
    for flag in node.text:
        if not (flag == "g" and _is_separator(node)):
            yield instead_of(node, node.text.replace(flag, ""))


def _is_separator(flags: Node) -> bool:
    """Returns whether the expression is an argument of `split` or `search`, which ignore the flag `g`."""
    listed = flags.parent.parent if flags.parent is not None else None
    call = listed.parent if listed is not None and listed.kind == "arguments" else None
    return call is not None and name_called(call) in ("split", "search")


def default(node: Node) -> Proposals:
    """Proposes a parameter, or a destructured name, without its default."""
    left = node.part("left")
    if left is not None:
        yield instead_of(node, left.text)


LITERALS: Final = (
    Operator(
        id="number",
        says="`5` becomes `6`, `4`, or `0`",
        untested="an answer that depends on this very number",
        kinds=("number",),
        propose=number,
    ),
    Operator(
        id="string",
        says='`"x"` becomes `""`, and `""` becomes `"?"`',
        untested="an answer that depends on this text",
        kinds=("string",),
        propose=string,
    ),
    Operator(
        id="template",
        says="`${a} of ${b}` becomes `${a}${b}`",
        untested="that this piece of the text is there",
        kinds=("string_fragment",),
        propose=template,
    ),
    Operator(
        id="boolean",
        says="`true` becomes `false`",
        untested="what depends on this truth value",
        kinds=("true", "false"),
        propose=boolean,
    ),
    Operator(
        id="array",
        says="`[a, b]` becomes `[]`",
        untested="an answer that needs this list",
        kinds=("array",),
        propose=array,
    ),
    Operator(
        id="item",
        says="`[a, b, c]` becomes `[b, c]`, or `[a, b]`",
        untested="an answer that needs the first, or the last, item of this list",
        kinds=("array",),
        propose=item,
    ),
    Operator(
        id="entry",
        says="`{a: 1, b: 2}` becomes `{b: 2}`, or `{a: 1}`",
        untested="an answer that needs this property",
        kinds=("object",),
        propose=entry,
    ),
    Operator(
        id="spread",
        says="`[...a, b]` becomes `[b]`",
        untested="an answer that needs what is spread in here",
        kinds=("spread_element",),
        propose=spread,
    ),
    Operator(
        id="regex",
        says="`/^a+$/` becomes `/a+$/`, `/^a*$/`, `/^a+/`; `\\d` becomes `\\D`, `[x]` becomes `[^x]`",
        untested="a text on which these two expressions disagree",
        kinds=("regex_pattern",),
        propose=regex,
    ),
    Operator(
        id="regex-flag",
        says="`/a/gi` becomes `/a/i`, or `/a/g`",
        untested="a text for which this flag matters",
        kinds=("regex_flags",),
        propose=regex_flag,
    ),
    Operator(
        id="default",
        says="`(a = 1) =>` becomes `(a) =>`",
        untested="an input that leaves this to its default",
        kinds=("assignment_pattern", "object_assignment_pattern"),
        propose=default,
    ),
)
