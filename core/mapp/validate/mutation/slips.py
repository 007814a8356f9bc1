"""Faults that people make, more than one token long: another way to round, to sort, to count or to divide."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from typing import Final

from mapp.syntax import Node
from mapp.validate.mutation.operator import (
    Edit,
    Operator,
    Proposals,
    arguments_of,
    instead_of,
    is_text,
    name_called,
    token_of,
)

_ROUNDING: Final[Mapping[str, tuple[str, ...]]] = {
    "round": ("Math.ceil({})", "Math.trunc({})", "-Math.round(-({}))"),
    "floor": ("Math.round({})", "Math.trunc({})"),
    "ceil": ("Math.round({})", "(Math.floor({}) + 1)"),
    "trunc": ("Math.floor({})",),
}
"""Other ways to round: to the even neighbour's side at a half, towards zero, up from a whole number."""
_ROUNDERS: Final = re.compile(r"round|floor|ceil|trunc|(?:to|in)_?(?:cents|pennies|whole)", re.IGNORECASE)
_FACTORS: Final[Mapping[str, tuple[str, ...]]] = {
    "7": ("5",),
    "12": ("10",),
    "24": ("12",),
    "60": ("100",),
    "100": ("1000", "10"),
    "360": ("365",),
    "365": ("360",),
    "1000": ("1024", "100"),
    "1024": ("1000",),
    "3600": ("60",),
    "86400": ("3600",),
    "1440": ("60",),
    "86400000": ("3600000", "86400"),
    "3600000": ("60000",),
    "60000": ("1000",),
}
MAX_USES: Final = 4
"""In how many places a variable is replaced by what it was made from."""
_SCALING: Final = ("*", "/", "%")
_ORDERED: Final = ("-", "/", "%")
_LOOPS: Final = ("for_statement", "for_in_statement", "while_statement", "do_statement")
_FUNCTIONS: Final = ("arrow_function", "function_expression", "function_declaration", "method_definition")


def rounding(node: Node) -> Proposals:
    """Proposes to round another way; `method` proposes the most similar function."""
    if (way := _math(node)) in _ROUNDING and len(arguments_of(node)) == 1:
        for other in _ROUNDING[way]:
            yield instead_of(node, other.format(arguments_of(node)[0].text))


def rounding_place(node: Node) -> Proposals:
    """Proposes one decimal place more, or less, for `Math.round(x * 100) / 100`."""
    token, left, right = _parts(node)
    if token != "/" or left is None or right is None or _math(left) not in _ROUNDING:
        return
    inner = _bare(arguments_of(left)[0]) if len(arguments_of(left)) == 1 else None
    sides = [] if inner is None else [inner.part("left"), inner.part("right")]
    factor = next((side for side in sides if side is not None and side.text == right.text), None)
    if factor is None or right.kind != "number" or not re.fullmatch("10+", right.text):
        return
    for text in (f"{right.text}0", right.text[:-1]):
        middle = node.text.encode()[factor.end - node.start : right.start - node.start].decode()
        yield Edit(start=factor.start, end=right.end, text=f"{text}{middle}{text}")


def rounding_first(node: Node) -> Proposals:
    """Proposes to round the parts of a calculation instead of its result."""
    given = arguments_of(node)
    called = node.part("function")
    if called is None or len(given) != 1 or not _ROUNDERS.search(name_called(node)):
        return
    token, left, right = _parts(_bare(given[0]))
    if left is None or right is None or is_text(given[0]):
        return
    if token in ("+", "-"):
        yield instead_of(node, f"({called.text}({left.text}) {token} {called.text}({right.text}))")
    elif token in ("*", "/"):
        if left.kind != "number":
            yield instead_of(node, f"({called.text}({left.text}) {token} {right.text})")
        if right.kind != "number":
            yield instead_of(node, f"({left.text} {token} {called.text}({right.text}))")


def rounding_each(node: Node) -> Proposals:
    """Proposes to round each part of a sum, in a source that rounds the sum."""
    token, value = token_of(node), node.part("right")
    if token is None or token.text != "+=" or value is None or is_text(value):
        return
    computed = value.kind in ("binary_expression", "call_expression")
    if computed and "Math.round(" in _root(node).text and "Math.round(" not in value.text:
        yield instead_of(value, f"Math.round({value.text})")


def division(node: Node) -> Proposals:
    """Proposes to divide whole numbers without a rest; `call` proposes the opposite."""
    token, *_ = _parts(node)
    around = node.parent
    while around is not None and around.kind == "parenthesized_expression":
        around = around.parent
    if token != "/" or around is None:
        return
    if (
        around.kind == "arguments"
        and around.parent is not None
        and _ROUNDERS.search(name_called(around.parent))
    ):
        return
    yield instead_of(node, f"Math.floor({node.text})")


def operand_order(node: Node) -> Proposals:
    """Proposes `b - a` for `a - b`, and `b / a` for `a / b`."""
    token, left, right = _parts(node)
    if token not in _ORDERED or left is None or right is None or left.text == right.text:
        return
    if token == "-" or "number" not in (left.kind, right.kind):
        yield instead_of(node, f"(({right.text}) {token} ({left.text}))")


def remainder(node: Node) -> Proposals:
    """Proposes `x % n`, which keeps the sign, for `((x % n) + n) % n`; and to take such a rest at all."""
    token, left, right = _parts(node)
    if left is None or right is None:
        return
    if token in ("-", "+"):
        whole, rest = (left, right) if token == "-" else (right, left)
        inner_token, _, modulus = _parts(_bare(rest))
        if (
            inner_token == "%"
            and modulus is not None
            and modulus.text == whole.text
            and not _is_wrapped(node)
        ):
            yield instead_of(node, f"(({node.text}) % {whole.text})")
        return
    if token != "%":
        return
    plus, inner, added = _parts(_bare(left))
    if plus == "+" and inner is not None and added is not None and added.text == right.text:
        inner_token, *_ = _parts(_bare(inner))
        if inner_token == "%":
            yield instead_of(node, f"({_bare(inner).text})")


def _is_wrapped(node: Node) -> bool:
    """Returns whether a remainder of the expression is taken."""
    around = node.parent
    while around is not None and around.kind == "parenthesized_expression":
        around = around.parent
    return around is not None and _parts(around)[0] == "%"


def factor(node: Node) -> Proposals:
    """Proposes another well-known factor: 100 for 60, 10 for 12, 1024 for 1000."""
    around = node.parent
    if around is None or node.text not in _FACTORS:
        return
    token = token_of(around)
    scales = around.kind == "binary_expression" and token is not None and token.text in _SCALING
    if scales or around.kind in ("variable_declarator", "pair"):
        yield from (instead_of(node, other) for other in _FACTORS[node.text])


def span(node: Node) -> Proposals:
    """Proposes a range for a single number, and a single number for a range."""
    token, left, right = _parts(node)
    if left is None or right is None or "number" not in (left.kind, right.kind):
        return
    others = {"===": ("<=", ">="), "<=": ("===",), ">=": ("===",)}
    middle = token_of(node)
    if middle is not None:
        yield from (instead_of(middle, other) for other in others.get(token, ()))


def loop_end(node: Node) -> Proposals:
    """Proposes a counting loop that ends one round earlier, and a loop that ends after its first round."""
    body = node.part("body")
    condition = node.part("condition")
    if node.kind == "for_statement" and condition is not None:
        _, left, right = _parts(_bare(condition))
        token = token_of(_bare(condition))
        if token is not None and left is not None and right is not None and token.text in ("<", "<="):
            yield instead_of(right, f"({right.text}) - 1")
    if body is not None and body.kind == "statement_block" and body.parts:
        last = body.parts[-1]
        if last.kind not in ("return_statement", "break_statement", "continue_statement", "throw_statement"):
            yield Edit(start=last.end, end=last.end, text=" break;")


def early_return(node: Node) -> Proposals:
    """Proposes to return from a loop with its first result: what is collected after it is lost."""
    around = node.parent
    if around is None or around.kind != "statement_block" or around.parent is None:
        return
    if around.parent.kind not in _FUNCTIONS or not node.parts:
        return
    places = [at for at, part in enumerate(around.parts) if part == node]
    before = around.parts[places[0] - 1] if places and places[0] > 0 else None
    if before is None or before.kind not in _LOOPS or node.parts[0].kind != "identifier":
        return
    body = before.part("body")
    if body is not None and body.kind == "statement_block" and body.parts:
        yield Edit(start=body.parts[-1].end, end=body.parts[-1].end, text=f" {node.text}")


def sorting(node: Node) -> Proposals:
    """Proposes to sort the other way, to sort by text, and to put equal items the other way round."""
    called, given = node.part("function"), arguments_of(node)
    subject = called.part("object") if called is not None else None
    if subject is None or name_called(node) not in ("sort", "toSorted"):
        return
    if not given:
        yield instead_of(node, f"{node.text}.reverse()")
        yield instead_of(node, f"{subject.text}.{name_called(node)}((one, other) => one - other)")
        return
    order = f"{subject.text}.{name_called(node)}"
    yield instead_of(node, f"{order}((one, other) => ({given[0].text})(other, one))")
    yield instead_of(node, f"{order}()")
    yield instead_of(node, f"{subject.text}.reverse().{name_called(node)}({given[0].text})")


def collation(node: Node) -> Proposals:
    """Proposes to compare texts by their code units instead of `localeCompare`."""
    called, given = node.part("function"), arguments_of(node)
    subject = called.part("object") if called is not None else None
    if name_called(node) == "localeCompare" and subject is not None and given:
        one, other = subject.text, given[0].text
        yield instead_of(node, f"({one} < {other} ? -1 : {one} > {other} ? 1 : 0)")


def missing_or_empty(node: Node) -> Proposals:
    """Proposes to treat zero and empty texts as if they were missing."""
    token, left, right = _parts(node)
    middle = token_of(node)
    if token == "??" and middle is not None:
        yield instead_of(middle, "||")
    elif left is not None and right is not None and right.text in ("undefined", "null"):
        if token in ("===", "=="):
            yield instead_of(node, f"!({left.text})")
        elif token in ("!==", "!="):
            yield instead_of(node, f"!!({left.text})")


def other_bound(node: Node) -> Proposals:
    """Proposes a limit without its first side: `b` for `Math.min(a, b)`; `call` proposes the other."""
    given = arguments_of(node)
    if _math(node) in ("min", "max") and len(given) == 2 and given[1].kind != "spread_element":
        yield instead_of(node, f"({given[1].text})")


def code_units(node: Node) -> Proposals:
    """Proposes to split a text into code units instead of characters."""
    if node.kind == "array" and len(node.parts) == 1 and node.parts[0].kind == "spread_element":
        value = node.parts[0].parts[0]
    elif (
        node.kind == "call_expression"
        and node.text.startswith("Array.from(")
        and len(arguments_of(node)) == 1
    ):
        value = arguments_of(node)[0]
    else:
        return
    if value.kind in ("identifier", "member_expression"):
        yield instead_of(
            node, f'(typeof {value.text} === "string" ? {value.text}.split("") : [...{value.text}])'
        )


def other_text(node: Node) -> Proposals:
    """Proposes another text that the same function compares with: `"year"` for `"month"`."""
    if not _is_compared(node):
        return
    whole = node
    while whole.parent is not None and whole.kind not in _FUNCTIONS:
        whole = whole.parent
    texts = list(dict.fromkeys(part.text for part in whole.walk() if _is_compared(part)))
    if len(texts) > 1:
        yield instead_of(node, texts[(texts.index(node.text) + 1) % len(texts)])


def raw_value(node: Node) -> Proposals:
    """Proposes the value that a variable was made from where the variable is used: an untidied text."""
    name, value = node.part("name"), node.part("value")
    if name is None or value is None or name.kind != "identifier" or value.kind in _FUNCTIONS:
        return
    parts = list(value.walk())
    sources = {part.text for part in parts if part.kind == "identifier" and not _is_called(part)}
    if len(sources) != 1 or name.text in sources or not any(part.kind == "call_expression" for part in parts):
        return
    around = node.parent
    while around is not None and around.kind not in ("statement_block", "program"):
        around = around.parent
    uses = (part for part in (around or node).walk() if part.start > node.end and part.kind == "identifier")
    (raw,) = sources
    if raw[:1].islower():
        uses = (part for part in uses if part.text == name.text and not _is_called(part))
        yield from (instead_of(part, raw) for part in itertools.islice(uses, MAX_USES))


def _is_called(node: Node) -> bool:
    around = node.parent
    return around is not None and around.kind == "call_expression" and around.part("function") == node


def _is_compared(node: Node) -> bool:
    around = node.parent
    if node.kind != "string" or around is None:
        return False
    if around.kind == "switch_case":
        return around.part("value") == node
    token = token_of(around)
    return around.kind == "binary_expression" and token is not None and token.text in ("===", "!==")


def _math(node: Node) -> str:
    """Returns the name of the function of `Math` that a node calls, "" for any other node."""
    called = node.part("function") if node.kind == "call_expression" else None
    subject = called.part("object") if called is not None else None
    return name_called(node) if subject is not None and subject.text == "Math" else ""


def _bare(node: Node) -> Node:
    """Returns a node without the brackets around it."""
    while node.kind == "parenthesized_expression" and len(node.parts) == 1:
        node = node.parts[0]
    return node


def _parts(node: Node) -> tuple[str, Node | None, Node | None]:
    """Returns the operator and both sides of a binary expression, ("", None, None) for any other node."""
    token = token_of(node)
    if node.kind != "binary_expression" or token is None:
        return "", None, None
    return token.text, node.part("left"), node.part("right")


def _root(node: Node) -> Node:
    while node.parent is not None:
        node = node.parent
    return node


_BINARY: Final = ("binary_expression",)
_CALL: Final = ("call_expression",)

SLIPS: Final = (
    Operator(
        id="rounding",
        says="`Math.round(x)` rounds up, down or halves down; `floor`, `ceil` and `trunc` alike",
        untested="which way this is rounded",
        kinds=_CALL,
        propose=rounding,
    ),
    Operator(
        id="rounding-place",
        says="`Math.round(x * 100) / 100` becomes `Math.round(x * 1000) / 1000`, or 10",
        untested="to how many places this is rounded",
        kinds=_BINARY,
        propose=rounding_place,
    ),
    Operator(
        id="rounding-first",
        says="`round(a * b)` becomes `round(a) * b`; `round(a + b)` becomes `round(a) + round(b)`",
        untested="whether this is rounded before or after the calculation",
        kinds=_CALL,
        propose=rounding_first,
    ),
    Operator(
        id="rounding-each",
        says="`sum += x` becomes `sum += Math.round(x)`, in a source that rounds",
        untested="that the sum is rounded and not its parts",
        kinds=("augmented_assignment_expression",),
        propose=rounding_each,
    ),
    Operator(
        id="division",
        says="`a / b` becomes `Math.floor(a / b)`",
        untested="a division with a rest",
        kinds=_BINARY,
        propose=division,
    ),
    Operator(
        id="operands",
        says="`a - b` becomes `b - a`; `a / b` alike",
        untested="which of these two is on which side",
        kinds=_BINARY,
        propose=operand_order,
    ),
    Operator(
        id="remainder",
        says="`((x % n) + n) % n` becomes `x % n`, and `n - x % n` becomes `(n - x % n) % n`",
        untested="a negative number here",
        kinds=_BINARY,
        propose=remainder,
    ),
    Operator(
        id="factor",
        says="`x * 60` becomes `x * 100`, `x / 1000` becomes `x / 1024`, and so on",
        untested="an amount for which this factor matters",
        kinds=("number",),
        propose=factor,
    ),
    Operator(
        id="span",
        says="`a === 5` becomes `a <= 5`, or `a >= 5`; `a <= 5` becomes `a === 5`",
        untested="inputs on either side of this number",
        kinds=_BINARY,
        propose=span,
    ),
    Operator(
        id="loop-end",
        says="`for (…; i < n; …)` ends at `n - 1`; a loop ends after its first round",
        untested="the last round of this loop, or the second",
        kinds=_LOOPS,
        propose=loop_end,
    ),
    Operator(
        id="early-return",
        says="`for (…) {…} return found;` returns in the first round",
        untested="that this loop goes on after its first round",
        kinds=("return_statement",),
        propose=early_return,
    ),
    Operator(
        id="sorting",
        says="`a.sort(f)` sorts the other way, sorts by text, or swaps equal items",
        untested="the order of these items",
        kinds=_CALL,
        propose=sorting,
    ),
    Operator(
        id="collation",
        says="`a.localeCompare(b)` compares code units",
        untested="texts that sort differently by letter and by code",
        kinds=_CALL,
        propose=collation,
    ),
    Operator(
        id="missing",
        says="`a ?? b` becomes `a || b`, `a === undefined` becomes `!a`",
        untested="a zero or an empty text here, which is not the same as a missing one",
        kinds=_BINARY,
        propose=missing_or_empty,
    ),
    Operator(
        id="limit",
        says="`Math.min(a, b)` becomes `b`; `max` alike",
        untested="an input beyond this limit",
        kinds=_CALL,
        propose=other_bound,
    ),
    Operator(
        id="code-units",
        says='`[...text]` becomes `text.split("")`',
        untested="characters beyond U+FFFF, such as emoji",
        kinds=("array", "call_expression"),
        propose=code_units,
    ),
    Operator(
        id="other-text",
        says='`unit === "month"` becomes `unit === "year"`, where the function compares with both',
        untested="which of these texts it is",
        kinds=("string",),
        propose=other_text,
    ),
    Operator(
        id="raw-value",
        says="a variable becomes the value that it was made from",
        untested="whether the value is prepared before it is used here",
        kinds=("variable_declarator",),
        propose=raw_value,
    ),
)
