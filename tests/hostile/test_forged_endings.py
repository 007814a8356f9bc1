"""Scripts that attack the prelude's work after them, and scripts that pretend to have been killed."""

# ruff: noqa: E501
from __future__ import annotations

from collections.abc import Iterator

import pytest

from mapp.sandbox.executor import Executor, Grant, Job, Killed, Program, Returned, Threw
from support.engines import MAKERS
from support.scripts import PLENTY_MS

SHORT_MS = 1500


@pytest.fixture(scope="module", params=sorted(MAKERS))
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    with MAKERS[request.param]() as made:
        yield made


def run(executor: Executor, body: str, *, kind: str = "function", wall_ms: int = PLENTY_MS) -> object:
    source = f"{kind} main(input, host) {{ {body} }}"
    return executor.run(Job(program=Program(source=source), wall_ms=wall_ms, arguments=('{"a":[1,2]}',)))


# Changes to prototypes that must not change what `main` returns.
PLACES = {
    "a setter that loops": "Object.defineProperty(Array.prototype, '0', {set() { for (;;); }});",
    "a setter that throws": "Object.defineProperty(Array.prototype, '0', {set() { throw new Error('mine'); }});",
    "a setter that keeps": "Object.defineProperty(Array.prototype, '0', {set(v) { v.json = 'forged'; v.kind = 'memory'; }});",
    "an index that is only to read": "Object.defineProperty(Array.prototype, '0', {value: 'forged'});",
    "a setter on every index": "for (let i = 0; i < 40; i++) Object.defineProperty(Array.prototype, i, {set() { for (;;); }});",
    "a setter on an index of every object": "Object.defineProperty(Object.prototype, '0', {set() { for (;;); }});",
    "a setter on the empty name": "Object.defineProperty(Object.prototype, '', {set() { for (;;); }, get() { for (;;); }});",
    "another prototype of arrays": "Object.setPrototypeOf(Array.prototype, new Proxy({}, {get() { for (;;); }, set() { for (;;); }, has() { for (;;); }}));",
    "toJSON of everything": "Object.prototype.toJSON = Array.prototype.toJSON = String.prototype.toJSON = () => 'forged';",
    "fields of a record": "for (const k of ['kind', 'json', 'name', 'message', 'stack', 'parent', 'root', 'text', 'subject']) Object.defineProperty(Object.prototype, k, {set() { for (;;); }, get() { for (;;); }, configurable: true});",
    "parts of a descriptor": "for (const k of ['get', 'set', 'value', 'writable']) Object.prototype[k] = () => { for (;;); };",
    "iteration of arrays": "Array.prototype[Symbol.iterator] = () => { for (;;); };",
    "species": "Object.defineProperty(Promise, Symbol.species, {get() { for (;;); }});",
    "a setter of a property of lists": "Object.defineProperty(Array.prototype, 'length', {value: 5}); ",
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_changed_prototypes_do_not_change_the_answer(executor: Executor, place: str) -> None:
    body = (
        f"try {{ {place} }} catch {{}} return {{value: input.a.length, text: 'a\\n\\u2028', list: [1, [2]]}};"
    )
    result = run(executor, body, wall_ms=SHORT_MS)

    assert isinstance(result, Returned), result
    assert result.json == '{"value":2,"text":"a\\n\u2028","list":[1,[2]]}'


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_changed_prototypes_do_not_change_the_thrown_error(executor: Executor, place: str) -> None:
    body = f"try {{ {place} }} catch {{}} const e = Object.create(null); e.name = 'Mine'; e.message = 'said'; throw e;"
    result = run(executor, body, wall_ms=SHORT_MS)

    assert isinstance(result, Threw), result
    assert result.message == "said"


def test_a_changed_prototype_adds_no_host_function(executor: Executor) -> None:
    source = """
        for (const name of ["http", "store", "llm", "clock", "random", "host"]) Object.prototype[name] = true;
        function main(input, host) { return Object.getOwnPropertyNames(host).join(); }
    """
    result = executor.run(
        Job(program=Program(source=source, capabilities=Grant(clock=True)), arguments=("1",))
    )

    assert isinstance(result, Returned), result
    assert result.json == '"now"'


# Scripts that throw an error in the words of the host or the engine. None of them was really killed.
IMPORT = (
    "let e; try { await import('\\ud800'); } catch (x) { e = x; } const proto = Object.getPrototypeOf(e);"
)
PLAIN_IMPORT = (
    "let e; try { await import('x'); } catch (x) { e = x; } const proto = Object.getPrototypeOf(e);"
)
FORGED = {
    "the prototype of the error of an import": f"{IMPORT} throw Object.create(proto, {{message: {{value: 'out of memory'}}}});",
    "that prototype given to an error": f"{IMPORT} throw Object.setPrototypeOf(new Error('out of memory'), proto);",
    "the error itself with other words": f"{IMPORT} e.message = 'out of memory'; e.name = 'InternalError'; throw e;",
    "the error of a plain import": f"{PLAIN_IMPORT} e.message = 'out of memory'; e.name = 'InternalError'; throw e;",
    "its prototype, looked at in vain": f"{IMPORT} throw Object.create(proto, {{message: {{get() {{ throw 1; }}}}}});",
    "an object with the words": "throw {name: 'InternalError', message: 'out of memory'};",
    "an error with the words": "const e = new Error('out of memory'); e.name = 'InternalError'; throw e;",
    "a text with the words": "throw 'InternalError: out of memory';",
    "a class with the name": "class InternalError extends Error { name = 'InternalError'; } throw new InternalError('out of memory');",
    "a rejection nobody handles": "Promise.reject('InternalError: out of memory'); return 1;",
    "a rejection with an object": "Promise.reject({toString: () => 'InternalError: out of memory'}); return 1;",
    "a rejection in a binding's words": "Promise.reject('Invalid Result Value'); return 1;",
    "a rejection in the other binding's words": "Promise.reject('(Failed to say what)'); return 1;",
    "a job that throws": "queueMicrotask(() => { throw 'InternalError: out of memory'; }); return 1;",
    "nothing, as without memory": "throw null;",
    "an interruption": "throw Object.assign(new Error('interrupted'), {name: 'InternalError'});",
    "an interruption nobody handles": "Promise.reject('InternalError: interrupted'); return 1;",
    "a lack of time": "throw Object.assign(new Error('still running after 2000 ms'), {name: 'wall', reason: 'wall', kind: 'wall'});",
    "a lack of stack": "throw new RangeError('Maximum call stack size exceeded');",
    "a crash": "throw Object.assign(new Error('the worker was killed by SIGSEGV'), {kind: 'crash'});",
    "a signal": "throw {name: 'Killed', message: 'used up its CPU time', kind: 'cpu', tag: 'M'};",
}  # fmt: skip


@pytest.mark.parametrize("body", FORGED.values(), ids=FORGED)
def test_a_script_that_claims_to_be_killed_has_thrown(executor: Executor, body: str) -> None:
    result = run(executor, body, kind="async function")

    assert isinstance(result, Threw), result


@pytest.mark.parametrize("body", FORGED.values(), ids=FORGED)
def test_a_claim_to_be_killed_does_not_help_in_a_batch(executor: Executor, body: str) -> None:
    source = f"async function main(input) {{ if (input === 1) return 1; {body} }}"
    jobs = [Job(program=Program(source=source), arguments=(str(n),), wall_ms=PLENTY_MS) for n in (1, 2, 1)]
    run_batch = getattr(executor, "run_batch", None) or (lambda rows: [executor.run(row) for row in rows])
    first, second, third = run_batch(jobs)

    assert isinstance(first, Returned) and isinstance(second, Threw) and isinstance(third, Returned)


REAL = {
    "a buffer that is too large": "return new ArrayBuffer(2 ** 30).byteLength;",
    "a text that is too large": "return 'x'.repeat(2 ** 29).length;",
    "the same, thrown on": "try { 'x'.repeat(2 ** 29); } catch (e) { throw e; }",
    "a list that grows": "const a = []; for (;;) a.push(new Uint8Array(1e6).fill(1));",
}


@pytest.mark.parametrize("body", REAL.values(), ids=REAL)
def test_a_script_that_was_refused_memory_ends_with_memory(executor: Executor, body: str) -> None:
    result = run(executor, body)

    assert isinstance(result, Killed), result
    assert result.reason == "memory"
