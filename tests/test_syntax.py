"""What is read from a JavaScript file: its functions, its exports, its mistakes and its tree."""

from __future__ import annotations

import pytest

from mapp.errors import InvalidInput
from mapp.syntax import Function, Parameter, read_script, tokens_of, tree_of

DOCUMENTED = """\
/**
 * Rounds a price.
 *
 * @param {number} price - the price
 *   in euros
 * @param {{step: number}} [options={}] how
 * @returns {number} the rounded price
 * @example
 * round(1.234) // 1.23
 */
function round(price, options) { return price; }
"""


def test_a_function_has_what_its_comment_says() -> None:
    assert read_script(DOCUMENTED).functions == (
        Function(
            name="round",
            parameters=(
                Parameter(name="price", kind="number", description="the price in euros"),
                Parameter(
                    name="options", kind="{step: number}", description="how", default="{}", optional=True
                ),
            ),
            description="Rounds a price.",
            returns="number",
            returns_description="the rounded price",
            examples=("round(1.234) // 1.23",),
        ),
    )


@pytest.mark.parametrize(
    ("source", "bare", "exported"),
    [
        ("export function f(a) {}", "function f(a) {}", ("f",)),
        ("export const f = (a) => a;", "const f = (a) => a;", ("f",)),
        ("export default (a) => a;", "const main_function = (a) => a;", ("main_function",)),
        ("export default function (a) {}", "const main_function = function (a) {}", ("main_function",)),
        ("export default function* (a) {}", "const main_function = function* (a) {}", ("main_function",)),
        ("export default (a => a);", "const main_function = (a => a);", ("main_function",)),
        ("export default function f(a) {}", "function f(a) {}", ("f",)),
        ("function f(a) {}\nexport default f;", "function f(a) {}\n", ("f",)),
        ("const f = (a) => a;\nexport default f", "const f = (a) => a;\n", ("f",)),
        ("function f(a) {}\nexport default memo(f);", "function f(a) {}\n", ("memo", "f")),
        ("function f(a) {}\nexport default { f, limit: 5 };", "function f(a) {}\n", ("f",)),
        ("function f(a) {}\nexport { f as g };", "function f(a) {}\n", ("f",)),
        ("function f(a) {}\nexport { LIMIT as g, f as default };", "function f(a) {}\n", ("LIMIT", "f")),
        ("module.exports = function f(a) {};", "const f = function f(a) {};", ("f",)),
        ("exports.f = a => a;", "const f = a => a;", ("f",)),
        ("function f(a) {}\nmodule.exports = { f };", "function f(a) {}\n", ("f",)),
        ("function f(a) {}\nmodule.exports = { g: f };", "function f(a) {}\n", ("f",)),
        ("module.exports = { f: (a) => a, LIMIT: 5 };", "const f = (a) => a;", ("f",)),
        ("module.exports = { f(a) { return a; } };", "function f(a) { return a; }", ("f",)),
        ("module.exports = { async 'no name'(b) {}, async f(a) {} };", "async function f(a) {}", ("f",)),
        (
            "module.exports = { get g() { return 1; }, f: (function (a) {}) };",
            "const f = (function (a) {});",
            ("f",),
        ),
        ("exports.f = (function (a) {});", "const f = (function (a) {});", ("f",)),
        ("exports['f'] = function (a) {};", "const f = function (a) {};", ("f",)),
        ("exports['f-1'] = function g(a) {};", "const g = function g(a) {};", ("g",)),
        ("exports.default = function (a) {};", "const main_function = function (a) {};", ("main_function",)),
        ("module.exports = exports = function f(a) {};", "const f = function f(a) {};", ("f",)),
        ("exports = module.exports = a => a;", "const main_function = a => a;", ("main_function",)),
        ("module.exports = exports.f = function (a) {};", "const f = function (a) {};", ("f",)),
        ("function f(a) {}\nexports.g = exports.h = f;", "function f(a) {}\n", ("f",)),
        ("var f = exports.g = function (a) {}, n = 1;", "var f = function (a) {}, n = 1;", ("f",)),
        ("const f = module.exports = (a) => a;", "const f = (a) => a;", ("f",)),
        (
            'Object.defineProperty(exports, "__esModule", { value: true });\n'
            "exports.f = void 0;\nfunction f(a) {}\nexports.f = f;",
            "\n\nfunction f(a) {}\n",
            ("f",),
        ),
        ("/* ü */ export function f(a) {}", "/* ü */ function f(a) {}", ("f",)),
        ("function f(a) {}", "function f(a) {}", ()),
    ],
)
def test_exports_are_listed_and_cut_from_the_source(
    source: str, bare: str, exported: tuple[str, ...]
) -> None:
    script = read_script(source)

    assert (script.source, script.exported) == (bare, exported)
    assert [[row.name for row in function.parameters] for function in script.functions] == [["a"]]


@pytest.mark.parametrize(
    ("source", "bare"),
    [
        ("exports.a = exports.b = function (x) {};", "const a = function (x) {};\nconst b = a;"),
        ("exports.a = exports.b = x => x\nf()", "const a = x => x\nconst b = a;\nf()"),
        ("module.exports = exports.a = exports.b = (x) => x;", "const a = (x) => x;\nconst b = a;"),
        ("exports.a = exports.a = exports.b = (x) => x;", "const a = (x) => x;\nconst b = a;"),
    ],
)
def test_a_function_that_is_exported_under_two_names_keeps_both(source: str, bare: str) -> None:
    script = read_script(source)

    assert (script.source, script.exported) == (bare, ("a",))
    assert [function.name for function in script.functions] == ["a", "b"]


def test_every_name_of_an_export_list_is_exported() -> None:
    source = "function f(a) {}\nfunction h(a) {}\nexport { f as g, h };"

    assert read_script(source).exported == ("f", "h")


def test_functions_of_an_exported_object_have_their_comments() -> None:
    members = "/** Doubles. */\n f: (a) => 2 * a,\n /** Halves. */\n h(a) { return a / 2; },\n"
    source = f"module.exports = {{\n{members}}};\n"

    script = read_script(source)

    assert [(row.name, row.description) for row in script.functions] == [("f", "Doubles."), ("h", "Halves.")]
    assert script.source == "const f = (a) => 2 * a;\nfunction h(a) { return a / 2; }\n"


@pytest.mark.parametrize(
    "source", ["export { f } from './f';", "export * from './f';", "export * as f from 'f';"]
)
def test_a_file_that_passes_on_another_files_exports_is_refused(source: str) -> None:
    with pytest.raises(InvalidInput) as error:
        read_script(f"function f(a) {{}}\n{source}")

    assert [row.path for row in error.value.problems] == ["line 2"]
    assert "imports another file" in error.value.problems[0].message


def test_a_default_in_the_code_makes_a_parameter_optional() -> None:
    (function,) = read_script("const f = (a, b = [1, 2]) => a;").functions

    assert function.parameters == (Parameter(name="a"), Parameter(name="b", default="[1, 2]", optional=True))


def test_every_mistake_of_a_file_is_named_with_its_line() -> None:
    with pytest.raises(InvalidInput) as error:
        read_script("import a from 'a';\nfunction f() {}\nimport 'b';\nlet = = 1;\n")

    found = [(problem.path, problem.message.split(":")[0]) for problem in error.value.problems]
    assert found[:2] == [("line 1", "imports another file"), ("line 3", "imports another file")]
    assert ("line 4", "does not parse") in found


@pytest.mark.parametrize(
    ("parameters", "what"), [("...rest", "a rest parameter"), ("{ a }", "a destructured parameter")]
)
def test_a_parameter_that_is_not_one_value_is_refused(parameters: str, what: str) -> None:
    with pytest.raises(InvalidInput) as error:
        read_script(f"\nfunction f({parameters}) {{}}")

    assert [(row.path, row.message) for row in error.value.problems] == [("line 2", f"has {what}")]


def test_the_position_of_a_node_counts_bytes_and_its_column_characters() -> None:
    tree = tree_of("1;\n'üü' + x;")
    assert tree is not None
    (node,) = [node for node in tree.walk() if node.text == "x"]

    assert (node.row, node.column, node.start, node.end) == (1, 7, 12, 13)
    assert node.parent is not None
    assert node.parent.part("right") == node
    assert node.parent.part("body") is None


def test_sources_that_differ_only_in_layout_have_the_same_tokens() -> None:
    one, two = tree_of("f( 1 ) // one"), tree_of("f(\n  1)")
    other = tree_of("f(2)")
    assert one is not None and two is not None and other is not None

    assert tokens_of(one) == tokens_of(two) == ("f", "(", "1", ")")
    assert tokens_of(other) != tokens_of(one)
    assert tree_of("f(") is None
