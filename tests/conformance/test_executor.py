"""The behaviour that every executor must have, on every engine."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mapp.errors import SandboxUnavailable
from mapp.sandbox.executor import (
    Executor,
    Grant,
    Inspection,
    Job,
    Killed,
    Program,
    Returned,
    Threw,
    Unserialisable,
)
from support.engines import MAKERS
from support.scripts import children, evaluate, expression, job, thrown, value


@pytest.fixture(scope="module", params=sorted(MAKERS))
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    with MAKERS[request.param]() as made:
        yield made


# ---- an ordinary script ------------------------------------------------------------------------------------


def test_main_gets_its_arguments_and_its_result_comes_back_as_json(executor: Executor) -> None:
    result = executor.run(
        job("function main(a, b) { return {sum: a.x + b, list: [true, null]}; }", {"x": 1}, 2)
    )

    assert isinstance(result, Returned)
    assert result.json == '{"sum":3,"list":[true,null]}'
    assert result.wall_ms > 0


def test_text_is_unchanged_in_both_directions(executor: Executor) -> None:
    texts = ["", "\u0000", "\u2028", "é", "😀", "\\\"'", "</script>", "__proto__", "x" * 100_000]

    assert evaluate(executor, "input", texts) == texts


@pytest.mark.parametrize("number", [0, -1, 2**53 - 1, 1e300, 5e-324, 0.1, 1 / 3, -1.5e-7])
def test_numbers_are_unchanged(executor: Executor, number: float) -> None:
    assert evaluate(executor, "input", number) == number


def test_minus_zero_becomes_zero(executor: Executor) -> None:
    result = executor.run(expression("-0"))

    assert isinstance(result, Returned)
    assert result.json == "0"


def test_a_key_named_proto_is_an_ordinary_key(executor: Executor) -> None:
    assert evaluate(executor, "input", {"__proto__": {"polluted": 1}}) == {"__proto__": {"polluted": 1}}


def test_a_promise_is_awaited(executor: Executor) -> None:
    source = "async function main(input) { const one = await 1; return one + await Promise.resolve(input); }"

    assert value(executor.run(job(source, 2))) == 3


def test_every_run_starts_with_a_fresh_context(executor: Executor) -> None:
    source = "function main() { globalThis.count = (globalThis.count || 0) + 1; return count; }"

    assert [value(executor.run(job(source, None))) for _ in range(3)] == [1, 1, 1]


@pytest.mark.parametrize(
    "definition", ["function main() {", "'use strict'; function main() {", "const main = () => {"]
)
def test_main_may_be_defined_in_any_way_a_script_can(executor: Executor, definition: str) -> None:
    assert value(executor.run(job(definition + " return 1; }", None))) == 1


def test_another_function_can_be_the_entry(executor: Executor) -> None:
    assert value(executor.run(job("function prop_a(i, o) { return i < o; }", 1, 2, entry="prop_a"))) is True


# ---- a script that fails -----------------------------------------------------------------------------------


def test_an_error_carries_name_message_and_the_place_in_the_source(executor: Executor) -> None:
    result = thrown(executor.run(job("function main() {\n  throw new RangeError('too far');\n}", None)))

    assert (result.name, result.message) == ("RangeError", "too far")
    assert result.stack.splitlines()[0].startswith("at main (main.js:2:")


def test_stacks_show_only_lines_of_the_script(executor: Executor) -> None:
    result = thrown(executor.run(job("function main() { null.x; }", None)))

    assert "dukpy" not in result.stack
    assert "eval" not in result.stack


@pytest.mark.parametrize(
    "source", ["function main( {", "function main() { return 08n; }", "import x from 'y'", "}"]
)
def test_source_that_does_not_parse_is_a_syntax_error(executor: Executor, source: str) -> None:
    assert thrown(executor.run(job(source, None))).name == "SyntaxError"


def test_a_missing_entry_is_an_error_that_names_it(executor: Executor) -> None:
    assert "main is not a function" in thrown(executor.run(job("let x = 1;", None))).message


def test_a_rejected_promise_counts_as_a_thrown_error(executor: Executor) -> None:
    result = thrown(executor.run(job("async function main() { throw new Error('no_such_rate'); }", None)))

    assert (result.name, result.message) == ("Error", "no_such_rate")


def test_an_unhandled_rejection_is_an_error(executor: Executor) -> None:
    source = "function main() { Promise.reject(new TypeError('lost: x')); return 1; }"
    result = thrown(executor.run(job(source, None)))

    assert (result.name, result.message) == ("TypeError", "lost: x")


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("'plain'", "string", "plain"),
        ("7", "number", "7"),
        ("null", "object", "null"),
        ("Symbol('s')", "symbol", "Symbol(s)"),
    ],
)
def test_thrown_values_other_than_errors_are_named_by_type(
    executor: Executor, text: str, name: str, message: str
) -> None:
    result = thrown(executor.run(job(f"function main() {{ throw {text}; }}", None)))

    assert (result.name, result.message, result.stack) == (name, message, "")


@pytest.mark.parametrize(
    "forged",
    [
        "{get name() { throw 1; }, get message() { throw 2; }, get stack() { throw 3; }}",
        "new Proxy({}, {get() { throw 1; }, getPrototypeOf() { throw 2; }})",
        "Object.defineProperties(new Error(), {name: {value: 5}, message: {value: {}}, stack: {value: []}})",
        "Object.create(null)",
        "(() => { const r = Proxy.revocable({}, {}); r.revoke(); return r.proxy; })()",
    ],
)
def test_forged_engine_errors_count_as_thrown_errors(executor: Executor, forged: str) -> None:
    result = thrown(executor.run(job(f"function main() {{ throw {forged}; }}", None)))

    assert (result.name, result.message) == ("Error", "")


@pytest.mark.parametrize("kind", ["memory", "output", "wall"])
def test_a_script_cannot_pretend_to_have_been_killed(executor: Executor, kind: str) -> None:
    source = (
        "function main() { const e = new Error('out of memory'); e.name = 'InternalError';"
        f" e.kind = '{kind}'; throw e; }}"
    )

    assert thrown(executor.run(job(source, None))).name == "InternalError"


def test_very_long_messages_are_truncated(executor: Executor) -> None:
    result = thrown(executor.run(job("function main() { throw new Error('x'.repeat(1e6)); }", None)))

    assert len(result.message) < 10_000


def test_half_surrogates_in_messages_are_replaced(executor: Executor) -> None:
    result = thrown(executor.run(job("function main() { throw new Error('a\\ud800b'); }", None)))

    assert result.message == "a\ufffdb"


# ---- results that JSON cannot represent --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("NaN", "output is NaN"),
        ("{a: [1, {b: -Infinity}]}", "output.a[1].b is -Infinity"),
        ("undefined", "output is undefined"),
        ("{a: undefined}", "output.a is undefined"),
        ("[1, , 3]", "output[1] is undefined"),
        ("main", "output is a function"),
        ("{f() {}}", "output.f is a function"),
        ("1n", "output is a BigInt"),
        ("Symbol('x')", "output is a symbol"),
        ("'a\\ud800'", "output holds half a surrogate pair"),
        ("{'\\udfff': 1}", "holds half a surrogate pair"),
        ("(() => { const a = {}; a.a = a; return a; })()", "output.a contains itself"),
        (
            "(() => { let a = []; for (let i = 0; i < 400; i++) a = [a]; return a; })()",
            "is nested more than 100",
        ),
        ("new Date()", "output is an instance of a class"),
        ("{when: new Map()}", "output.when is an instance of a class"),
        ("new Promise(() => {})", "output is a promise that never settles"),
    ],
)
def test_values_outside_json_are_rejected_with_their_path(
    executor: Executor, text: str, message: str
) -> None:
    result = executor.run(expression(text))

    assert isinstance(result, Unserialisable), result
    assert message in result.message


def test_a_hundred_levels_are_not_too_deep(executor: Executor) -> None:
    text = "(() => { let a = 0; for (let i = 0; i < 50; i++) a = {a: [a]}; return a; })()"
    result = executor.run(expression(text))

    assert isinstance(result, Returned), result
    assert result.json == '{"a":[' * 50 + "0" + "]}" * 50


def test_the_same_value_twice_is_not_a_cycle(executor: Executor) -> None:
    assert evaluate(executor, "(() => { const a = [1]; return [a, a, {a}]; })()") == [[1], [1], {"a": [1]}]


# ---- values that change between reads ----------------------------------------------------------------------


def test_a_getter_is_read_once(executor: Executor) -> None:
    source = "function main() { let n = 0; return {get x() { n += 1; return n; }, get y() { return n; }}; }"

    assert value(executor.run(job(source, None))) == {"x": 1, "y": 1}


def test_a_proxy_is_read_once(executor: Executor) -> None:
    source = "function main() { let n = 0; return new Proxy({a: 0, b: 0}, {get: () => (n += 1)}); }"

    assert value(executor.run(job(source, None))) == {"a": 1, "b": 2}


def test_a_later_microtask_cannot_change_the_result(executor: Executor) -> None:
    source = (
        "function main() { const out = {x: 1}; Promise.resolve().then(() => { out.x = 2; }); return out; }"
    )

    assert value(executor.run(job(source, None))) == {"x": 1}


def test_to_json_is_an_ordinary_property(executor: Executor) -> None:
    result = executor.run(expression("{toJSON() { return 'lie'; }}"))

    assert isinstance(result, Unserialisable)
    assert "output.toJSON is a function" in result.message


@pytest.mark.parametrize(
    "sabotage",
    [
        "JSON.stringify = () => '\"lie\"'; JSON.parse = () => 'lie';",
        "for (const type of [Object, Array, String, Number]) type.prototype.toJSON = () => 'lie';",
        "for (const name of Object.getOwnPropertyNames(Array.prototype))"
        " try { Array.prototype[name] = () => 'lie'; } catch {}",
        "for (const name of Object.getOwnPropertyNames(String.prototype))"
        " try { String.prototype[name] = () => 'lie'; } catch {}",
        "Object.keys = () => ['lie']; Reflect.apply = Array.isArray = Object.defineProperty = () => 'lie';",
        "Object.defineProperty(Array.prototype, '0', {set(v) { try { v.json = v.kind = '2'; } catch {} }});",
        "Object.defineProperty(Object.prototype, 'kind', {set() { throw 1; }, get() { return 'lie'; }});",
        "Array.prototype[Symbol.iterator] = function* () { yield 'lie'; };",
        "Promise.prototype.then = () => 'lie'; Promise.resolve = () => 'lie';",
        "Function.prototype.call = Function.prototype.apply = () => 'lie';",
        "globalThis.Object = globalThis.Array = globalThis.JSON = globalThis.Reflect = undefined;",
        "Object.setPrototypeOf(Array.prototype, null);",
    ],
)
def test_redefined_intrinsics_do_not_change_the_result(executor: Executor, sabotage: str) -> None:
    source = f"{sabotage}\nfunction main(input) {{ return {{a: [input.x, 'true']}}; }}"

    assert value(executor.run(job(source, {"x": 1.5}))) == {"a": [1.5, "true"]}


def test_redefined_intrinsics_do_not_reach_an_awaited_result(executor: Executor) -> None:
    source = "Promise.prototype.then = JSON.stringify = () => '1'; async function main() { return 'truth'; }"

    assert value(executor.run(job(source, None))) == "truth"


# ---- what a script cannot reach ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "call_python", "dukpy", "__mapp__", "process", "require", "module", "console", "print", "std", "os",
        "scriptArgs", "fetch", "XMLHttpRequest", "setTimeout", "setInterval", "performance", "eval", "Deno",
        "WeakRef", "Atomics", "SharedArrayBuffer", "FinalizationRegistry", "InternalError",
    ],
)  # fmt: skip
def test_no_ambient_authority_is_in_scope(executor: Executor, name: str) -> None:
    assert evaluate(executor, f"[typeof {name}, '{name}' in globalThis]") == ["undefined", False]


@pytest.mark.parametrize(
    "attempt",
    [
        "Function('return 1')()",
        "new Function('return 1')",
        "(() => {}).constructor('return 1')()",
        "(async () => {}).constructor('return 1')()",
        "(function* () {}).constructor('return 1')()",
        "(async function* () {}).constructor('return 1')()",
        "Object.getPrototypeOf(class {}).constructor('return 1')()",
        "Reflect.construct(Function, ['return 1'])",
        "new (class extends Function {})('return 1')",
    ],
)
def test_code_cannot_be_made_from_strings(executor: Executor, attempt: str) -> None:
    assert thrown(executor.run(expression(attempt))).name == "EvalError"


def test_a_direct_eval_is_an_unknown_name(executor: Executor) -> None:
    assert thrown(executor.run(expression("eval('1')"))).name == "ReferenceError"


def test_functions_are_still_instances_of_function(executor: Executor) -> None:
    assert evaluate(executor, "[main instanceof Function, main.constructor === Function]") == [True, True]


def test_stack_hooks_expose_no_functions(executor: Executor) -> None:
    source = """
    function main() {
      const caught = [];
      Error.prepareStackTrace = (error, frames) => { caught.push(frames); return 'mine'; };
      try { null.x; } catch (error) { void error.stack; }
      void new Error().stack;
      return [caught.length, typeof main.caller];
    }"""

    assert value(executor.run(job(source, None)))[0] == 0


def test_modules_cannot_be_imported(executor: Executor) -> None:
    source = "async function main() { try { await import('/etc/passwd'); } catch { return 'refused'; } }"

    assert value(executor.run(job(source, None))) == "refused"


# ---- time and randomness -----------------------------------------------------------------------------------


def test_the_host_offers_only_what_was_declared(executor: Executor) -> None:
    keys = "Object.keys(host).sort()"

    assert evaluate(executor, keys) == []
    assert evaluate(executor, keys, clock=True) == ["now"]
    assert evaluate(executor, keys, random=True) == ["random"]
    assert evaluate(executor, keys, clock=True, random=True) == ["now", "random"]


def test_the_host_object_is_frozen(executor: Executor) -> None:
    assert evaluate(executor, "(host.now = () => 1, host.extra = 1, host.now())", clock=True, now_ms=5) == 5


def test_a_predicate_sees_no_host(executor: Executor) -> None:
    assert value(executor.run(job("function main() { return arguments.length; }", 1, 2, host=False))) == 2


def test_the_clock_stands_still_at_the_time_of_the_job(executor: Executor) -> None:
    at = 1_700_000_000_123
    times = "[host.now(), Date.now(), new Date().getTime(), new Date().toISOString(), Date().slice(0, 33)]"

    assert evaluate(executor, times, clock=True, now_ms=at) == [
        at, at, at, "2023-11-14T22:13:20.123Z", "Tue Nov 14 2023 22:13:20 GMT+0000",
    ]  # fmt: skip


def test_without_the_clock_the_time_is_always_1970(executor: Executor) -> None:
    assert evaluate(executor, "[Date.now(), +new Date(), new Date().constructor.now()]", now_ms=5) == [
        0,
        0,
        0,
    ]


def test_dates_work_in_utc(executor: Executor) -> None:
    text = """[new Date(2024, 1, 29, 12).toISOString(), new Date('2024-03-10T02:30:00').getHours(),
               new Date(0) instanceof Date, Date.UTC(1970, 0, 2), new Date(5).getTimezoneOffset(),
               Date.length]"""

    assert evaluate(executor, text) == ["2024-02-29T12:00:00.000Z", 2, True, 86_400_000, 0, 7]


def test_random_numbers_depend_only_on_the_seed(executor: Executor) -> None:
    draws = "Array.from({length: 20}, () => [Math.random(), host.random()])"
    first, again, other = (evaluate(executor, draws, random=True, seed=seed) for seed in (1, 1, 2))

    assert first == again
    assert all(mine != theirs for mine, theirs in zip(first, other, strict=True))
    assert all(0 <= draw < 1 for pair in first for draw in pair)
    assert len({draw for pair in first for draw in pair}) == 40


def test_seeds_may_be_any_integer(executor: Executor) -> None:
    draws = {evaluate(executor, "host.random()", random=True, seed=seed) for seed in (0, -1, 2**32, 2**63)}

    assert len(draws) == 4


PROBE = """
import sys
from support.scripts import job
from {module} import {name}
source = '''function main(input) {{
  const d = new Date(2024, 6, 1, 12);
  return [String(d), d.toLocaleString(), d.toLocaleDateString('de'), (1234567.891).toLocaleString('de'),
    ['ä', 'a', 'z', 'Z', 'é', 'İ'].sort((a, b) => a.localeCompare(b)), 'İI'.toLocaleLowerCase('tr'),
    Math.random(), Object.keys({{b: 1, a: 2, 1: 3}}), Math.sin(1), 0.1 + 0.2, Date.parse('2024-07-01 10:00')];
}}'''
with {name}() as executor:
    sys.stdout.write(executor.run(job(source, None, seed=7)).json)
"""


def test_results_are_the_same_in_other_processes_time_zones_and_languages(executor: Executor) -> None:
    kind = type(executor)
    probe = PROBE.format(module=kind.__module__, name=kind.__name__)
    surroundings = [
        {"TZ": "America/New_York", "LANG": "de_DE.UTF-8", "PYTHONHASHSEED": "1"},
        {"TZ": "Asia/Kathmandu", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "2"},
    ]
    outputs = {_output_of(probe, variables) for variables in surroundings}

    assert len(outputs) == 1
    assert json.loads(outputs.pop())[0].startswith("Mon Jul 01 2024 12:00:00 GMT+0000")


def _output_of(program: str, variables: dict[str, str]) -> bytes:
    path = os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])
    environment = {**os.environ, "PYTHONPATH": path, **variables}
    return subprocess.run(
        [sys.executable, "-c", program], env=environment, check=True, stdout=subprocess.PIPE
    ).stdout


# ---- limits ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "for (;;);",
        "return new Array(2 ** 31).join('x');",
        "return /^(a+)+$/.test('a'.repeat(40) + 'b');",
        "return (async () => { for (;;) await null; })();",
        "const again = () => { Promise.resolve().then(again); }; again(); return new Promise(() => {});",
        "return {get x() { for (;;); }};",
        "throw {get message() { for (;;); }};",
    ],
)
def test_a_script_that_does_not_end_is_stopped_at_its_time_limit(executor: Executor, body: str) -> None:
    result = executor.run(job(f"function main() {{ {body} }}", None, wall_ms=300))

    assert isinstance(result, Killed), result
    assert result.reason == "wall"
    assert "300 ms" in result.detail


def test_a_script_may_hang_before_main_is_called(executor: Executor) -> None:
    result = executor.run(job("for (;;);", None, wall_ms=200))

    assert isinstance(result, Killed)
    assert result.reason == "wall"


@pytest.mark.parametrize(
    "body",
    [
        "const all = []; for (;;) all.push(new Array(1000).fill(1));",
        "let text = 'x'; for (;;) text = (text + text).toUpperCase();",
        "globalThis.kept = []; for (;;) kept.push('x'.repeat(1e5) + kept.length);",
        "let last = Promise.resolve(); for (;;) last = last.then(() => 1);",
        "const m = new Map(); for (let i = 0; ; i++) m.set(i, {i});",
        "return new ArrayBuffer(2 ** 30).byteLength;",
        "return 'x'.repeat(2 ** 29).length;",
    ],
)
def test_a_script_that_needs_too_much_memory_is_killed(executor: Executor, body: str) -> None:
    result = executor.run(job(f"function main() {{ {body} }}", None, memory_mb=32))

    assert isinstance(result, Killed), result
    assert (result.reason, result.detail) == ("memory", "more than 32 MB of memory")


def test_every_job_has_its_own_memory_limit(executor: Executor) -> None:
    text = "new Uint8Array(40e6).fill(1).length"

    assert isinstance(executor.run(expression(text, memory_mb=16)), Killed)
    assert evaluate(executor, text, memory_mb=64) == 40_000_000


@pytest.mark.parametrize(
    "text",
    [
        "'x'.repeat(5e6)",
        "Array.from({length: 1e5}, (_, i) => i)",
        "new Proxy([], {get: (_, key) => key === 'length' ? 1e15 : 1})",
    ],
)
def test_too_much_output_is_refused(executor: Executor, text: str) -> None:
    result = executor.run(expression(text, output_kb=64))

    assert isinstance(result, Killed), result
    assert (result.reason, result.detail) == ("output", "more than 64 kB of output")


def test_output_is_counted_in_bytes_not_characters(executor: Executor) -> None:
    fits, too_long = "'é'.repeat(511)", "'é'.repeat(512)"

    assert evaluate(executor, fits, output_kb=1) == "é" * 511
    assert isinstance(executor.run(expression(too_long, output_kb=1)), Killed)


def test_too_deep_recursion_is_an_error_that_the_script_may_catch(executor: Executor) -> None:
    assert thrown(executor.run(job("function main() { return main(); }", None))).name == "RangeError"
    assert evaluate(executor, "(() => { try { return main(); } catch { return 'caught'; } })()") == "caught"


def test_large_inputs_are_accepted(executor: Executor) -> None:
    assert evaluate(executor, "input.length", "x" * 20_000_000) == 20_000_000


def test_larger_inputs_are_refused_before_anything_runs(executor: Executor) -> None:
    result = executor.run(expression("1", "x" * 50_000_001))

    assert isinstance(result, Killed)
    assert result.reason == "memory"
    assert "input too large" in result.detail


@pytest.mark.parametrize("arguments", [("{",), ("1]],[[",), ("",), ("1,2",)])
def test_arguments_that_are_not_json_do_not_break_the_worker(
    executor: Executor, arguments: tuple[str, ...]
) -> None:
    program = Program(source="function main(input) { return typeof input; }")

    assert isinstance(executor.run(Job(program=program, arguments=arguments)), Returned | Threw)


# ---- the subject of a predicate ----------------------------------------------------------------------------

APP = Program(
    source="""
    let calls = 0;
    function main(input, host) {
      calls += 1;
      if (input.fail) throw new Error(input.fail);
      return {calls, twice: input.x * 2, host: Object.keys(host), date: Date.now()};
    }""",
    capabilities=Grant(clock=True),
)


def ask(executor: Executor, body: str, *inputs: Any, subject: Program = APP) -> Any:
    source = f"function meta_it(input, run) {{ {body} }}"
    return value(executor.run(job(source, *inputs, entry="meta_it", host=False, subject=subject, now_ms=9)))


def test_a_predicate_can_run_its_subject(executor: Executor) -> None:
    assert ask(executor, "return run(input);", {"x": 4}) == {
        "output": {"calls": 1, "twice": 8, "host": ["now"], "date": 9}
    }


def test_a_subject_keeps_no_state_between_calls(executor: Executor) -> None:
    assert ask(executor, "return [1, 2, 3].map(x => run({x}).output.calls);", None) == [1, 1, 1]


def test_a_subject_that_throws_is_data_for_the_predicate(executor: Executor) -> None:
    assert ask(executor, "return run({fail: 'no_such_rate'});", None) == {"error": "no_such_rate"}


@pytest.mark.parametrize(
    "source", ["function main() { return NaN; }", "function main(", "function main() { return main(); }"]
)
def test_a_broken_subject_is_an_error_for_the_predicate(executor: Executor, source: str) -> None:
    assert list(ask(executor, "return run(1);", None, subject=Program(source=source))) == ["error"]


def test_a_subject_shares_nothing_with_the_predicate(executor: Executor) -> None:
    subject = Program(
        source="Array.prototype.every = () => true; globalThis.run = 1; function main() { return [0]; }"
    )

    assert ask(executor, "run(1); return [1, 0].every(x => x > 0);", None, subject=subject) is False


def test_a_subject_that_hangs_ends_the_whole_run(executor: Executor) -> None:
    subject = Program(source="function main() { for (;;); }")
    result = executor.run(job("function main(run) { run(1); }", host=False, subject=subject, wall_ms=300))

    assert isinstance(result, Killed)
    assert result.reason == "wall"


def test_a_subject_may_be_asynchronous(executor: Executor) -> None:
    assert ask(
        executor, "return run(1);", None, subject=Program(source="async function main() { return 5; }")
    ) == {"output": 5}


def test_an_input_that_is_not_json_is_an_error_of_the_predicate(executor: Executor) -> None:
    source = "function main(run) { return run({x: NaN}); }"
    result = thrown(executor.run(job(source, host=False, subject=APP)))

    assert (result.name, result.message) == ("TypeError", "input.x is NaN, which JSON cannot carry")


# ---- inspection --------------------------------------------------------------------------------------------


def test_an_inspection_lists_top_level_functions(executor: Executor) -> None:
    source = """
    // function commented() {} and let it, const if
    const text = "function quoted() {}", number = 5;
    function main() { function inner() {} }
    async function prop_later() {}
    const arrow = () => 1;
    var again = function named() {};
    """

    assert executor.inspect(source) == Inspection(functions=("main", "prop_later", "arrow", "again"))


def test_an_inspection_understands_strict_scripts(executor: Executor) -> None:
    assert executor.inspect("'use strict'; function main() {}") == Inspection(functions=("main",))


def test_an_inspection_of_a_syntax_error_explains_it(executor: Executor) -> None:
    result = executor.inspect("function main() {\n  return +;\n}")

    assert isinstance(result, Threw)
    assert result.name == "SyntaxError"
    assert "main.js:2" in result.stack


def test_an_inspection_has_a_time_limit(executor: Executor) -> None:
    assert isinstance(executor.inspect("for (;;);"), Killed)


def test_an_inspection_of_an_empty_script_is_empty(executor: Executor) -> None:
    assert executor.inspect("") == Inspection(functions=())


# ---- the executor itself -----------------------------------------------------------------------------------


def test_several_threads_may_run_at_once(executor: Executor) -> None:
    answers: dict[int, list[int]] = {}

    def work(number: int) -> None:
        answers[number] = [evaluate(executor, "input * 2", number * 100 + turn) for turn in range(5)]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == {number: [2 * (number * 100 + turn) for turn in range(5)] for number in range(6)}


def test_an_invalid_entry_name_raises_value_error(executor: Executor) -> None:
    with pytest.raises(ValueError, match="not the name of a function"):
        executor.run(job("function main() {}", entry="main(); evil"))


def test_the_engine_is_named_with_its_version(executor: Executor) -> None:
    assert "quickjs" in executor.engine
    assert re.search(r"\d+\.\d+", executor.engine)


def test_isolation_is_measured_and_at_least_process(executor: Executor) -> None:
    assert executor.isolation in ("full", "process")


@pytest.mark.parametrize("maker", MAKERS.values(), ids=MAKERS)
def test_a_closed_executor_runs_nothing(maker: Callable[[], Executor]) -> None:
    executor = maker()
    executor.warm()
    executor.close()
    executor.close()

    with pytest.raises(SandboxUnavailable, match="closed"):
        executor.run(expression("1"))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("maker", MAKERS.values(), ids=MAKERS)
def test_a_closed_executor_leaves_no_process_and_no_descriptor(maker: Callable[[], Executor]) -> None:
    descriptors, processes = _descriptors(), children(os.getpid())
    with maker() as executor:
        for text in ("1", "(() => { for (;;); })()", "'x'.repeat(1e7)", "null.x", "NaN"):
            executor.run(expression(text, wall_ms=200))

    assert _descriptors() == descriptors
    assert children(os.getpid()) == processes


def _descriptors() -> list[str]:
    return sorted(path.name for path in Path("/proc/self/fd").iterdir() if path.exists())
