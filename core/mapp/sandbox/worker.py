"""The child that runs one stranger's script and dies: engine, confinement, one job, one reply.

Runs in a bare interpreter (`-I -S`) and imports as little as it can: neither `dukpy` the package, which is
slow to import and hands scripts the host's environment, nor `json`. The job is JSON that the parent wrote and
QuickJS reads; the reply is JSON that QuickJS wrote and the parent reads. `mapp.sandbox.wire` has the bytes.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # `import typing` would double the time to start
if TYPE_CHECKING:
    from typing import Any

HEADER = 32  # four big-endian numbers of 8 bytes: sizes of the two jobs, memory, CPU seconds
READY = b"+"
RECORD, UNHANDLED, MEMORY = b"J", b"U", b"M"  # what a reply holds: a record, the text of an error, nothing
NO_RECORD = {
    UNHANDLED: b'{"kind":"threw","message":"a promise was rejected and nobody handled it"}',
    MEMORY: b'{"kind":"memory","message":"out of memory"}',
}
CHUNK = 1 << 20
HIGHEST_DESCRIPTOR = 1 << 20
BROKEN, UNCONFINED = 70, 71  # exit status: a mistake of ours; the kernel refused to lock the doors
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS, SIGKILL = 1, 4, 38, 9  # linux/prctl.h


class Interpreter:
    """One QuickJS context, as the extension expects to find it: no loader, no functions but `subject`."""

    def __init__(self, engine: Any, prelude: bytes) -> None:
        self._ctx = engine.create_context()
        self._funcs: dict[str, Any] = {}
        self._engine = engine
        self.prelude = prelude
        self.subject_job = b""
        engine.eval_string(self, prelude, b"null")

    def run(self, job: bytes) -> bytes:
        """Returns the record, as JSON, that the prelude made of the job."""
        record: bytes = self._engine.eval_string(self, b"__mapp__()", job)
        return record

    def _check_exported_function_exists(self, name: bytes) -> bool:
        return name == b"subject"

    def _call_python(self, name: bytes, arguments: bytes) -> bytes:
        """Runs the subject on one input, in a context of its own that nothing has touched before."""
        job = b"[" + self.subject_job + b"," + arguments + b"]"
        tag, body = answer(Interpreter(self._engine, self.prelude), job)
        return body if tag == RECORD else NO_RECORD[tag]


def load_engine(path: str) -> Any:
    """Returns the QuickJS extension at `path`, without the package around it."""
    import _imp
    from importlib.machinery import ExtensionFileLoader, ModuleSpec

    specification = ModuleSpec("_dukpy", ExtensionFileLoader("_dukpy", path), origin=path)
    engine = _imp.create_dynamic(specification)
    _imp.exec_dynamic(engine)
    return engine


def prepare(engine_path: str, prelude_path: str) -> Interpreter:
    """Returns an interpreter with the prelude in place, waiting for its one job."""
    with open(prelude_path, "rb") as file:  # noqa: PTH123 (pathlib costs as much as the engine)
        return Interpreter(load_engine(engine_path), file.read())


def answer(interpreter: Interpreter, job: bytes) -> tuple[bytes, bytes]:
    """Runs one job; whatever happens becomes a tag and a text."""
    try:
        return RECORD, interpreter.run(job)
    except MemoryError:
        return MEMORY, b""
    except Exception as error:
        return failure(str(error))


def failure(text: str) -> tuple[bytes, bytes]:
    """What the engine let through to us: a rejection nobody handled, or no memory even for the prelude."""
    if text.startswith(("InternalError: out of memory", "Invalid Result Value")):
        return MEMORY, b""
    return UNHANDLED, text[:4000].encode("utf-8", "replace")


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


def serve(interpreter: Interpreter, source: int, sink: int) -> None:
    """Reads the one job, locks the doors, runs it and replies."""
    header = receive(source, HEADER)
    job_size, subject_size, memory, seconds = (
        int.from_bytes(header[at : at + 8], "big") for at in range(0, HEADER, 8)
    )
    job, interpreter.subject_job = receive(source, job_size), receive(source, subject_size)
    limit(memory, seconds)
    before = peak()
    tag, body = answer(interpreter, job)
    send(sink, tag + len(body).to_bytes(8, "big") + (peak() - before).to_bytes(8, "big"))
    send(sink, body)


# ---- confinement -------------------------------------------------------------------------------------------


def close_all_but(*kept: int) -> None:
    """Closes every descriptor that is not in `kept`."""
    lowest = 0
    for descriptor in sorted(kept):
        if lowest < descriptor:  # an empty range reaches the kernel as an endless one
            os.closerange(lowest, descriptor)
        lowest = descriptor + 1
    os.closerange(lowest, HIGHEST_DESCRIPTOR)


def process_control() -> Any:
    """Returns the system call `prctl`, or None where there is none; costly to load, so once per process."""
    if sys.platform != "linux":
        return None
    import ctypes

    return ctypes.CDLL(None, use_errno=True).prctl


def confine(control: Any) -> None:
    """Takes away what a script's process never needs, and has it die with its parent; Linux only."""
    if control is None:
        return
    for option, value in ((PR_SET_NO_NEW_PRIVS, 1), (PR_SET_DUMPABLE, 0), (PR_SET_PDEATHSIG, SIGKILL)):
        if control(option, value, 0, 0, 0) != 0:
            os._exit(UNCONFINED)


def limit(memory: int, seconds: int) -> None:
    """Bounds memory (bytes on top of what is mapped now) and CPU time; forbids files, processes and dumps."""
    try:
        import resource
    except ImportError:  # Windows
        return
    if mapped := mapped_bytes():
        resource.setrlimit(resource.RLIMIT_AS, (mapped + memory, mapped + memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    for name in ("RLIMIT_FSIZE", "RLIMIT_CORE", "RLIMIT_NPROC", "RLIMIT_NOFILE"):
        resource.setrlimit(getattr(resource, name), (0, 0))


def mapped_bytes() -> int:
    """Returns the size of this process's address space, or 0 on systems where that limit means nothing."""
    if sys.platform != "linux":
        return 0
    descriptor = os.open("/proc/self/statm", os.O_RDONLY)
    try:
        return int(os.read(descriptor, 64).split()[0]) * os.sysconf("SC_PAGESIZE")
    finally:
        os.close(descriptor)


def peak() -> int:
    """Returns the most memory this process has ever had resident, in kilobytes, or 0 if unknown."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    """Serves one job over standard input and output: the way where there is no `fork`."""
    interpreter = prepare(sys.argv[1], sys.argv[2])
    close_all_but(0, 1)
    confine(process_control())
    send(1, READY)
    serve(interpreter, 0, 1)
    os._exit(0)
