"""Draws inputs for an app in a child process under limits, because the schema may be untrusted.

A schema cannot run code, but it can ask for a lot, so the child has limits on CPU time, memory and wall time.
Drawn inputs are kept, so that the next trial gets them at once.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from mapp.model.manifest import Manifest
from mapp.model.values import canonical
from mapp.plain_files import read_plain
from mapp.sandbox.host_faults import fault_of
from mapp.validate.generate.inputs import Arguments, Drawn

SECONDS: Final = 10
"""Limit for drawing, both CPU time and wall time, in seconds."""
MEMORY_MB: Final = 1024
"""Memory limit of the child, including the interpreter."""
MAX_ANSWER_SIZE: Final = 64 << 20
MAX_KEPT: Final = 400
"""The number of contracts (with seed and count) whose inputs are kept."""
EDITION: Final = 1
"""Raise it with every change to what is drawn for a seed: inputs kept under an older number are redrawn."""
_CHILD: Final = (
    "import sys, json; job = json.load(sys.stdin); sys.path[:] = job['path'];"
    "from mapp.validate.generate.child import main; main(job)"
)


def draw(
    manifest: Manifest,
    count: int,
    *,
    seed: int,
    examples: Sequence[Arguments] = (),
    keep: Path | None = None,
    seconds: float = SECONDS,
) -> Drawn:
    """Returns up to `count` different complete inputs that fit a manifest, or the reason why there are none.

    They are the same for the same seed, manifest and examples on every machine. `keep` is a folder for drawn
    inputs; it can be deleted at any time.
    """
    job = {
        "manifest": {**manifest.to_dict(), "name": "drawn", "description": "Drawn."},
        "count": count,
        "seed": seed,
        "examples": list(examples),
    }
    file = None if keep is None else keep / f"{_digest(job)}.jsonl"
    answer = _kept(file)
    if answer is None:
        answer = _asked(job, seconds)
        if file is not None and answer[:1] == b"{":
            _put(file, answer)
    return _read(answer)


def _digest(job: dict[str, Any]) -> str:
    return hashlib.sha256(f"{EDITION} {canonical(job)}".encode()).hexdigest()[:40]


def _kept(file: Path | None) -> bytes | None:
    with contextlib.suppress(OSError):
        if file is not None and (found := read_plain(file, follow=True)).endswith(b"\n"):
            return found
    return None


def _put(file: Path, answer: bytes) -> None:
    with contextlib.suppress(OSError):  # on a full disk the next trial just draws again
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=".drawn-")
        with os.fdopen(descriptor, "wb") as temporary:
            temporary.write(answer)
        Path(name).replace(file)
        _forget(file.parent)


def _forget(folder: Path) -> None:
    """Removes the older half of the kept files if there are too many."""
    files = list(folder.iterdir())
    if len(files) > MAX_KEPT:
        for old in sorted(files, key=lambda file: file.stat().st_mtime)[: len(files) // 2]:
            old.unlink(missing_ok=True)


def _asked(job: dict[str, Any], seconds: float) -> bytes:
    """Runs the child and returns its lines: the reason why nothing was drawn or "", then one input each."""
    question = json.dumps({**job, "path": sys.path, "seconds": seconds, "memory_mb": MEMORY_MB})
    command = [sys.executable, "-I", "-S", "-X", "utf8", "-c", _CHILD]
    try:
        done = subprocess.run(
            command, input=question.encode(), capture_output=True, timeout=seconds + 1, check=False, env={}
        )
    except subprocess.TimeoutExpired:
        return _refusal(f"drawing took more than {seconds:g} seconds")
    except OSError as error:
        if (fault := fault_of(error)) is not None:
            raise fault from error
        return _refusal(f"the process that draws did not start: {error}")
    if done.returncode == 0 and done.stdout.endswith(b"\n") and len(done.stdout) <= MAX_ANSWER_SIZE:
        return done.stdout
    if b"MemoryError" in done.stderr:
        return _refusal(f"drawing took more than {MEMORY_MB} MiB of memory")
    if done.returncode < 0:
        return _refusal(f"drawing took more than {seconds:g} seconds of CPU time, or was ended")
    said = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
    return _refusal(f"drawing failed: {said[:300]}")


def _refusal(why: str) -> bytes:
    """Returns a failure that is not kept, because the machine may be less busy the next time."""
    return b" " + json.dumps({"why": f"no input was drawn: {why}"}).encode() + b"\n"


def _read(answer: bytes) -> Drawn:
    first, *rows = answer.decode().split("\n")[:-1]
    return Drawn(tuple(json.loads(row) for row in rows), json.loads(first)["why"])
