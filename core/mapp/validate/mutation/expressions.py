"""Faults in expressions: wrong operators, wrong operands, wrong conditions."""

from __future__ import annotations

from typing import Final

from mapp.syntax import Node
from mapp.validate.mutation.operator import Operator, Proposals, instead_of, is_text, swapped, token_of

_BINARY: Final = ("binary_expression",)
_AUGMENTED: Final = ("augmented_assignment_expression",)

_ARITHMETIC: Final[dict[str, tuple[str, ...]]] = {
    "+": ("-",),
    "-": ("+",),
    "*": ("/",),
    "/": ("*",),
    "%": ("*",),
    "**": ("*",),
}
_BITWISE: Final[dict[str, tuple[str, ...]]] = {
    "&": ("|",),
    "|": ("&",),
    "^": ("&",),
    "<<": (">>>",),
    ">>": ("<<",),
    ">>>": (">>", "<<"),
}
_AUGMENTATION: Final[dict[str, tuple[str, ...]]] = {
    "+=": ("-=", "="),
    "-=": ("+=",),
    "*=": ("/=",),
    "/=": ("*=",),
    "%=": ("*=",),
    "&=": ("|=",),
    "|=": ("&=",),
    "^=": ("&=",),
    "<<=": (">>>=",),
    ">>=": ("<<=",),
    ">>>=": ("<<=",),
    "??=": ("=",),
    "||=": ("&&=",),
    "&&=": ("||=",),
}
_OPPOSITE: Final[dict[str, tuple[str, ...]]] = {"<": (">=",), "<=": (">",), ">": ("<=",), ">=": ("<",)}
_BOUNDARY: Final[dict[str, tuple[str, ...]]] = {"<": ("<=",), "<=": ("<",), ">": (">=",), ">=": (">",)}
_EQUALITY: Final[dict[str, tuple[str, ...]]] = {
    "===": ("!==",),
    "!==": ("===",),
    "==": ("!=",),
    "!=": ("==",),
}
_LOGICAL: Final[dict[str, tuple[str, ...]]] = {"&&": ("||",), "||": ("&&",)}
_CHOOSING: Final = ("&&", "||", "??")


def arithmetic(node: Node) -> Proposals:
    """Proposes another arithmetic operator; `concatenation` handles sums of texts."""
    if not is_text(node):
        yield from swapped(node, _ARITHMETIC)


def bitwise(node: Node) -> Proposals:
    """Proposes another bitwise operator."""
    yield from swapped(node, _BITWISE)


def augmentation(node: Node) -> Proposals:
    """Proposes another assignment: `-=` or `=` for `+=`."""
    texts = is_text(node.part("right"))
    yield from (edit for edit in swapped(node, _AUGMENTATION) if not (texts and edit.text == "-="))


def comparison(node: Node) -> Proposals:
    """Proposes the opposite comparison."""
    yield from swapped(node, _OPPOSITE)


def boundary(node: Node) -> Proposals:
    """Proposes to include, or exclude, a bound."""
    yield from swapped(node, _BOUNDARY)


def equality(node: Node) -> Proposals:
    """Proposes the opposite of an equality."""
    yield from swapped(node, _EQUALITY)


def logical(node: Node) -> Proposals:
    """Proposes "or" for "and"."""
    yield from swapped(node, _LOGICAL)


def operand(node: Node) -> Proposals:
    """Proposes only one side of an "and", an "or" or a `??`."""
    token, left, right = token_of(node), node.part("left"), node.part("right")
    if token is not None and token.text in _CHOOSING and left is not None and right is not None:
        yield instead_of(node, f"({left.text})")
        yield instead_of(node, f"({right.text})")


def concatenation(node: Node) -> Proposals:
    """Proposes only one side of a sum of texts."""
    left, right = node.part("left"), node.part("right")
    if is_text(node) and left is not None and right is not None:
        yield instead_of(node, f"({left.text})" if is_text(left) else f"String({left.text})")
        yield instead_of(node, f"({right.text})" if is_text(right) else f"String({right.text})")


def negation(node: Node) -> Proposals:
    """Proposes the opposite of a condition, or to leave out a `!`.

    Comparisons are left to `equality` and `comparison`, which propose the same.
    """
    if node.kind == "unary_expression":
        token, argument = token_of(node), node.part("argument")
        if token is not None and token.text == "!" and argument is not None:
            yield instead_of(node, argument.text)
        return
    condition = node.part("condition")
    if condition is not None and condition.kind == "parenthesized_expression" and condition.parts:
        condition = condition.parts[0]
    if condition is not None and not _has_opposite(condition):
        yield instead_of(condition, f"!({condition.text})")


def _has_opposite(condition: Node) -> bool:
    token = token_of(condition)
    known = {"!", *_EQUALITY, *_OPPOSITE}
    return (
        condition.kind in ("unary_expression", "binary_expression")
        and token is not None
        and token.text in known
    )


def ternary(node: Node) -> Proposals:
    """Proposes always taking one of the two branches of `?:`."""
    for field in ("consequence", "alternative"):
        branch = node.part(field)
        if branch is not None:
            yield instead_of(node, f"({branch.text})")


def unary(node: Node) -> Proposals:
    """Proposes an expression without its sign or `~`."""
    token, argument = token_of(node), node.part("argument")
    if token is not None and token.text in ("-", "+", "~") and argument is not None:
        yield instead_of(node, f"({argument.text})")


def update(node: Node) -> Proposals:
    """Proposes counting in the other direction."""
    yield from swapped(node, {"++": ("--",), "--": ("++",)})


EXPRESSIONS: Final = (
    Operator(
        id="arithmetic",
        says="`a + b` becomes `a - b`; `*` and `/`, `%` and `*`, `**` and `*` alike",
        untested="that the calculation uses this operator",
        kinds=_BINARY,
        propose=arithmetic,
    ),
    Operator(
        id="bitwise",
        says="`a & b` becomes `a | b`, `a << b` becomes `a >>> b`, and so on",
        untested="that these bits are combined this way",
        kinds=_BINARY,
        propose=bitwise,
    ),
    Operator(
        id="assignment",
        says="`a += b` becomes `a -= b` or `a = b`; the others alike",
        untested="that this value is added up this way",
        kinds=_AUGMENTED,
        propose=augmentation,
    ),
    Operator(
        id="comparison",
        says="`a < b` becomes `a >= b`",
        untested="which side of this comparison the input lies on",
        kinds=_BINARY,
        propose=comparison,
    ),
    Operator(
        id="boundary",
        says="`a < b` becomes `a <= b`",
        untested="what happens exactly on this bound",
        kinds=_BINARY,
        propose=boundary,
    ),
    Operator(
        id="equality",
        says="`a === b` becomes `a !== b`",
        untested="whether these two are equal",
        kinds=_BINARY,
        propose=equality,
    ),
    Operator(
        id="logical",
        says="`a && b` becomes `a || b`",
        untested="an input for which one of these two conditions holds and the other does not",
        kinds=_BINARY,
        propose=logical,
    ),
    Operator(
        id="operand",
        says="`a && b`, `a || b` and `a ?? b` become `a`, or `b`",
        untested="an input for which the part that is left out decides",
        kinds=_BINARY,
        propose=operand,
    ),
    Operator(
        id="concatenation",
        says='`"x" + y` becomes `"x"`, or `y`',
        untested="that this piece of the text is there",
        kinds=_BINARY,
        propose=concatenation,
    ),
    Operator(
        id="negation",
        says="`if (a)` becomes `if (!(a))`, `!a` becomes `a`",
        untested="what depends on this condition",
        kinds=("if_statement", "while_statement", "do_statement", "ternary_expression", "unary_expression"),
        propose=negation,
    ),
    Operator(
        id="ternary",
        says="`a ? b : c` becomes `b`, or `c`",
        untested="an input that takes the other branch",
        kinds=("ternary_expression",),
        propose=ternary,
    ),
    Operator(
        id="unary",
        says="`-a`, `+a` and `~a` become `a`",
        untested="that the sign is changed here",
        kinds=("unary_expression",),
        propose=unary,
    ),
    Operator(
        id="update",
        says="`a++` becomes `a--`",
        untested="that this is counted in this direction",
        kinds=("update_expression",),
        propose=update,
    ),
)
