"""Mutants: copies of a source with one small fault each."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from mapp.syntax import Node, tree_of
from mapp.validate.mutation.equivalents import is_idle, squeezed
from mapp.validate.mutation.operator import Edit, Operator
from mapp.validate.mutation.operators import OPERATORS

MAX_ALIKE: Final = 12
"""The most faults of one operator in one function or table."""
SURE: Final = 3
"""How many faults every function gets before the rest is shared out."""
MAX_SHOWN_LENGTH: Final = 160
MAX_EXPRESSION: Final = 80
"""Of a longer expression, in bytes, the surroundings of a fault are not kept."""

_NAMED: Final = ("function_declaration", "generator_function_declaration", "class_declaration")


@dataclass(frozen=True, kw_only=True, slots=True)
class Mutant:
    """A source with one fault: its operator, line and column (from 1), and the replaced text.

    `before` and `after` are what surrounds that text in its expression, e.g. `x ` and ` 10` for `x >= 10`.
    """

    operator: str
    line: int
    column: int
    scope: str
    replaced: str
    replacement: str
    source: str
    diff: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Fault:
    operator: str
    scope: str
    row: int
    column: int
    edit: Edit
    before: str
    after: str

    def rank(self, salt: str) -> str:
        key = f"{salt} {self.operator} {self.edit.start} {self.edit.end} {self.edit.text}"
        return hashlib.sha256(key.encode()).hexdigest()


def all_mutants(
    source: str, codes: Collection[str] = (), operators: tuple[Operator, ...] = OPERATORS
) -> Iterator[Mutant]:
    """Yields every mutant that parses, each once, in the order of the source.

    `codes` are the errors that the app declares: messages of other errors are not changed.
    """
    faults = sorted(_faults(source, codes, operators), key=lambda fault: (fault.edit.start, fault.edit.end))
    yield from _made(source, faults)


def sampled_mutants(source: str, codes: Collection[str] = (), *, seed: int) -> Iterator[Mutant]:
    """Yields the mutants of a source in an order in which any number of first mutants is a fair sample.

    The order depends only on the source and the seed. Every function first gets `SURE` faults, then its
    share; within a function the operators take turns.
    """
    salt = f"{seed} {hashlib.sha256(source.encode()).hexdigest()}"
    by_scope: dict[str, list[_Fault]] = defaultdict(list)
    for fault in _faults(source, codes, OPERATORS):
        by_scope[fault.scope].append(fault)
    ranked: list[tuple[float, str, _Fault]] = []
    for scope in sorted(by_scope):
        queue = _in_turns(by_scope[scope], salt)
        for position, fault in enumerate(queue):
            share = position - SURE if position < SURE else (position + 0.5) / len(queue)
            ranked.append((share, fault.rank(salt), fault))
    yield from _made(source, [fault for _, _, fault in sorted(ranked, key=lambda row: row[:2])])


def _in_turns(faults: list[_Fault], salt: str) -> list[_Fault]:
    """Returns faults in an order in which operators take turns, and within an operator the lines."""
    seen: dict[str, int] = defaultdict(int)
    lines: dict[tuple[str, int], int] = defaultdict(int)
    placed = []
    shuffled = sorted(faults, key=lambda fault: fault.rank(salt))
    spread = []
    for fault in shuffled:
        spread.append((lines[fault.operator, fault.row], fault.rank(salt), fault))
        lines[fault.operator, fault.row] += 1
    for _, rank, fault in sorted(spread, key=lambda row: row[:2]):
        turn = seen[fault.operator]
        seen[fault.operator] += 1
        if turn < MAX_ALIKE:
            placed.append((turn, rank, fault))
    return [fault for _, _, fault in sorted(placed, key=lambda row: row[:2])]


def _faults(source: str, codes: Collection[str], operators: tuple[Operator, ...]) -> Iterator[_Fault]:
    tree = tree_of(source)
    if tree is None:
        return
    by_kind: dict[str, list[Operator]] = defaultdict(list)
    for operator in operators:
        for kind in operator.kinds:
            by_kind[kind].append(operator)
    data = source.encode()
    seen: set[tuple[int, int, str]] = set()
    for node in tree.walk():
        for operator in by_kind.get(node.kind, ()):
            for edit in operator.propose(node):
                key = (edit.start, edit.end, squeezed(edit.text))
                replaced = data[edit.start : edit.end].decode()
                if key not in seen and not is_idle(node, edit, replaced, codes):
                    seen.add(key)
                    yield _placed(operator, node, edit)


def _placed(operator: Operator, node: Node, edit: Edit) -> _Fault:
    scope, around = "", node
    while (parent := around.parent) is not None:
        if around.kind in _NAMED or (around.kind == "variable_declarator" and not scope):
            name = around.part("name")
            scope = name.text if name is not None else scope
        around = parent
    before, after = _surroundings(node, edit)
    return _Fault(
        operator=operator.id,
        scope=scope,
        row=node.row,
        column=node.column,
        edit=edit,
        before=before,
        after=after,
    )


def _surroundings(node: Node, edit: Edit) -> tuple[str, str]:
    """Returns the rest of the expression around an edit: of the node, or of its parent if it is replaced."""
    whole = node.parent if (edit.start, edit.end) == (node.start, node.end) and node.parent else node
    data = whole.text.encode()
    if not whole.kind.endswith("expression") or len(data) > MAX_EXPRESSION:
        return "", ""
    return data[: edit.start - whole.start].decode(), data[edit.end - whole.start :].decode()


def _made(source: str, faults: list[_Fault]) -> Iterator[Mutant]:
    data = source.encode()
    made = {source}
    for fault in faults:
        edit = fault.edit
        mutated = (data[: edit.start] + edit.text.encode() + data[edit.end :]).decode()
        if mutated not in made and tree_of(mutated) is not None:
            made.add(mutated)
            line = data.count(b"\n", 0, edit.start)
            yield Mutant(
                operator=fault.operator,
                line=line + 1,
                column=len(data[data.rfind(b"\n", 0, edit.start) + 1 : edit.start].decode()) + 1,
                scope=fault.scope,
                replaced=data[edit.start : edit.end].decode(),
                replacement=edit.text,
                source=mutated,
                diff=_diff(source, mutated, line),
                before=fault.before,
                after=fault.after,
            )


def _diff(source: str, mutated: str, row: int) -> str:
    """Returns the first changed line before and after; of a longer change, only the number of lines."""
    before, after = source.split("\n"), mutated.split("\n")
    shorter = len(before) - len(after)
    new = after[row].strip() if row < len(after) else ""
    more = f" … ({shorter + 1} lines)" if shorter > 0 else ""
    return f"- {_clipped(before[row].strip())}{more}\n+ {_clipped(new)}"


def _clipped(line: str) -> str:
    return line if len(line) <= MAX_SHOWN_LENGTH else f"{line[: MAX_SHOWN_LENGTH - 1]}…"
