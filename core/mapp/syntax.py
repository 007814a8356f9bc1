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
_FUNCTIONS: Final = ("function_declaration", "function_expression", "arrow_function", "generator_function")
_EXPORTS: Final = re.compile(
    r"(?:module\s*\.\s*)?exports(?:\s*\.\s*(?P<name>[\w$]+)|\s*\[\s*(?P<quote>['\"])(?P<text>.*)(?P=quote)\s*\])?"
)
_ES_MODULE: Final = re.compile(r"Object\s*\.\s*defineProperty\s*\(\s*exports\s*,\s*(['\"])__esModule\1")
"""What TypeScript and Babel write at the head of a file."""
_NAME: Final = re.compile(r"[^\W\d][\w$]*|\$[\w$]*")
_RESERVED: Final = re.compile(
    "arguments|await|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|eval|export|"
    "extends|false|finally|for|function|if|implements|import|in|instanceof|interface|let|new|null|package|"
    "private|protected|public|return|static|super|switch|this|throw|true|try|typeof|var|void|while|with|yield"
)
"""Words that cannot name a constant (ECMA-262, 12.7.2); a property may be called so."""
_DEFAULT_NAME: Final = "main_function"


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
        elif node.type == "import_statement" or (
            node.type == "export_statement" and node.child_by_field_name("source") is not None
        ):
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
        declaration = node.child_by_field_name("declaration")
        value = node.child_by_field_name("value")
        if declaration is not None:
            self.exported += self.declaration(declaration, comment)
            self.cuts.append((node.start_byte, declaration.start_byte, b""))
        elif value is not None:
            self.publish(node, value, [], comment)
        else:
            rows = [row for clause in node.named_children for row in clause.named_children]
            names = [row.child_by_field_name("name") for row in rows if row.type == "export_specifier"]
            self.exported += [self.text(name) for name in names]
            self.cuts.append((node.start_byte, node.end_byte, b""))

    def assignment(self, node: Any, comment: str) -> None:
        if _ES_MODULE.match(self.text(node)):
            self.cuts.append((node.start_byte, node.end_byte, b""))
        elif (found := self.assigned(node.named_children[0])) is not None:
            names, value = found
            self.publish(node, value, names, comment)

    def assigned(self, node: Any) -> tuple[list[str], Any] | None:
        """Returns the value that a chain of assignments exports, and the names that a constant can have."""
        names: dict[str, None] = {}
        start = node
        while node.type == "assignment_expression":
            target = _EXPORTS.fullmatch(self.text(node.child_by_field_name("left")))
            if target is None:
                break
            if _is_name(name := target["name"] or target["text"] or ""):
                names[name] = None
            node = node.child_by_field_name("right")
        return None if node == start else (list(names), node)

    def publish(self, node: Any, value: Any, names: list[str], comment: str) -> None:
        """Turns a statement that exports a value into declarations; without functions, nothing remains."""
        function = _without_parentheses(value)
        if function.type in _FUNCTIONS:
            inner = function.child_by_field_name("name")
            first, *others = names or [_DEFAULT_NAME if inner is None else self.text(inner)]
            for name in (first, *others):
                self.add(name, function, comment)
            self.exported.append(first)
            self.cuts.append((node.start_byte, value.start_byte, f"const {first} = ".encode()))
            aliases = "".join(f"\nconst {other} = {first};" for other in others)
            self.cuts.append((node.end_byte, node.end_byte, aliases.encode()))
            return
        declared = list(self.members(function)) if function.type == "object" else []
        if function.type != "object":
            self.exported += self.identifiers(function)
        self.cuts.append((node.start_byte, node.end_byte, "\n".join(declared).encode()))

    def members(self, node: Any) -> Iterator[str]:
        """Lists the members of an exported object, and yields a declaration for each function among them."""
        comment = ""
        for member in node.named_children:
            if member.type == "comment":
                comment = self.text(member)
                continue
            key = member.child_by_field_name("key") or member.child_by_field_name("name")
            name = "" if key is None else self.text(key).strip("'\"")
            value = member.child_by_field_name("value")
            if member.type == "method_definition":
                before = [child.type for child in member.children if child.end_byte <= key.start_byte]
                if _is_name(name) and key.type == "property_identifier" and not {"get", "set"} & {*before}:
                    self.add(name, member, comment)
                    self.exported.append(name)
                    kind = f"{'async ' * ('async' in before)}function{'*' * ('*' in before)}"
                    yield f"{kind} {self.data[key.start_byte : member.end_byte].decode()}"
            elif value is not None and _is_name(name) and _without_parentheses(value).type in _FUNCTIONS:
                self.add(name, _without_parentheses(value), comment)
                self.exported.append(name)
                yield f"const {name} = {self.text(value)};"
            else:
                self.exported += self.identifiers(member if value is None else value)
            comment = ""

    def identifiers(self, node: Any) -> list[str]:
        pending, names = [node], []
        while pending:
            found = pending.pop()
            if found.type in ("identifier", "shorthand_property_identifier"):
                names.append(self.text(found))
            pending.extend(reversed(found.named_children))
        return names

    def declaration(self, node: Any, comment: str) -> list[str]:
        names = []
        if node.type in ("function_declaration", "generator_function_declaration"):
            name = self.text(node.child_by_field_name("name"))
            self.add(name, node, comment)
            names.append(name)
        elif node.type in ("lexical_declaration", "variable_declaration"):
            for declarator in node.named_children:
                value = declarator.child_by_field_name("value")
                if value is None:
                    continue
                name, chain = self.text(declarator.child_by_field_name("name")), self.assigned(value)
                if chain is not None:  # var f = exports.f = …
                    self.cuts.append((value.start_byte, chain[1].start_byte, b""))
                    self.exported.append(name)
                    value = chain[1]
                if (function := _without_parentheses(value)).type in _FUNCTIONS:
                    self.add(name, function, comment)
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


def _without_parentheses(node: Any) -> Any:
    while node.type == "parenthesized_expression":
        node = next(child for child in node.named_children if child.type != "comment")
    return node


def _is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None and not _RESERVED.fullmatch(text)


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
