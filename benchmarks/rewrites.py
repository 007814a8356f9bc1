"""Other ways to write the same program: patches that do not change behaviour, which the gate must accept.

Each rewrite is a function over the syntax tree that yields edits; none of them knows what a program is
for. They hold for the plain style of the corpus only (no getters with side effects, no shadowed
globals), so the caller still has to check that the results agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from benchmarks.token_mutants import parse

Edit = tuple[int, int, str]
"""From this byte to that one stands another text."""

_TURNED: Final = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "===": "===", "!==": "!=="}
_OPPOSITE: Final = {"<": ">=", ">": "<=", "<=": ">", ">=": "<", "===": "!==", "!==": "==="}
_SOUND: Final = frozenset(
    ["number", "string", "identifier", "member_expression", "binary_expression", "unary_expression"]
)
"""Expressions that are read without doing anything; a call is none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rewrite:
    """The same program in other words; `form` says what was done to it."""

    form: str
    source: str


def rewrites(source: str) -> list[Rewrite]:
    """Returns the program rewritten in every form that applies: at each place alone, and at all at once."""
    found: dict[str, Rewrite] = {}
    root = parse(source)
    for form, rewrite in FORMS.items():
        places = [list(edits) for edits in rewrite(root)]
        for edits in places:
            _note(found, form, source, edits)
        if len(places) > 1 and not _overlap([edit for edits in places for edit in edits]):
            _note(found, f"{form}, everywhere", source, [edit for edits in places for edit in edits])
    return list(found.values())


def applied(source: str, edits: list[Edit]) -> str:
    """Returns a text with some of its parts replaced; none may overlap."""
    data = source.encode()
    for start, end, text in sorted(edits, reverse=True):
        data = data[:start] + text.encode() + data[end:]
    return data.decode()


def _note(found: dict[str, Rewrite], form: str, source: str, edits: list[Edit]) -> None:
    changed = applied(source, edits)
    if changed != source and not parse(changed).has_error:
        found.setdefault(changed, Rewrite(form=form, source=changed))


def _overlap(edits: list[Edit]) -> bool:
    ordered = sorted(edits)
    return any(one[1] > other[0] for one, other in pairwise(ordered))


def _renamed(root: Any) -> Iterator[list[Edit]]:
    """Every name that the program declares, one after another, gets a longer one."""
    declared = {_text(node) for node in _walk(root) if _declares(node)} - {"main"}
    for name in sorted(declared):
        new = f"the_{name}"
        yield [edit for node in _walk(root) if (edit := _rename(node, name, new)) is not None]


def _declares(node: Any) -> bool:
    if node.type == "shorthand_property_identifier_pattern":
        return True
    if node.type != "identifier":
        return False
    parent = node.parent
    named = parent.child_by_field_name("name") or parent.child_by_field_name("left")
    single = parent.child_by_field_name("parameter")
    if parent.type in ("formal_parameters", "array_pattern"):
        return not _within(node, "assignment_expression")
    if parent.type in ("variable_declarator", "function_declaration", "for_in_statement"):
        return bool(named == node)
    return single is not None and bool(single == node)


def _rename(node: Any, name: str, new: str) -> Edit | None:
    if _text(node) != name:
        return None
    if node.type == "identifier":
        return (node.start_byte, node.end_byte, new)
    if node.type in ("shorthand_property_identifier_pattern", "shorthand_property_identifier"):
        return (node.start_byte, node.end_byte, f"{name}: {new}")
    return None


def _swapped_statements(root: Any) -> Iterator[list[Edit]]:
    """Two declarations side by side, neither of which needs the other, change places."""
    for block in _walk(root, "statement_block"):
        rows = block.named_children
        for one, other in pairwise(rows):
            if _is_plain(one) and _is_plain(other) and not (_declared(one) & _names(other)):
                yield [_with(one, _text(other)), _with(other, _text(one))]


def _is_plain(node: Any) -> bool:
    if node.type != "lexical_declaration":
        return False
    calls = ("call_expression", "new_expression", "assignment_expression", "update_expression")
    return not any(inner.type in calls for inner in _walk(node))


def _declared(node: Any) -> set[str]:
    found = (inner.child_by_field_name("name") for inner in _walk(node, "variable_declarator"))
    return {name for place in found for name in _names(place)}


def _names(node: Any) -> set[str]:
    return {
        _text(inner) for inner in _walk(node) if inner.type.endswith(("identifier", "identifier_pattern"))
    }


def _for_of_as_for(root: Any) -> Iterator[list[Edit]]:
    """`for (const x of xs)` counts through a copy instead."""
    for number, node in enumerate(_walk(root, "for_in_statement")):
        if _text(node.child_by_field_name("operator")) != "of":
            continue
        left, right, body = (_text(node.child_by_field_name(name)) for name in ("left", "right", "body"))
        head = f"const list{number} = Array.from({right});"
        count = f"for (let i{number} = 0; i{number} < list{number}.length; i{number} += 1)"
        yield [_with(node, f"{head}\n{count} {{\nconst {left} = list{number}[i{number}];\n{body}\n}}")]


def _for_of_as_iterator(root: Any) -> Iterator[list[Edit]]:
    """`for (const x of xs)` asks the iterator itself."""
    for number, node in enumerate(_walk(root, "for_in_statement")):
        if _text(node.child_by_field_name("operator")) != "of":
            continue
        left, right, body = (_text(node.child_by_field_name(name)) for name in ("left", "right", "body"))
        head = f"const steps{number} = ({right})[Symbol.iterator]();"
        following = f"step{number} = steps{number}.next()"
        loop = f"for (let {following}; !step{number}.done; {following})"
        yield [_with(node, f"{head}\n{loop} {{\nconst {left} = step{number}.value;\n{body}\n}}")]


def _for_as_while(root: Any) -> Iterator[list[Edit]]:
    """`for (start; test; step)` becomes a `while`; where it continues, it stays as it is."""
    for node in _walk(root, "for_statement"):
        if next(_walk(node, "continue_statement"), None) is not None:
            continue
        start, test, step, body = (
            _text(node.child_by_field_name(name))
            for name in ("initializer", "condition", "increment", "body")
        )
        yield [_with(node, f"{{\n{start}\nwhile ({test.rstrip(';')}) {{\n{body}\n{step};\n}}\n}}")]


def _while_as_for(root: Any) -> Iterator[list[Edit]]:
    """`while (test)` becomes a `for` without start and step."""
    for node in _walk(root, "while_statement"):
        test, body = _text(node.child_by_field_name("condition")), _text(node.child_by_field_name("body"))
        yield [_with(node, f"for (; {test};) {body}")]


def _while_as_endless(root: Any) -> Iterator[list[Edit]]:
    """`while (test)` becomes an endless loop with a `break`."""
    for node in _walk(root, "while_statement"):
        test, body = _text(node.child_by_field_name("condition")), _text(node.child_by_field_name("body"))
        yield [_with(node, f"while (true) {{\nif (!{test}) break;\n{body}\n}}")]


def _ternary_as_if(root: Any) -> Iterator[list[Edit]]:
    """`return a ? b : c` becomes an early return."""
    for node in _walk(root, "return_statement"):
        value = node.named_children[0] if node.named_children else None
        if value is None or value.type != "ternary_expression" or node.parent.type != "statement_block":
            continue
        test, yes, no = (
            _text(value.child_by_field_name(name)) for name in ("condition", "consequence", "alternative")
        )
        yield [_with(node, f"if ({test}) {{\nreturn {yes};\n}}\nreturn {no};")]


def _if_as_ternary(root: Any) -> Iterator[list[Edit]]:
    """`if (a) return b; return c;` becomes one expression."""
    for node in _walk(root, "if_statement"):
        after, inner = node.next_named_sibling, node.child_by_field_name("consequence")
        if after is None or after.type != "return_statement" or inner.type != "return_statement":
            continue
        if node.child_by_field_name("alternative") is None and inner.named_children and after.named_children:
            test = _text(node.child_by_field_name("condition"))
            yes, no = _text(inner.named_children[0]), _text(after.named_children[0])
            yield [(node.start_byte, after.end_byte, f"return {test} ? ({yes}) : ({no});")]


def _turned_if(root: Any) -> Iterator[list[Edit]]:
    """The branches of `if` and `else` change places."""
    for node in _walk(root, "if_statement"):
        alternative = node.child_by_field_name("alternative")
        if alternative is None:
            continue
        test, yes = (
            _text(node.child_by_field_name("condition")),
            _text(node.child_by_field_name("consequence")),
        )
        no = _text(alternative.named_children[0])
        yield [_with(node, f"if (!{test}) {{ {no} }} else {{ {yes} }}")]


def _turned_ternary(root: Any) -> Iterator[list[Edit]]:
    """The branches of a conditional expression change places."""
    for node in _walk(root, "ternary_expression"):
        test, yes, no = (
            _text(node.child_by_field_name(name)) for name in ("condition", "consequence", "alternative")
        )
        yield [_with(node, f"!({test}) ? ({no}) : ({yes})")]


def _turned_comparison(root: Any) -> Iterator[list[Edit]]:
    """`a < b` becomes `b > a`."""
    for node, left, operator, right in _binaries(root, _TURNED):
        if left.type in _SOUND and right.type in _SOUND:
            yield [_with(node, f"({_text(right)}) {_TURNED[operator]} ({_text(left)})")]


def _negated_comparison(root: Any) -> Iterator[list[Edit]]:
    """`a < b` becomes `!(a >= b)`; there is no NaN in the corpus."""
    for node, left, operator, right in _binaries(root, _OPPOSITE):
        yield [_with(node, f"!({_text(left)} {_OPPOSITE[operator]} {_text(right)})")]


def _de_morgan(root: Any) -> Iterator[list[Edit]]:
    """`a && b` in a condition becomes `!(!a || !b)`, and the like."""
    for node, left, operator, right in _binaries(root, {"&&": "||", "||": "&&"}):
        if node.parent.type == "parenthesized_expression" and node.parent.parent.type == "if_statement":
            other = "||" if operator == "&&" else "&&"
            yield [_with(node, f"!(!({_text(left)}) {other} !({_text(right)}))")]


def _spelt_out(root: Any) -> Iterator[list[Edit]]:
    """`a += b` becomes `a = a + (b)`."""
    for node in _walk(root, "augmented_assignment_expression"):
        left, right = (_text(node.child_by_field_name(name)) for name in ("left", "right"))
        operator = _text(node.child_by_field_name("operator")).removesuffix("=")
        yield [_with(node, f"{left} = {left} {operator} ({right})")]


def _extracted_test(root: Any) -> Iterator[list[Edit]]:
    """What an `if` asks gets a name of its own first."""
    for number, node in enumerate(_walk(root, "if_statement")):
        if node.parent.type == "statement_block":
            condition = node.child_by_field_name("condition")
            named = f"const asked{number} = {_text(condition)};\n"
            yield [(node.start_byte, node.start_byte, named), _with(condition, f"(asked{number})")]


def _extracted_result(root: Any) -> Iterator[list[Edit]]:
    """What is returned gets a name of its own first."""
    for number, node in enumerate(_walk(root, "return_statement")):
        if node.named_children and node.parent.type == "statement_block":
            yield [
                _with(
                    node, f"const result{number} = {_text(node.named_children[0])};\nreturn result{number};"
                )
            ]


def _extracted_function(root: Any) -> Iterator[list[Edit]]:
    """An arithmetic expression moves into a function of its own that gets the names in it."""
    for number, node in enumerate(_walk(root, "binary_expression")):
        inner = list(_walk(node))
        calm = all(
            part.child_count == 0 or part.type in _SOUND | {"parenthesized_expression"} for part in inner
        )
        if not calm or node.parent.type == "binary_expression" or _within(node, "arrow_function"):
            continue
        names = ", ".join(sorted({_text(part) for part in inner if part.type == "identifier"}))
        helper = f"\nfunction part{number}({names}) {{\n  return {_text(node)};\n}}\n"
        yield [_with(node, f"part{number}({names})"), (root.end_byte, root.end_byte, helper)]


def _named_number(root: Any) -> Iterator[list[Edit]]:
    """A number gets a name at the head of the file."""
    for number, node in enumerate(_walk(root, "number")):
        if node.parent.type != "pair":
            named = f"const NUMBER_{number} = {_text(node)};\n"
            yield [(root.start_byte, root.start_byte, named), _with(node, f"NUMBER_{number}")]


def _arrow(root: Any) -> Iterator[list[Edit]]:
    """A function before `main` becomes a constant."""
    for node in root.named_children:
        if node.type == "function_declaration" and _text(node.child_by_field_name("name")) != "main":
            name, given, body = (
                _text(node.child_by_field_name(part)) for part in ("name", "parameters", "body")
            )
            yield [_with(node, f"const {name} = {given} => {body};")]


def _moved_function(root: Any) -> Iterator[list[Edit]]:
    """A function before `main` moves to the end of the file."""
    for node in root.named_children:
        if node.type == "function_declaration" and _text(node.child_by_field_name("name")) != "main":
            yield [_with(node, ""), (root.end_byte, root.end_byte, f"\n{_text(node)}\n")]


def _wrapped_main(root: Any) -> Iterator[list[Edit]]:
    """What `main` does moves into a function that it calls."""
    for node in root.named_children:
        if node.type == "function_declaration" and _text(node.child_by_field_name("name")) == "main":
            name = node.child_by_field_name("name")
            caller = "\nfunction main(input) {\n  return solve(input);\n}\n"
            yield [_with(name, "solve"), (root.end_byte, root.end_byte, caller)]


def _given_whole(root: Any) -> Iterator[list[Edit]]:
    """`main({ a, b })` takes its input whole and then apart."""
    for node in root.named_children:
        if node.type == "function_declaration" and _text(node.child_by_field_name("name")) == "main":
            given, body = node.child_by_field_name("parameters"), node.child_by_field_name("body")
            pattern = _text(given)[1:-1]
            start = body.start_byte + 1
            yield [_with(given, "(input)"), (start, start, f"\n  const {pattern} = input;")]


def _pushed_by_index(root: Any) -> Iterator[list[Edit]]:
    """`xs.push(x)` becomes `xs[xs.length] = x`."""
    for node in _walk(root, "expression_statement"):
        text = _text(node)
        name, dot, rest = text.partition(".push(")
        if dot and name.isidentifier() and rest.endswith(");") and "..." not in rest:
            yield [_with(node, f"{name}[{name}.length] = {rest[:-2]};")]


FORMS: Final[dict[str, Callable[[Any], Iterator[list[Edit]]]]] = {
    "names changed": _renamed,
    "statements reordered": _swapped_statements,
    "for-of as counting loop": _for_of_as_for,
    "for-of as iterator": _for_of_as_iterator,
    "for as while": _for_as_while,
    "while as for": _while_as_for,
    "while as endless loop": _while_as_endless,
    "ternary as early return": _ternary_as_if,
    "early return as ternary": _if_as_ternary,
    "branches of if turned": _turned_if,
    "branches of ternary turned": _turned_ternary,
    "comparison turned": _turned_comparison,
    "comparison negated": _negated_comparison,
    "De Morgan": _de_morgan,
    "assignment spelt out": _spelt_out,
    "condition named": _extracted_test,
    "result named": _extracted_result,
    "expression as function": _extracted_function,
    "number named": _named_number,
    "function as arrow": _arrow,
    "function moved": _moved_function,
    "main wrapped": _wrapped_main,
    "input taken whole": _given_whole,
    "push by index": _pushed_by_index,
}
"""The forms, by what they do."""


def _binaries(root: Any, operators: dict[str, str]) -> Iterator[tuple[Any, Any, str, Any]]:
    for node in _walk(root, "binary_expression"):
        left, operator, right = (node.child_by_field_name(name) for name in ("left", "operator", "right"))
        if _text(operator) in operators:
            yield node, left, _text(operator), right


def _with(node: Any, text: str) -> Edit:
    return (node.start_byte, node.end_byte, text)


def _within(node: Any, kind: str) -> bool:
    while node is not None and node.type != kind:
        node = node.parent
    return node is not None


def _walk(node: Any, kind: str | None = None) -> Iterator[Any]:
    if kind is None or node.type == kind:
        yield node
    for child in node.children:
        yield from _walk(child, kind)


def _text(node: Any) -> str:
    return str(node.text.decode())
