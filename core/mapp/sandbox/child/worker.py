"""The child process that runs one untrusted script: engine, confinement, one job, one reply, exit.

Runs in a bare interpreter (`-I -S`) and imports as little as possible: not the package `dukpy`, which is slow
to import and gives scripts the host's environment, and not `json`. The parent writes the job as JSON and
QuickJS reads it; QuickJS writes the reply as JSON and the parent reads it. `mapp.sandbox.executors.protocol`
defines the bytes.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # `import typing` would double the time to start
if TYPE_CHECKING:
    from typing import Any

    from mapp.sandbox.child import confinement
else:
    import confinement  # started by path, outside any package

HEADER = 32  # four big-endian numbers of 8 bytes: sizes of the two jobs, memory, CPU seconds
READY = {"full": b"F", "process": b"P"}  # sent once loaded: how well this process is confined
RECORD, UNHANDLED, MEMORY = b"J", b"U", b"M"  # tags of a reply with a record, the text of an error, nothing
CALL = b"H"  # tag of a host call: the reply comes later
UNANSWERED = b'{"code":"unavailable","message":"host calls are not available here","json":""}'
NO_RECORD = {  # records as the prelude would write them
    UNHANDLED: rb'"{\"kind\":\"threw\",\"message\":\"a promise was rejected and nobody handled it\"}\n"',
    MEMORY: rb'"{\"kind\":\"threw\",\"message\":\"out of memory\"}\n"',
}
CHUNK = 1 << 20
LARGE = 512  # kilobytes; a context that grows by more is freed before the next job
BROKEN = 70  # exit status: a bug in mapp
EXHAUSTED = 71  # exit status: no memory left, not even for a reply


class Interpreter:
    """One QuickJS context with the attributes that the extension expects: no loader, only two functions."""

    def __init__(self, engine: Any, prelude: bytes, mathematics: bytes, *, eager: bool) -> None:
        self._ctx = engine.create_context()
        self._funcs: dict[str, Any] = {}
        self._engine = engine
        self._ours = prelude, mathematics
        self.subject_job = b""
        self.spares: list[Interpreter] = []  # fresh contexts for subjects
        self.channel: tuple[int, int] | None = None  # where host calls are answered and sent
        self.loader = NoModules()
        engine.eval_string(self, prelude, b"[%s,%s]" % (mathematics, b"true" if eager else b"false"))

    def run(self, job: bytes) -> bytes:
        """Runs a job and returns the prelude's record as JSON."""
        record: bytes = self._engine.eval_string(self, b"__mapp__()", job)
        return record

    def _check_exported_function_exists(self, name: bytes) -> bool:
        return name in (b"subject", b"host")

    def _normalize_module(self, base: str, name: str) -> str:
        """Returns the name unchanged, so that an import fails as the language says."""
        return name

    def _call_python(self, name: bytes, arguments: bytes) -> bytes:
        """Answers a call from the prelude with JSON."""
        return self._ask(arguments) if name == b"host" else self._run_subject(arguments)

    def _ask(self, call: bytes) -> bytes:
        """Passes a host call to the parent and waits for the answer. A subject's host calls are refused."""
        if self.channel is None:
            return UNANSWERED
        source, sink = self.channel
        send(sink, CALL + len(call).to_bytes(8, "big") + bytes(8))
        send(sink, call)
        return receive(source, int.from_bytes(receive(source, 8), "big"))

    def _run_subject(self, arguments: bytes) -> bytes:
        """Runs the subject on one input in a fresh context."""
        job = b"[" + self.subject_job + b"," + arguments + b"]"
        tag, body = answer(self.spares.pop() if self.spares else self.another(), job)
        return body if tag == RECORD else NO_RECORD[tag]

    def another(self) -> Interpreter:
        """Returns a fresh context made from the same engine and prelude."""
        return Interpreter(self._engine, *self._ours, eager=False)


class NoModules:
    """A module loader for `dukpy` that finds no module."""

    def load(self, name: str) -> tuple[None, None, None]:
        """Returns dukpy's answer for a module that does not exist."""
        return None, None, None


def load_engine(path: str) -> Any:
    """Returns the QuickJS extension at `path` without importing its package."""
    import _imp
    from importlib.machinery import ExtensionFileLoader, ModuleSpec

    name = os.path.basename(path).partition(".")[0]  # noqa: PTH119 (pathlib costs as much as the engine)
    specification = ModuleSpec(name, ExtensionFileLoader(name, path), origin=path)
    engine = _imp.create_dynamic(specification)
    _imp.exec_dynamic(engine)
    if name == "_dukpy":
        return engine
    import quickjs_ng  # type: ignore[import-not-found]  # started by path, outside any package

    return quickjs_ng.Engine(engine, path)


def prepare(engine_path: str, prelude_path: str, mathematics_path: str) -> Interpreter:
    """Returns an interpreter with the prelude loaded, ready for its one job."""
    mathematics = quoted(read(mathematics_path))
    return Interpreter(load_engine(engine_path), read(prelude_path), mathematics, eager=True)


def read(path: str) -> bytes:
    """Returns the content of one of our own files."""
    with open(path, "rb") as file:  # noqa: PTH123 (pathlib costs as much as the engine)
        return file.read()


def quoted(text: bytes) -> bytes:
    """Returns printable text and line breaks as a JSON string."""
    for plain, escaped in ((b"\\", b"\\\\"), (b'"', b'\\"'), (b"\n", b"\\n")):
        text = text.replace(plain, escaped)
    return b'"' + text + b'"'


def answer(interpreter: Interpreter, job: bytes) -> tuple[bytes, bytes]:
    """Runs one job and returns a tag and a text, whatever happens.

    A script may control the text of an error from the engine: it is passed on and decides nothing here.
    """
    try:
        return RECORD, interpreter.run(job)
    except MemoryError:
        return MEMORY, b""
    except Exception as error:
        return UNHANDLED, str(error)[:4000].encode("utf-8", "replace")


# ---- bytes in and out --------------------------------------------------------------------------------------


def receive(descriptor: int, size: int) -> bytes:
    """Reads exactly `size` bytes. Ends the process if the parent hangs up first."""
    data = bytearray()
    while len(data) < size:
        chunk = os.read(descriptor, min(CHUNK, size - len(data)))
        if not chunk:
            os._exit(0)
        data += chunk
    return bytes(data)


def send(descriptor: int, data: bytes) -> None:
    """Writes all of `data`."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def serve(
    interpreter: Interpreter,
    walls: confinement.Confinement,
    source: int,
    sink: int,
    meter: int | None = None,
) -> None:
    """Reads the one job, completes the confinement, runs the job and replies."""
    job, interpreter.subject_job, memory, seconds = receive_job(source)
    interpreter.channel = source, sink
    before = confinement.peak(meter)
    walls.commit(memory + 2 * len(job), seconds)  # room for the job itself, as text and parsed
    try:
        tag, body = answer(interpreter, job)
        reply(sink, tag, body, confinement.peak(meter) - before)
    except MemoryError:
        os._exit(EXHAUSTED)


def serve_second(origin: Interpreter, spares: list[Interpreter], channel: int) -> None:
    """Replies to a second job in the process of the first, in a fresh context; the limits are the first's.

    The parent ends this process if it has no second job.
    """
    job, subject_job, _, _ = receive_job(channel)
    interpreter = spares.pop() if spares else origin.another()
    interpreter.subject_job = subject_job
    try:
        tag, body = answer(interpreter, job)
        reply(channel, tag, body, 0)
    except MemoryError:
        os._exit(EXHAUSTED)


def receive_job(source: int) -> tuple[bytes, bytes, int, int]:
    """Reads a job, the subject's job, the memory limit in bytes and the CPU limit in seconds."""
    header = receive(source, HEADER)
    job_size, subject_size, memory, seconds = (
        int.from_bytes(header[at : at + 8], "big") for at in range(0, HEADER, 8)
    )
    return receive(source, job_size), receive(source, subject_size), memory, seconds


def reply(sink: int, tag: bytes, body: bytes, grown: int) -> None:
    """Sends the reply to a job, with the growth of this process in kilobytes."""
    send(sink, tag + len(body).to_bytes(8, "big") + grown.to_bytes(8, "big"))
    send(sink, body)


def serve_many(
    origin: Interpreter, spares: list[Interpreter], walls: confinement.Confinement, channel: int
) -> None:
    """Replies to jobs of one program until the parent hangs up, each in a fresh context.

    The first job sets the limits for all. Host calls are refused.
    """
    start = before = confinement.peak()
    kept: list[Interpreter] = []
    committed = False
    while True:
        job, subject_job, memory, seconds = receive_job(channel)
        if not committed:
            walls.commit(memory, seconds)
            committed = True
        interpreter = spares.pop() if spares else origin.another()
        interpreter.subject_job, interpreter.spares = subject_job, spares
        tag, body = answer(interpreter, job)
        peak = confinement.peak()
        reply(channel, tag, body, peak - start)
        # Freeing a context takes as long as using one: free it only if the next job may need its memory.
        if peak - before < LARGE:
            kept.append(interpreter)
        before = peak


def main() -> None:
    """Serves one job over standard input and output, for systems without `fork`."""
    interpreter = prepare(*sys.argv[1:])
    walls = confinement.Confinement()
    meter = confinement.open_meter()
    try:
        walls.settle()
        walls.detach(0, 1, *([] if meter is None else [meter]))
        send(1, READY[walls.isolation])
        serve(interpreter, walls, 0, 1, meter)
    except confinement.Unconfined:
        confinement.give_up()
    os._exit(0)
