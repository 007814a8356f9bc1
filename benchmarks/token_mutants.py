"""Programs that differ from a given one in a single token: the wrong patches that the gate is fed.

This is on purpose no part of `mapp.validate.mutation`, and shares nothing with it: a gate that grades
tests by seeded faults must not be graded by the same faults. Here a token is replaced by another that
people confuse it with, by another name or text of the same program, or left out; whatever still parses
is a mutant.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import tree_sitter
import tree_sitter_javascript

_FAMILIES: Final = (
    "< <= > >=",
    "=== !== ==",
    "+ - * / %",
    "&& || ??",
    "+= -= *=",
    "++ --",
    "& | ^",
    "break continue",
    "if while",
    "throw return",
    "true false null",
    "const let",
    "of in",
    "floor ceil round trunc",
    "min max",
    "push unshift",
    "pop shift",
    "startsWith endsWith includes",
    "indexOf lastIndexOf",
    "padStart padEnd",
    "toUpperCase toLowerCase",
    "every some",
    "slice substring at",
    "has add delete",
    "map flatMap filter",
    "replace replaceAll",
    "values keys entries",
)
"""Tokens that stand in for one another."""
_RIVALS: Final = {
    token: tuple(other for other in family.split() if other != token)
    for family in _FAMILIES
    for token in family.split()
}
_OMITTED: Final = frozenset(["!", "-", "...", "?.", "return", "else", "async", "await"])
"""Tokens that are left out as well."""
_NAMES: Final = 2
"""By how many other names of the program a name is replaced."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mutant:
    """A program with one token changed: which, at which line, into what."""

    source: str
    line: int
    was: str
    now: str

    @property
    def label(self) -> str:
        """Returns the change in a few words."""
        return f"line {self.line}: {self.was} -> {self.now or 'nothing'}"


def mutants(source: str) -> list[Mutant]:
    """Returns all mutants of a program, in an order that is the same everywhere and mixes all kinds."""
    data = source.encode()
    found: dict[str, Mutant] = {}
    tokens = list(_tokens(parse(source)))
    names = sorted({_text(token) for token in tokens if token.type == "identifier"} - {"main", "host"})
    texts = sorted({_text(token) for token in tokens if token.type == "string_fragment"})
    for token in tokens:
        for new in _instead(token, names, texts):
            changed = (data[: token.start_byte] + new.encode() + data[token.end_byte :]).decode()
            if changed != source and not parse(changed).has_error:
                place = token.start_point[0] + 1
                found.setdefault(changed, Mutant(source=changed, line=place, was=_text(token), now=new))
    return sorted(found.values(), key=lambda mutant: hashlib.sha256(mutant.source.encode()).hexdigest())


def parse(source: str) -> Any:
    """Returns the syntax tree of a program."""
    language = tree_sitter.Language(tree_sitter_javascript.language())
    return tree_sitter.Parser(language).parse(source.encode()).root_node


def _tokens(node: Any) -> Iterator[Any]:
    if node.type == "comment":
        return
    if node.child_count == 0:
        yield node
    for child in node.children:
        yield from _tokens(child)


def _instead(token: Any, names: Sequence[str], texts: Sequence[str]) -> Iterator[str]:
    text = _text(token)
    yield from _RIVALS.get(text, ())
    if text in _OMITTED:
        yield ""
    match token.type:
        case "number":
            yield from _numbers(text)
        case "identifier" if text in names:
            yield from _others(text, names)
        case "string_fragment":
            yield from (text[1:], text + "x", *_others(text, texts))
        case "regex_pattern":
            yield from _patterns(text)
        case "regex_flags":
            yield ""
        case ")" if token.parent.type == "arguments" and token.prev_sibling.type != "(":
            yield ", 1)"


def _numbers(text: str) -> Iterator[str]:
    if "." in text:
        yield from (f"{text}1", text[:-1] + str((int(text[-1]) + 1) % 10))
    elif text.isdigit():
        yield from (str(int(text) + 1), str(max(int(text) - 1, 0)), str(10 * int(text)))


def _others(text: str, known: Sequence[str]) -> Iterator[str]:
    """Yields the names that follow in the alphabet, round and round: the choice must not need chance."""
    at = known.index(text)
    turned = [*known[at + 1 :], *known[:at]]
    yield from turned[:_NAMES]


def _patterns(text: str) -> Iterator[str]:
    for found in re.finditer(r"\d|\^|[*+?$]", text):
        was = found.group()
        now = str((int(was) + 1) % 10) if was.isdigit() else {"*": "+", "+": "*"}.get(was, "")
        yield text[: found.start()] + now + text[found.end() :]


def _text(token: Any) -> str:
    return str(token.text.decode())
