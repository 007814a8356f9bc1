"""The child that runs one stranger's script and dies: engine, confinement, one job, one reply.

Runs in a bare interpreter (`-I -S`) and imports as little as it can: neither `dukpy` the package, which is
slow to import and hands scripts the host's environment, nor `json`. The job is JSON that the parent wrote and
QuickJS reads; the reply is JSON that QuickJS wrote and the parent reads. `mapp.sandbox.executors.protocol` has the bytes.
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
READY = {"full": b"F", "process": b"P"}  # what we say when loaded: how well we are locked in
RECORD, UNHANDLED, MEMORY = b"J", b"U", b"M"  # what a reply holds: a record, the text of an error, nothing
CALL = b"H"  # no reply yet: the script asks something of its host
UNANSWERED = b'{"code":"unavailable","message":"nobody answers host calls here","json":""}'
NO_RECORD = {  # texts, as the prelude answers with them
    UNHANDLED: rb'"{\"kind\":\"threw\",\"message\":\"a promise was rejected and nobody handled it\"}\n"',
    MEMORY: rb'"{\"kind\":\"threw\",\"message\":\"out of memory\"}\n"',
}
CHUNK = 1 << 20
LARGE = 512  # kilobytes that a context takes on top of the usual until it is freed before the next job
BROKEN = 70  # exit status: a mistake of ours
EXHAUSTED = 71  # exit status: no memory left, not even for a reply


class Interpreter:
    """One QuickJS context, as the extension expects to find it: no loader, no functions but two."""

    def __init__(self, engine: Any, prelude: bytes, mathematics: bytes, *, eager: bool) -> None:
        self._ctx = engine.create_context()
        self._funcs: dict[str, Any] = {}
        self._engine = engine
        self._ours = prelude, mathematics
        self.subject_job = b""
        self.spares: list[Interpreter] = []  # untouched, for subjects
        self.channel: tuple[int, int] | None = None  # where host calls are answered, and where they go
        self.loader = NoModules()
        engine.eval_string(self, prelude, b"[%s,%s]" % (mathematics, b"true" if eager else b"false"))

    def run(self, job: bytes) -> bytes:
        """Returns the record, as JSON, that the prelude made of the job."""
        record: bytes = self._engine.eval_string(self, b"__mapp__()", job)
        return record

    def _check_exported_function_exists(self, name: bytes) -> bool:
        return name in (b"subject", b"host")

    def _normalize_module(self, base: str, name: str) -> str:
        """Lets an import fail later and as the language says, not in an error of the engine's own."""
        return name

    def _call_python(self, name: bytes, arguments: bytes) -> bytes:
        """Answers what the prelude asks, with JSON."""
        return self._ask(arguments) if name == b"host" else self._try_subject(arguments)

    def _ask(self, call: bytes) -> bytes:
        """Passes a host call on and waits for the answer; a subject's has nobody to go to."""
        if self.channel is None:
            return UNANSWERED
        source, sink = self.channel
        send(sink, CALL + len(call).to_bytes(8, "big") + bytes(8))
        send(sink, call)
        return receive(source, int.from_bytes(receive(source, 8), "big"))

    def _try_subject(self, arguments: bytes) -> bytes:
        """Runs the subject on one input, in a context of its own that nothing has touched before."""
        job = b"[" + self.subject_job + b"," + arguments + b"]"
        tag, body = answer(self.spares.pop() if self.spares else self.another(), job)
        return body if tag == RECORD else NO_RECORD[tag]

    def another(self) -> Interpreter:
        """Returns a context that has nothing in common with this one but where it came from."""
        return Interpreter(self._engine, *self._ours, eager=False)


class NoModules:
    """The loader that `dukpy` asks for the source of a module."""

    def load(self, name: str) -> tuple[None, None, None]:
        """Returns that there is none, whatever its name is."""
        return None, None, None


def load_engine(path: str) -> Any:
    """Returns the QuickJS extension at `path`, without the package around it."""
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
    """Returns an interpreter with the prelude in place, waiting for its one job."""
    mathematics = quoted(read(mathematics_path))
    return Interpreter(load_engine(engine_path), read(prelude_path), mathematics, eager=True)


def read(path: str) -> bytes:
    """Returns what a file of ours holds."""
    with open(path, "rb") as file:  # noqa: PTH123 (pathlib costs as much as the engine)
        return file.read()


def quoted(text: bytes) -> bytes:
    """Returns printable text and line breaks as a JSON string."""
    for plain, escaped in ((b"\\", b"\\\\"), (b'"', b'\\"'), (b"\n", b"\\n")):
        text = text.replace(plain, escaped)
    return b'"' + text + b'"'


def answer(interpreter: Interpreter, job: bytes) -> tuple[bytes, bytes]:
    """Runs one job; whatever happens becomes a tag and a text.

    What the engine let through to us may be a script's own words: they are passed on and decide nothing here.
    """
    try:
        return RECORD, interpreter.run(job)
    except MemoryError:
        return MEMORY, b""
    except Exception as error:
        return UNHANDLED, str(error)[:4000].encode("utf-8", "replace")


# ---- bytes in and out --------------------------------------------------------------------------------------


def receive(descriptor: int, size: int) -> bytes:
    """Reads exactly `size` bytes, or ends the process: without its job a worker has nothing to live for."""
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
    doors: confinement.Confinement,
    source: int,
    sink: int,
    meter: int | None = None,
) -> None:
    """Reads the one job, locks the last door, runs it and replies."""
    job, interpreter.subject_job, memory, seconds = receive_job(source)
    interpreter.channel = source, sink
    before = confinement.peak(meter)
    doors.commit(memory + 2 * len(job), seconds)  # it has been read once and will be parsed once
    try:
        tag, body = answer(interpreter, job)
        reply(sink, tag, body, confinement.peak(meter) - before)
    except MemoryError:
        os._exit(EXHAUSTED)


def receive_job(source: int) -> tuple[bytes, bytes, int, int]:
    """Reads a job, the subject's job, the bytes of memory and the seconds of computing that it may take."""
    header = receive(source, HEADER)
    job_size, subject_size, memory, seconds = (
        int.from_bytes(header[at : at + 8], "big") for at in range(0, HEADER, 8)
    )
    return receive(source, job_size), receive(source, subject_size), memory, seconds


def reply(sink: int, tag: bytes, body: bytes, grown: int) -> None:
    """Sends what came of a job, and by how many kilobytes this process has grown."""
    send(sink, tag + len(body).to_bytes(8, "big") + grown.to_bytes(8, "big"))
    send(sink, body)


def serve_many(
    origin: Interpreter, spares: list[Interpreter], doors: confinement.Confinement, channel: int
) -> None:
    """Replies to jobs of one program until the parent hangs up, each in a context that nothing has touched.

    The limits are those that the first job names. Nobody answers host calls.
    """
    start = before = confinement.peak()
    kept: list[Interpreter] = []
    locked = False
    while True:
        job, subject_job, memory, seconds = receive_job(channel)
        if not locked:
            doors.commit(memory, seconds)
            locked = True
        interpreter = spares.pop() if spares else origin.another()
        interpreter.subject_job, interpreter.spares = subject_job, spares
        tag, body = answer(interpreter, job)
        peak = confinement.peak()
        reply(channel, tag, body, peak - start)
        # To free a context takes as long as to use one: only if the next job may need what it holds.
        if peak - before < LARGE:
            kept.append(interpreter)
        before = peak


def main() -> None:
    """Serves one job over standard input and output: the way where there is no `fork`."""
    interpreter = prepare(*sys.argv[1:])
    doors = confinement.Confinement()
    meter = confinement.open_meter()
    try:
        doors.settle()
        doors.detach(0, 1, *([] if meter is None else [meter]))
        send(1, READY[doors.isolation])
        serve(interpreter, doors, 0, 1, meter)
    except confinement.Unconfined:
        confinement.give_up()
    os._exit(0)
