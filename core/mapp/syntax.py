"""Parses JavaScript: syntax trees, and the functions of a file with their parameters and JSDoc.

The only user of tree-sitter. It runs no code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from mapp.errors import InvalidInput, Problem

_TAG = re.compile(r"@(\w+)\s*([\s\S]*?)(?=\n@|\Z)")
_FUNCTIONS: Final = ("function_declaration", "function_expression", "arrow_function")


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameter:
    """One parameter of a function; `kind` is the JSDoc type and `default` the JavaScript text."""

    name: str
    kind: str = ""
    description: str = ""
    default: str | None = None
    optional: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Function:
    """One function of a file with its JSDoc."""

    name: str
    parameters: tuple[Parameter, ...]
    description: str = ""
    returns: str = ""
    returns_description: str = ""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Script:
    """A file as a plain script without exports, and its functions."""

    source: str
    functions: tuple[Function, ...]
    exported: tuple[str, ...]


def read_script(source: str) -> Script:
    """Returns the functions of a JavaScript file, and its source without `export` and `module.exports`.

    Raises:
        InvalidInput: the file does not parse or imports other files; names the line of each mistake.
    """
    data = source.encode()
    root = _parser().parse(data).root_node
    problems = [Problem(path=f"line {row + 1}", message=what) for row, what in _faults(root)]
    if problems:
        raise InvalidInput("cannot read the file as one plain JavaScript script", problems)
    reader = _ScriptReader(data)
    reader.read(root)
    return Script(source=reader.bare(), functions=tuple(reader.functions), exported=tuple(reader.exported))


def _parser() -> Any:
    import tree_sitter
    import tree_sitter_javascript

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_javascript.language()))


def _faults(root: Any) -> Iterator[tuple[int, str]]:
    pending = [root]
    while pending:
        node = pending.pop()
        if node.is_error or node.is_missing:
            yield node.start_point[0], "does not parse"
        elif node.type == "import_statement":
            yield node.start_point[0], "imports another file: an app is one file"
        elif node.has_error or node.type == "program":
            pending.extend(reversed(node.children))


class _ScriptReader:
    """Walks the top level once and collects functions, exports and the parts to cut."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.functions: list[Function] = []
        self.exported: list[str] = []
        self.cuts: list[tuple[int, int, bytes]] = []

    def bare(self) -> str:
        parts = []
        position = 0
        for start, end, instead in sorted(self.cuts):
            parts += [self.data[position:start], instead]
            position = end
        return b"".join([*parts, self.data[position:]]).decode()

    def read(self, root: Any) -> None:
        comment = ""
        for node in root.children:
            if node.type == "comment":
                comment = self.text(node)
                continue
            if node.type == "export_statement":
                self.export(node, comment)
            elif node.type == "expression_statement":
                self.assignment(node, comment)
            else:
                self.declaration(node, comment)
            comment = ""

    def export(self, node: Any, comment: str) -> None:
        declaration = node.child_by_field_name("declaration") or node.child_by_field_name("value")
        if declaration is None:
            self.exported += re.findall(r"[\w$]+", self.text(node).removeprefix("export").split(" as ")[0])
            self.cuts.append((node.start_byte, node.end_byte, b""))
            return
        instead = b""
        if declaration.type in _FUNCTIONS[1:]:
            self.add("main_function", declaration, comment)
            self.exported.append("main_function")
            instead = b"const main_function = "
        else:
            self.exported += self.declaration(declaration, comment)
        self.cuts.append((node.start_byte, declaration.start_byte, instead))

    def assignment(self, node: Any, comment: str) -> None:
        text = self.text(node)
        target = re.match(r"(?:module\.)?exports(?:\.(\w+))?\s*=\s*", text)
        if target is None:
            return
        value = node.named_children[0].child_by_field_name("right")
        if value is not None and value.type in _FUNCTIONS:
            inner = value.child_by_field_name("name")
            name = target.group(1) or (self.text(inner) if inner is not None else "main_function")
            self.add(name, value, comment)
            self.exported.append(name)
            self.cuts.append((node.start_byte, value.start_byte, f"const {name} = ".encode()))
        else:
            self.exported += re.findall(r"[\w$]+", text[target.end() :])
            self.cuts.append((node.start_byte, node.end_byte, b""))

    def declaration(self, node: Any, comment: str) -> list[str]:
        names = []
        if node.type in ("function_declaration", "generator_function_declaration"):
            name = self.text(node.child_by_field_name("name"))
            self.add(name, node, comment)
            names.append(name)
        elif node.type in ("lexical_declaration", "variable_declaration"):
            for declarator in node.named_children:
                value = declarator.child_by_field_name("value")
                if value is not None and value.type in _FUNCTIONS:
                    name = self.text(declarator.child_by_field_name("name"))
                    self.add(name, value, comment)
                    names.append(name)
        return names

    def add(self, name: str, node: Any, comment: str) -> None:
        doc = _jsdoc(comment)
        listed = node.child_by_field_name("parameters") or node.child_by_field_name("parameter")
        nodes = [listed] if listed is not None and listed.type == "identifier" else []
        nodes += listed.named_children if listed is not None and not nodes else []
        known = {row.name: row for row in doc.parameters}
        parameters = [self.parameter(row, known) for row in nodes if row.type != "comment"]
        self.functions.append(replace(doc, name=name, parameters=tuple(parameters)))

    def parameter(self, node: Any, known: dict[str, Parameter]) -> Parameter:
        default = None
        if node.type == "assignment_pattern":
            default = self.text(node.child_by_field_name("right"))
            node = node.child_by_field_name("left")
        if node.type != "identifier":
            what = {"rest_pattern": "a rest parameter", "object_pattern": "a destructured parameter"}
            raise InvalidInput(
                "cannot make an app from the function",
                [
                    Problem(
                        path=f"line {node.start_point[0] + 1}",
                        message=f"has {what.get(node.type, node.type)}",
                    )
                ],
                hint="give it plain parameters, one per value",
            )
        name = self.text(node)
        row = known.get(name, Parameter(name=name))
        return replace(row, default=default or row.default, optional=row.optional or default is not None)

    def text(self, node: Any) -> str:
        return self.data[node.start_byte : node.end_byte].decode()


def _jsdoc(comment: str) -> Function:
    if not comment.startswith("/**"):
        return Function(name="", parameters=())
    lines = [line.strip().removeprefix("*").removeprefix(" ") for line in comment[3:-2].split("\n")]
    text = "\n".join(lines).strip()
    description = " ".join(text.split("\n@")[0].split()) if not text.startswith("@") else ""
    parameters, examples = [], []
    returns = returns_description = ""
    for tag, body in _TAG.findall(text):
        if tag in ("param", "arg", "argument"):
            parameters.append(_parameter(body))
        elif tag in ("returns", "return"):
            returns, returns_description = _braced(body)
        elif tag == "example":
            examples += [line.strip() for line in body.split("\n") if line.strip()]
        elif tag in ("description", "desc"):
            description = " ".join(body.split())
    return Function(
        name="",
        parameters=tuple(parameters),
        description=description,
        returns=returns,
        returns_description=returns_description,
        examples=tuple(examples),
    )


def _parameter(body: str) -> Parameter:
    kind, rest = _braced(body)
    match = re.match(r"\[\s*([\w$]+)\s*(?:=\s*([^\]]*))?\]|([\w$]+)", rest)
    if match is None:
        return Parameter(name="")
    description = rest[match.end() :].strip().removeprefix("-").strip()
    return Parameter(
        name=match.group(1) or match.group(3),
        kind=kind.removesuffix("="),
        description=" ".join(description.split()),
        default=(match.group(2) or "").strip() or None,
        optional=match.group(1) is not None or kind.endswith("="),
    )


def _braced(body: str) -> tuple[str, str]:
    """Returns the `{type}` at the start of a tag and the rest. Braces may nest."""
    body = body.strip()
    if not body.startswith("{"):
        return "", " ".join(body.split("\n"))
    depth = 0
    for at, character in enumerate(body):
        depth += (character == "{") - (character == "}")
        if depth == 0:
            return body[1:at].strip(), " ".join(body[at + 1 :].split())
    return "", body


class Node:
    """One node of a syntax tree: its kind (the grammar's name), its position and its neighbours.

    `start` and `end` count bytes, `column` counts characters; `row` and `column` start at 0.
    """

    __slots__ = ("_data", "_raw")

    def __init__(self, raw: Any, data: bytes) -> None:
        self._raw = raw
        self._data = data

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Node) and bool(self._raw == other._raw)

    def __hash__(self) -> int:
        return hash((self.start, self.end, self.kind))

    @property
    def kind(self) -> str:
        """Returns the grammar's name of the node; a token's is its own text."""
        return str(self._raw.type)

    @property
    def start(self) -> int:
        """Returns the offset of the first byte."""
        return int(self._raw.start_byte)

    @property
    def end(self) -> int:
        """Returns the offset after the last byte."""
        return int(self._raw.end_byte)

    @property
    def row(self) -> int:
        """Returns the line, from 0."""
        return int(self._raw.start_point[0])

    @property
    def column(self) -> int:
        """Returns the column in characters, from 0."""
        line = self._data.rfind(b"\n", 0, self.start) + 1
        return len(self._data[line : self.start].decode())

    @property
    def text(self) -> str:
        """Returns the source of the node."""
        return self._data[self.start : self.end].decode()

    @property
    def parent(self) -> Node | None:
        """Returns the enclosing node, or None for the root."""
        raw = self._raw.parent
        return None if raw is None else Node(raw, self._data)

    @property
    def children(self) -> list[Node]:
        """Returns all child nodes, including tokens and comments."""
        return [Node(raw, self._data) for raw in self._raw.children]

    @property
    def parts(self) -> list[Node]:
        """Returns the named child nodes, without tokens and comments."""
        return [Node(raw, self._data) for raw in self._raw.named_children if raw.type != "comment"]

    def part(self, field: str) -> Node | None:
        """Returns the child node that the grammar calls `field`, such as `condition` of an `if_statement`."""
        raw = self._raw.child_by_field_name(field)
        return None if raw is None else Node(raw, self._data)

    def walk(self) -> Iterator[Node]:
        """Yields the node and all its descendants in source order."""
        pending = [self._raw]
        while pending:
            raw = pending.pop()
            yield Node(raw, self._data)
            pending.extend(reversed(raw.children))


def tree_of(source: str) -> Node | None:
    """Returns the syntax tree of a file, or None if it does not parse."""
    data = source.encode()
    root = _parser().parse(data).root_node
    return None if root.has_error else Node(root, data)


def tokens_of(tree: Node) -> tuple[str, ...]:
    """Returns a tree's tokens without comments and spaces: equal for sources that differ only in layout."""
    return tuple(node.text for node in tree.walk() if not node.children and node.kind != "comment")
