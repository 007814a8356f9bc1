"""Hostile scripts, each with the results that are allowed: none may escape, hang or fool the host."""

# ruff: noqa: E501
from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pytest

from mapp.sandbox.engine import installed
from mapp.sandbox.executor import Executor, Killed, Result, Returned, Threw, Unserialisable
from mapp.sandbox.executors.forking import ForkingExecutor
from support.scripts import PLENTY_MS, evaluate, expression

# The body of `main`, and the allowed results. "value TEXT" is the returned JSON.
NEVER_ENDS = {
    "an empty loop": "for (;;);",
    "a loop over itself": "while (true) input = [input];",
    "a counting loop": "let n = 0; do n += 1; while (n >= 0);",
    "labels": "a: for (;;) { b: for (;;) continue a; }",
    "an endless generator": "function* g() { for (;;) yield 1; } for (const x of g());",
    "an iterator that lies": "for (const x of {[Symbol.iterator]: () => ({next: () => ({done: false})})});",
    "a native fill": "return Array.prototype.indexOf.call({length: 2 ** 53 - 1}, 1);",
    "a native search": "return Array.prototype.includes.call({length: 2 ** 53 - 1}, 1);",
    "a native reverse": "return Array.prototype.reverse.call({length: 2 ** 53 - 1}).length;",
    "a native join": "return Array.prototype.join.call({length: 2 ** 31}, '').length;",
    "a native sort": "const a = Array.from({length: 9e5}, (_, i) => i); for (;;) a.sort(() => Math.random() - 0.5);",
    "a slow comparison": "return [1, 2].sort(() => { for (;;); });",
    "a catastrophic pattern": "return /^(a+)+$/.test('a'.repeat(40) + '!');",
    "a pattern with two stars": "return /(.*)*x(.*)*y/.test('z'.repeat(40));",
    "alternatives that overlap": "return /^(a|aa)+$/.test('a'.repeat(60) + '!');",
    "a backreference": "return /(a*)*\\\\1b/.test('a'.repeat(40));",
    "a replacement that grows": "let s = 'a'; for (;;) s = s.replace(/a/g, 'ab').slice(0, 1e5);",
    "a promise storm": "const again = () => Promise.resolve().then(again); return again();",
    "two promises that feed each other": "const f = async () => { for (;;) await null; }; return f();",
    "a thenable without end": "const t = {then(done) { done(t); }}; return Promise.resolve(t);",
    "a microtask without end": "const f = () => queueMicrotask(f); f(); return new Promise(() => {});",
    "a getter in the result": "return {get x() { for (;;); }};",
    "a proxy in the result": "return new Proxy({}, {ownKeys() { for (;;); }});",
    "a conversion": "return `${{toString() { for (;;); }}}`;",
    "the message of an error": "throw {get message() { for (;;); }};",
    "the stack of an error": "const e = new Error(); Object.defineProperty(e, 'stack', {get() { for (;;); }}); throw e;",
    "big integers": "let n = 3n; for (;;) n = (n * n) % (2n ** 4096n) + 3n;",
    "a big power": "for (;;) String(7n ** 5000n);",
    "json without end": "const a = Array(1e5).fill(1); for (;;) JSON.parse(JSON.stringify(a));",
    "a generator that will not go": "function* g() { try { yield; } finally { for (;;); } } for (const x of g()) break;",
}  # fmt: skip
TAKES_ALL = {
    "an array that grows": "const a = []; for (;;) a.push(a.length, {});",
    "arrays in arrays": "let a = []; for (;;) a = [a, [a], Array(100).fill(a)];",
    "a text that doubles": "let s = 'x'; for (;;) s += s + '!';",
    "a text by repetition": "return 'x'.repeat(2 ** 29).length + 'y'.repeat(2 ** 29).length;",
    "padding": "return 'x'.padEnd(2 ** 29).length;",
    "a join of emptiness": "return new Array(2 ** 31).join('x').length;",
    "texts by the thousand": "const a = []; for (;;) a.push('x'.repeat(1e5) + a.length);",
    "a big integer that doubles": "let n = 2n; for (;;) n *= n;",
    "a big shift": "return String(1n << (2n ** 40n));",
    "a buffer": "return new ArrayBuffer(2 ** 40).byteLength;",
    "buffers by the thousand": "const a = []; for (;;) a.push(new Uint8Array(1e6).fill(1));",
    "a buffer that can grow": "const b = new ArrayBuffer(1, {maxByteLength: 2 ** 40}); b.resize(2 ** 39); return 1;",
    "a typed array of 2^53": "return new Float64Array(2 ** 53).length;",
    "a map": "const m = new Map(); for (let i = 0; ; i++) m.set({}, i);",
    "a set of texts": "const s = new Set(); for (let i = 0; ; i++) s.add('key ' + i);",
    "keys of an object": "const o = {}; for (let i = 0; ; i++) o['k' + i] = i;",
    "symbols": "const a = []; for (;;) a.push(Symbol(a.length));",
    "promises that wait": "const a = []; for (;;) a.push(new Promise(() => {}));",
    "closures": "let f = () => 0; for (;;) { const g = f, a = Array(1000).fill(1); f = () => [g, a]; }",
    "an array from a lying length": "return Array.from({length: 2 ** 32 - 1}, () => 'x').length;",
    "flattening": "let a = [1]; for (;;) a = [a, a].flat(Infinity).concat(a);",
    "a split": "return 'x'.repeat(2 ** 24).split('').map((c) => [c]).length;",
    "a spread": "return Math.max(...Array(2 ** 26).fill(1));",
    "matches by the million": "return [...'x'.repeat(2 ** 25).matchAll(/x/g)].length;",
    "json that swells": "let a = [1]; for (;;) a = JSON.parse(JSON.stringify([a, a, a, a]));",
}  # fmt: skip
SAYS_TOO_MUCH = {
    "a long text": "return 'x'.repeat(3e6);",
    "a long list": "return Array(2e6).fill(0);",
    "a short text that escapes make long": "return '\\\\u0001'.repeat(6e5);",
    "the same list many times": "const a = Array(2000).fill('xxxxxxxxxx'); return Array(1000).fill(a);",
    "a list without end": "return new Proxy([], {get: (t, k) => k === 'length' ? 2 ** 53 : 'x'});",
    "an array of length 2^32 - 1": "const a = []; a.length = 2 ** 32 - 1; return new Proxy(a, {get: (t, k) => k === 'length' ? t.length : 1});",
}  # fmt: skip
ENDS = {
    "recursion": ("const f = () => f() + 1; return f();", "threw RangeError"),
    "recursion through a getter": ("const o = {get x() { return this.x; }}; return o.x;", "threw RangeError"),
    "recursion through a proxy": ("let p = {}; for (let i = 0; i < 1e4; i++) p = new Proxy(p, {}); return p.x;", "threw RangeError"),
    "recursion through json": ("let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return JSON.stringify(a);", "threw RangeError|threw InternalError"),
    "a deep pattern": ("return new RegExp('('.repeat(1e5) + ')'.repeat(1e5)).test('');", "threw SyntaxError|threw RangeError|threw InternalError"),
    "nothing thrown": ("throw undefined;", "threw undefined"),
    "null thrown": ("throw null;", "threw object"),
    "a number thrown": ("throw 1n;", "threw bigint"),
    "a forged error": ("throw {name: 'InternalError', message: 'out of memory', kind: 'memory'};", "threw InternalError"),
    "a flood of words in an error": ("throw new Error('x'.repeat(1e7));", "threw Error"),
    "a flood in the name of an error": ("const e = new Error(); e.name = 'N'.repeat(1e7); throw e;", "threw"),
    "an error whose name is a trap": ("throw {get name() { throw 1; }, get message() { throw 2; }};", "threw Error"),
    "a revoked error": ("const r = Proxy.revocable({}, {}); r.revoke(); throw r.proxy;", "threw Error"),
    "an unhandled rejection": ("Promise.reject(new Error('lost')); return 1;", "threw Error"),
    "a promise that never settles": ("return new Promise(() => {});", "refused"),
    "a cycle": ("const a = []; a.push(a); return a;", "refused"),
    "a BigInt": ("return {n: 1n};", "refused"),
    "undefined": ("return undefined;", "refused"),
    "undefined inside": ("return [undefined];", "refused"),
    "NaN": ("return NaN;", "refused"),
    "minus infinity inside": ("return {x: [-Infinity]};", "refused"),
    "half a surrogate pair": ("return '\\ud800';", "refused"),
    "half a surrogate pair as a key": ("return {['\\udfff']: 1};", "refused"),
    "a function": ("return () => 1;", "refused"),
    "a symbol": ("return Symbol.iterator;", "refused"),
    "a date": ("return new Date(0);", "refused"),
    "a map returned": ("return new Map([[1, 2]]);", "refused"),
    "a hole": ("return [1, , 2];", "refused"),
    "a boxed value": ("return new Number(1);", "refused"),
    "a deep result": ("let a = 1; for (let i = 0; i < 500; i++) a = [a]; return a;", "refused"),
    "a getter that lies the second time": ("let n = 0; return {get x() { return n++ ? () => 1 : 'first'; }};", 'value {"x":"first"}'),
    "a length that lies": ("let n = 0; return new Proxy([7], {get: (t, k) => k === 'length' ? 1 + n++ : t[k]});", "value [7]"),
    "toJSON": ("return {a: 1, toJSON: () => 'forged'};", "refused"),
    "a polluted prototype": ("Object.prototype.admin = true; return {};", "value {}"),
    "__proto__ in json": ("const o = JSON.parse('{\"__proto__\": {\"admin\": 1}}'); return {admin: ({}).admin === undefined, o};", 'value {"admin":true,"o":{"__proto__":{"admin":1}}}'),
    "a setter on the prototype": ("Object.defineProperty(Object.prototype, 'json', {set() { throw 1; }}); return 1;", "value 1"),
    "a setter on the first index": ("Object.defineProperty(Array.prototype, '0', {set(v) { v.json = 'forged'; }}); return [1];", "value [1]"),
    "JSON redefined": ("JSON.stringify = () => '\"forged\"'; JSON.parse = () => 'forged'; return 1;", "value 1"),
    "Array redefined": ("globalThis.Array = class { static isArray() { return false; } }; return [1];", "value [1]"),
    "every redefined": ("Array.prototype.every = () => true; Array.prototype.map = () => ['forged']; return [1];", "value [1]"),
    "Object redefined": ("Object.keys = () => []; Reflect.ownKeys = () => []; Object.freeze = (x) => x; return {a: 1};", 'value {"a":1}'),
    "then redefined": ("Promise.prototype.then = () => { throw 1; }; return 1;", "value 1"),
    "call redefined": ("Function.prototype.call = Function.prototype.apply = () => 'forged'; return 1;", "value 1"),
    "toString redefined": ("String.prototype.isWellFormed = () => true; return '\\ud800';", "refused"),
    "a symbol redefined": ("Array.prototype[Symbol.iterator] = () => { throw 1; }; return [1, 2];", "value [1,2]"),
    "the output replaced later": ("const o = {x: 1}; Promise.resolve().then(() => { o.x = 2; }); return o;", 'value {"x":1}'),
    "eval": ("return eval('1');", "threw ReferenceError"),
    "eval by an alias": ("return (0, globalThis.eval)('1');", "threw TypeError"),
    "Function": ("return Function('return 1')();", "threw EvalError"),
    "new Function": ("return new Function('return 1')();", "threw EvalError"),
    "the constructor of a constructor": ("return [].constructor.constructor('return 1')();", "threw EvalError"),
    "the constructor of a function": ("return (() => 1).constructor('return 1')();", "threw EvalError"),
    "the constructor of a generator": ("return (function* () {}).constructor('yield 1')();", "threw EvalError"),
    "the constructor of an async function": ("return (async () => 1).constructor('return 1')();", "threw EvalError"),
    "the constructor of an async generator": ("return (async function* () {}).constructor('yield 1')();", "threw EvalError"),
    "the constructor of a bound function": ("return (() => 1).bind().constructor('return 1')();", "threw EvalError"),
    "the constructor of a class": ("return (class {}).constructor('return 1')();", "threw EvalError"),
    "the constructor of a native function": ("return Math.sin.constructor('return 1')();", "threw EvalError"),
    "the constructor of a host function": ("return host.constructor.constructor('return 1')();", "threw TypeError"),
    "Reflect.construct": ("return Reflect.construct(Object.getPrototypeOf(async () => 1).constructor, ['return 1']);", "threw EvalError"),
    "an import": ("return import('fs');", "threw"),
    "an import of a file": ("return import('/etc/passwd');", "threw"),
    "an import of data": ("return import('data:text/javascript,export default 1');", "threw"),
    "require": ("return require('fs').readFileSync('/etc/passwd', 'utf8');", "threw ReferenceError"),
    "process": ("return process.env.PATH;", "threw ReferenceError"),
    "fetch": ("return fetch('http://127.0.0.1/');", "threw ReferenceError"),
    "XMLHttpRequest": ("return new XMLHttpRequest();", "threw ReferenceError"),
    "WebSocket": ("return new WebSocket('ws://127.0.0.1/');", "threw ReferenceError"),
    "EventSource": ("return new EventSource('http://127.0.0.1/');", "threw ReferenceError"),
    "navigator": ("return navigator.sendBeacon('http://127.0.0.1/', 'x');", "threw ReferenceError"),
    "importScripts": ("return importScripts('http://127.0.0.1/');", "threw ReferenceError"),
    "Worker": ("return new Worker('x.js');", "threw ReferenceError"),
    "WebAssembly": ("return new WebAssembly.Module(new Uint8Array(8));", "threw ReferenceError"),
    "std and os": ("return [typeof std, typeof os, typeof bjson];", 'value ["undefined","undefined","undefined"]'),
    "the bridge to Python": ("return call_python('dukpy.load_module', '/etc/passwd');", "threw ReferenceError"),
    "the bridge by its global": ("return [globalThis.call_python, globalThis.dukpy, globalThis.__mapp__].map((x) => typeof x);", 'value ["undefined","undefined","undefined"]'),
    "timers": ("return [typeof setTimeout, typeof setInterval, typeof setImmediate];", 'value ["undefined","undefined","undefined"]'),
    "clocks": ("return [typeof performance, typeof Atomics, typeof SharedArrayBuffer, Date.now()];", 'value ["undefined","undefined","undefined",0]'),
    "what garbage collection tells": ("return [typeof WeakRef, typeof FinalizationRegistry, typeof gc];", 'value ["undefined","undefined","undefined"]'),
    "the functions on the stack": ("Error.prepareStackTrace = (e, s) => s.map((c) => String(c.getFunction)); const s = new Error().stack; return typeof s;", "value|threw"),
    "arguments.callee.caller": ("return String((function () { return arguments.callee.caller; })());", "threw TypeError|value"),
    "the caller of main": ("return String(main.caller);", "threw TypeError|value"),
    "2^53 elements": ("const a = []; a.length = 2 ** 53; return a;", "threw RangeError"),
    "an index of 2^53": ("const a = []; a[2 ** 53] = 1; return a.length;", "value 0"),
    "a view beyond its buffer": ("return new DataView(new ArrayBuffer(8)).getInt32(2 ** 31);", "threw RangeError"),
    "a detached buffer": ("const b = new ArrayBuffer(8), v = new Uint8Array(b); b.transfer(); v[0] = 1; return v.length;", "value 0"),
    "a buffer that shrinks while sorted": ("const b = new ArrayBuffer(64, {maxByteLength: 64}), v = new Uint8Array(b); v.sort(() => { b.resize(1); return 0; }); return v.length;", "value|threw"),
    "a list that shrinks while it is written": ("const a = [1, {get x() { a.length = 0; return 2; }}, 3]; return a;", "refused|value"),
    "a regular expression that is not one": ("RegExp.prototype.exec = () => { throw 1; }; return 'a'.replace('a', 'b');", 'value "b"'),
    "redefined date methods": ("Date.prototype.getTime = () => 5; Date.now = () => 5; return new Date().valueOf();", "value 0"),
}  # fmt: skip
LIMITS = {"wall", "memory", "cpu"}  # which limit is reached first depends on the machine


@pytest.fixture(scope="module", params=installed())
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    with ForkingExecutor(engine=request.param) as made:
        yield made


def run(executor: Executor, body: str, wall_ms: int) -> Result:
    source = f"(() => {{ function main(input, host) {{ {body} }} return main(input, host); }})()"
    return executor.run(expression(source, wall_ms=wall_ms, memory_mb=48))


def ending(result: Result) -> str:
    """Returns the name of a result, as used in the tables."""
    match result:
        case Returned(json=text):
            return f"value {text}"
        case Threw(name=name):
            return f"threw {name}"
        case Unserialisable():
            return "refused"
        case Killed(reason=reason):
            return reason


@pytest.mark.parametrize("body", NEVER_ENDS.values(), ids=NEVER_ENDS)
def test_a_script_that_never_ends_is_stopped(executor: Executor, body: str) -> None:
    assert ending(run(executor, body, 250)) in LIMITS


@pytest.mark.parametrize("body", TAKES_ALL.values(), ids=TAKES_ALL)
def test_a_script_that_allocates_everything_gets_only_its_limit(executor: Executor, body: str) -> None:
    found = ending(run(executor, body, 1500))

    assert found in {*LIMITS, "threw RangeError", "threw TypeError", "crash"}


@pytest.mark.parametrize("body", SAYS_TOO_MUCH.values(), ids=SAYS_TOO_MUCH)
def test_too_much_output_is_refused(executor: Executor, body: str) -> None:
    assert ending(run(executor, body, PLENTY_MS)) in {"output", "memory"}


@pytest.mark.parametrize(("body", "endings"), ENDS.values(), ids=ENDS)
def test_a_trick_has_only_the_allowed_results(executor: Executor, body: str, endings: str) -> None:
    found = ending(run(executor, body, PLENTY_MS))

    assert any(found.startswith(each) for each in endings.split("|")), found


def test_long_messages_are_truncated(executor: Executor) -> None:
    result = run(
        executor, "const e = new Error('m'.repeat(1e6)); e.name = 'n'.repeat(1e6); throw e;", PLENTY_MS
    )

    assert isinstance(result, Threw)
    assert len(result.name) + len(result.message) + len(result.stack) < 20_000


def test_another_run_succeeds_while_they_run() -> None:
    """The other run has its own helper processes; a benchmark measures how much it is slowed."""
    bodies = [*list(NEVER_ENDS.values())[:6], *list(TAKES_ALL.values())[:4]]
    with ForkingExecutor(lanes=2) as theirs, ForkingExecutor(lanes=1) as ours:
        threads = [threading.Thread(target=run, args=(theirs, body, 200)) for body in bodies]
        for thread in threads:
            thread.start()
        answers = [evaluate(ours, "input * 2", number) for number in range(100)]
        for thread in threads:
            thread.join()

    assert answers == [2 * number for number in range(100)]


def test_the_same_zygotes_still_work_after_all_hostile_scripts(executor: Executor) -> None:
    assert json.dumps(evaluate(executor, "[1, 'two', null]")) == '[1, "two", null]'
